"""Who collects, who works there, and who did what."""

from .agency import Agency, AgencySuccession, BeneficiaryAccount, Level
from .audit import AuditEntry
from .people import Membership, Role, User

__all__ = [
    "Agency",
    "AgencySuccession",
    "AuditEntry",
    "BeneficiaryAccount",
    "Level",
    "Membership",
    "Role",
    "User",
]
