"""One application by one person for one procedure, and what happens to it."""

from .dossier import Attachment, Channel, Dossier, DossierBill, DossierCounter, ReturnMethod
from .events import DossierEvent, EventKind, HandOver, Message

__all__ = [
    "Attachment",
    "Channel",
    "Dossier",
    "DossierBill",
    "DossierCounter",
    "DossierEvent",
    "EventKind",
    "HandOver",
    "Message",
    "ReturnMethod",
]
