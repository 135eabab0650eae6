"""The language server: the workspace and the rules, for editors."""
