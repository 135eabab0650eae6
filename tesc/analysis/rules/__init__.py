"""One module per rule, named after its code and name; each defines RULE."""
