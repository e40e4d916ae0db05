"""Errors of agencies and people."""


class LastProvinceAdmin(Exception):
    """Nobody could administer the province any more."""


class RoleIsOver(Exception):
    """A role that has ended is neither ended nor extended; it is granted anew."""


class OwnRole(Exception):
    """Nobody grants or extends a role to themselves."""


class AlreadyProposed(Exception):
    """The same role of the same person waits for a second administrator already."""


class AlreadyDecided(Exception):
    """Somebody has granted or refused the proposed role before."""


class NotTwoHeads(Exception):
    """Who proposed a role and who would grant it are not two heads (`agencies.independence.may_check`)."""


class AdministratorOfMoney(Exception):
    """Nobody administers an agency and is its cashier or accountant at once."""
