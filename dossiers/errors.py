"""Errors of dossiers."""


class DossierError(Exception):
    """Base of what this app raises on purpose."""


class IllegalDossierMove(DossierError):
    """A state cannot follow another."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(f"a dossier cannot go from state {before} to {after}")
        self.before = before
        self.after = after


class DossierMoved(IllegalDossierMove):
    """Somebody has moved the dossier, or its draft, since the form was opened by which it is acted on."""

    def __init__(self, state: int) -> None:
        super().__init__(state, 0)


class NotReleasable(DossierError):
    """The result may not be handed over now. `reason` is one of the codes below."""

    NOT_FINISHED = "not_finished"
    NOT_SETTLED = "not_settled"
    NOT_PROVEN = "not_proven"
    ALREADY_RETURNED = "already_returned"
    NOT_THE_OWNER = "not_the_owner"
    OWNERS_NAME = "owners_name"
    OTHER_NUMBER = "other_number"
    NO_LETTER = "no_letter"
    NO_SLIP = "no_slip"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotTakenBack(DossierError):
    """The hand-over may not be undone: there is none, or who wants to is who handed over."""


class NothingToUndo(DossierError):
    """The last step is not theirs, is older than a minute, or is one that cannot be taken back."""


class NotExtendable(DossierError):
    """The new date is not later than the old one, or nobody is working on the dossier."""


class NotAssignable(DossierError):
    """The dossier is over, or who should take it does not work at its agency."""


class NotSignable(DossierError):
    """No draft waits to be signed, it is another one than was seen, or one's own; or one waits already."""


class OwnDraft(NotSignable):
    """Who made a draft is not who signs it."""


class NotIndependent(OwnDraft):
    """One of who made a draft and who signs it gave the other the account or the role by which they act."""


class NotConfirmable(DossierError):
    """The citizen has not confirmed what an officer filled in, or cannot in this way."""


class NotPrinted(NotConfirmable):
    """What the citizen is said to have signed was not printed as it stands."""


class OtherNumber(NotConfirmable):
    """Who signed showed another number than they declared, and nobody wrote down why."""


class NothingClaimed(DossierError):
    """No exemption is claimed that has yet to be checked, or nobody may be asked to pay now."""


class NothingOwed(DossierError):
    """Money cannot be awaited: every bill is settled."""


class StillOwed(DossierError):
    """Work cannot go on: the money it waits for has not come."""


class NotErasable(DossierError):
    """Somebody still works on the dossier, or the wish was decided already."""


class NotPostable(Exception):
    """The result is not where the post could take it, or bring it, any more."""
