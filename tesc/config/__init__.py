"""What a project wants checked, and how: settings, and the profiles that give their defaults."""
