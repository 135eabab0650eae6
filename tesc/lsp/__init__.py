"""The language server: what is on the workspace and the rules for editors."""
