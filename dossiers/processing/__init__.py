"""Officers working a dossier: transitions, decisions, deadlines, signing, undo."""
