"""One module a rule, named after its code and name; each defines RULE."""
