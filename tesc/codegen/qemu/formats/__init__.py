"""One module a kind of file; each defines `generate(out, events, backends, options)`."""
