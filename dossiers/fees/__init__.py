"""What money means for a dossier."""
