"""What the state does for people, and what it costs."""

from .fees import Exemption, FeeRule, FeeSchedule, ScheduleState
from .procedure import CollectWhen, DocumentRequirement, Procedure, ProcedureCase

__all__ = [
    "CollectWhen",
    "DocumentRequirement",
    "Exemption",
    "FeeRule",
    "FeeSchedule",
    "Procedure",
    "ProcedureCase",
    "ScheduleState",
]
