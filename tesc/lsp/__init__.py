"""The language server: what stands on the workspace and the rules for editors."""
