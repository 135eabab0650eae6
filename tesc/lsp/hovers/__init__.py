"""Hover texts: a module for each kind of thing in a trace-events file."""
