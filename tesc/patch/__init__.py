"""Reads patches (unified diffs from git, diff and mails), and applies them in memory."""
