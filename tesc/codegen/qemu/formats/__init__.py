"""One module per kind of file; each defines `generate(out, events, backends, options)`."""
