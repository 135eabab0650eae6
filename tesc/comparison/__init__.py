"""Compares two versions of a tree's events: which event became which, and what changed."""
