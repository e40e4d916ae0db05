"""Reports for staff under `/bao-cao/`: payments, progress, funnel; down to dossiers."""
