"""The generated files of a whole source tree: which ones, generating them, and skipping unchanged ones."""
