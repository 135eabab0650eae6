"""A project's configuration: its settings, and the profiles with their defaults."""
