"""Patches: unified diffs, from git, diff and mails, read and applied in memory."""
