"""Who takes a result, held against what the dossier says of its owner."""

from __future__ import annotations

from dataclasses import dataclass

from core.values.documents import ends_in
from core.values.text import fold
from dossiers.errors import NotReleasable
from dossiers.models import Dossier, Relation

#: Of these nobody carries the owner's name without a word of how that comes.
_OTHERS = (Relation.FAMILY, Relation.AUTHORISED)
#: Why a check may be overruled is at least so long: "khác" explains nothing.
LEAST_NOTE = 5


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes a result: the name, how they stand to the owner, what they showed (last four characters only).

    The post shows nothing and leaves a tracking number. `note` says why the result is given though the paper
    that was shown is not the one on file.
    """

    name: str
    relation: str
    identity_shown: str = ""
    identity_tail: str = ""
    tracking_number: str = ""
    note: str = ""

    def contradicts(self, dossier: Dossier) -> str:
        """Return what speaks against giving them the result of a dossier, a reason of NotReleasable, or ""."""
        if self.relation == Relation.POST:
            return ""
        has_owners_name = fold(self.name) == fold(dossier.owner_name)
        if self.relation == Relation.OWNER and not has_owners_name:
            return NotReleasable.NOT_THE_OWNER
        if len(self.note.strip()) >= LEAST_NOTE:
            return ""
        if self.relation in _OTHERS and has_owners_name:
            return NotReleasable.OWNERS_NAME
        is_owner = self.relation == Relation.OWNER or has_owners_name
        number = dossier.owner_identity_number
        if is_owner and number and self.identity_tail and not ends_in(number, self.identity_tail):
            return NotReleasable.OTHER_NUMBER
        return ""
