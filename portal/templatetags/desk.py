"""What every page of the desk says of the dossier it is about."""

from __future__ import annotations

from django import template

from dossiers.desk.fees import state
from dossiers.models import Dossier
from payments.states import DisplayState

register = template.Library()


@register.filter
def fee_state(dossier: Dossier) -> DisplayState:
    """Return the one state of what a dossier has to pay. Reads `bills`: prefetch."""
    return state.fee_state(dossier)
