"""From units to files. Generation is pure: a unit and options in, text out."""
