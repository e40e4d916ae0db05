"""Citizens following a dossier."""
