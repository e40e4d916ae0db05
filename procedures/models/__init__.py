"""What the state does for people, what it costs, and when offices work."""

from .calendar import CalendarDay, WorkingHours
from .fees import Exemption, FeeRule, FeeSchedule, ScheduleState
from .procedure import CollectWhen, DocumentRequirement, DurationUnit, Procedure, ProcedureCase
from .questions import Question, QuestionKind

__all__ = [
    "CalendarDay",
    "CollectWhen",
    "DocumentRequirement",
    "DurationUnit",
    "Exemption",
    "FeeRule",
    "FeeSchedule",
    "Procedure",
    "ProcedureCase",
    "Question",
    "QuestionKind",
    "ScheduleState",
    "WorkingHours",
]
