"""One application by one person for one procedure, and what happens to it."""

from .dossier import Attachment, Channel, Dossier, DossierBill, DossierCounter, ReturnMethod
from .events import DossierEvent, EventKind, HandOver, IdentityShown, Message, Relation
from .papers import Printing

__all__ = [
    "Attachment",
    "Channel",
    "Dossier",
    "DossierBill",
    "DossierCounter",
    "DossierEvent",
    "EventKind",
    "HandOver",
    "IdentityShown",
    "Message",
    "Printing",
    "Relation",
    "ReturnMethod",
]
