"""From trees to units: includes, prefixes, disable patterns, IDs, and the resulting names."""
