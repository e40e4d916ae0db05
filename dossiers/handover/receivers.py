"""Who takes a result, held against what the dossier says of its owner."""

from __future__ import annotations

from dataclasses import dataclass

from core.values.documents import ends_in
from core.values.text import fold
from dossiers.errors import NotReleasable
from dossiers.models import Dossier, IdentityShown, Relation

#: Of these nobody carries the owner's name without a word of how that comes.
_OTHERS = (Relation.FAMILY, Relation.AUTHORISED)
#: Why a check may be overruled is at least so long: "khác" explains nothing.
LEAST_NOTE = 5


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes a result: the name, how they stand to the owner, what they showed (last four characters only).

    The post shows nothing and leaves a tracking number. `note` says why the result is given though the paper
    that was shown is not the one on file. `letter` is what authorises them, its number and date. `slip` is what was
    scanned from their reception slips, or the PINs printed there: who is not the owner has them in hand.
    """

    name: str
    relation: str
    identity_shown: str = ""
    identity_tail: str = ""
    tracking_number: str = ""
    note: str = ""
    letter: str = ""
    slip: str = ""

    def contradicts(self, dossier: Dossier) -> str:
        """Return what speaks against giving them the result of a dossier, a reason of NotReleasable, or ""."""
        if self.relation == Relation.POST:
            return ""
        has_owners_name = fold(self.name) == fold(dossier.owner_name)
        if self.relation == Relation.OWNER and not has_owners_name:
            return NotReleasable.NOT_THE_OWNER
        if (
            self.relation != Relation.OWNER
            and self.identity_shown == IdentityShown.SLIP
            and not self._has_slip(dossier)
        ):
            return NotReleasable.NO_SLIP
        if self.relation == Relation.AUTHORISED and not self.letter:
            return NotReleasable.NO_LETTER
        if len(self.note.strip()) >= LEAST_NOTE:
            return ""
        if self.relation in _OTHERS and has_owners_name:
            return NotReleasable.OWNERS_NAME
        is_owner = self.relation == Relation.OWNER or has_owners_name
        number = dossier.owner_identity_number
        if is_owner and number and self.identity_tail and not ends_in(number, self.identity_tail):
            return NotReleasable.OTHER_NUMBER
        return ""

    def _has_slip(self, dossier: Dossier) -> bool:
        """Whether its QR was scanned, or the PIN beside it typed; its code proves nothing, the desk shows it."""
        scanned = {each.rstrip("/").rsplit("/", 1)[-1] for each in self.slip.split()}
        return dossier.slip_token in scanned or (bool(dossier.pin) and dossier.pin in scanned)
