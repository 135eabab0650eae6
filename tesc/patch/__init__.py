"""Patches: unified diffs, read from what git, diff and mails hold, and applied in memory."""
