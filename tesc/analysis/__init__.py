"""The rules, what selects and suppresses them, and the diagnostics that come of them."""
