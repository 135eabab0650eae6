"""Completion: what may be at a place, by what is being written there."""
