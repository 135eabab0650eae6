"""Completion: what may stand at a place, by what is being written there."""
