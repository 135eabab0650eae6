"""One module per tracer; each defines BACKEND."""
