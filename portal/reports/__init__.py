"""Reports for staff under `/bao-cao/`: what was paid how, how the work goes, where people give up; down to dossiers."""
