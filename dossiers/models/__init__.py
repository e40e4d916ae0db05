"""Dossiers and what belongs to them."""

from .assistance import Assistance, Confirmation
from .attachments import Attachment, PaperState, Refusal
from .dossier import Channel, Dossier, DossierBill, DossierCounter, ReturnMethod
from .drafts import Draft
from .erasure import ErasureRequest
from .events import DossierEvent, EventKind, HandOver, IdentityShown, Message, Relation, TakenBack
from .exemptions import ExemptionCheck
from .one_time_codes import OneTimeCode
from .post import PostageRate, PostalOrder, PostalState, PostalZone
from .printing import Printing
from .processing import Assignment, ClockPause, NoticeKind, Result, Stage, WrittenNotice
from .ratings import Rating
from .signing import SigningRequest, SigningState

__all__ = [
    "Assignment",
    "Assistance",
    "Attachment",
    "Channel",
    "ClockPause",
    "Confirmation",
    "Dossier",
    "DossierBill",
    "DossierCounter",
    "DossierEvent",
    "Draft",
    "ErasureRequest",
    "EventKind",
    "ExemptionCheck",
    "HandOver",
    "IdentityShown",
    "Message",
    "NoticeKind",
    "OneTimeCode",
    "PaperState",
    "PostageRate",
    "PostalOrder",
    "PostalState",
    "PostalZone",
    "Printing",
    "Rating",
    "Refusal",
    "Relation",
    "Result",
    "ReturnMethod",
    "SigningRequest",
    "SigningState",
    "Stage",
    "TakenBack",
    "WrittenNotice",
]
