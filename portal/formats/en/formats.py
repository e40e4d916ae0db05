"""Days are typed as in Vietnamese: 05/06/2026 is in June whoever reads English."""

#: The first is what a field shows, and what a browser's own calendar sends; the month is never first.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
