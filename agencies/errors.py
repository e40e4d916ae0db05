"""Errors of agencies and people."""


class LastProvinceAdmin(Exception):
    """Nobody could administer the province any more."""


class RoleIsOver(Exception):
    """A role that has ended is neither ended nor extended; it is granted anew."""


class OwnRole(Exception):
    """Nobody grants or extends a role to themselves."""
