"""The generated files of a whole source tree: plans them, generates them, and skips unchanged ones."""
