"""From text to tree: source text, lines and spans, C types, printf formats, the parser."""
