"""What cannot be done with agencies and people."""


class LastProvinceAdmin(Exception):
    """Nobody could administer the province any more."""
