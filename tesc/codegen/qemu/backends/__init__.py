"""One module a tracer; each defines BACKEND."""
