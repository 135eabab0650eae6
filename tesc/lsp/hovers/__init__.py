"""Hover texts for the things in a trace-events file: a module for each kind of thing."""
