"""Finding a dossier by scanner, camera, or offline."""
