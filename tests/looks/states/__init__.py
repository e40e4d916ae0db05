"""The pages of citizens in every state they come in: a name, and how it is made."""

from __future__ import annotations

from . import bills, dossiers, finding_and_submitting  # noqa: F401 - each enters its states into the table
from .table import STATES

__all__ = ["STATES"]
