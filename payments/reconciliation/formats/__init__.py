"""Files of banks as rows: tables in CSV and Excel, MT940, CAMT.053, and a gateway's own format."""
