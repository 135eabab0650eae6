"""A whole source tree's generated files: what they are, making them, and knowing when to make none."""
