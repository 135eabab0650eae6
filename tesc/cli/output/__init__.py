"""How diagnostics are printed: one module per format."""
