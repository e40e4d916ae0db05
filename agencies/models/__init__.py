"""Agencies, people, roles, audit."""

from .agency import Agency, AgencySuccession, BeneficiaryAccount, Level, Reform
from .audit import AuditEntry, AuditLink
from .citizens import Citizen
from .networks import OfficeNetwork
from .onboarding import OnboardingStep
from .people import Membership, Role, User
from .role_proposals import RoleProposal

__all__ = [
    "Agency",
    "AgencySuccession",
    "AuditEntry",
    "AuditLink",
    "BeneficiaryAccount",
    "Citizen",
    "Level",
    "Membership",
    "OfficeNetwork",
    "OnboardingStep",
    "Reform",
    "Role",
    "RoleProposal",
    "User",
]
