"""Finds where C and Rust sources use events: calls and other uses of event names."""
