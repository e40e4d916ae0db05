"""As on the other pages: Django's own Vietnamese spells the month out and fills two lines of each row."""

DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = "H:i d/m/Y"
