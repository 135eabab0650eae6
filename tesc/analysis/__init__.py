"""The rules, what selects and suppresses them, and the resulting diagnostics."""
