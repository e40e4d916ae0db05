"""Stories of one dossier each: what happened, told in the order of time, as rows."""
