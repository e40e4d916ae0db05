"""Stores the claims of a citizen's sign-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from core.values import identity

from .models import Citizen, User


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider asserts, as it wrote it; what is not given is empty."""

    name: str = ""
    identity_number: str = ""
    phone: str = ""
    email: str = ""


def remember(user: User, claims: Claims) -> Citizen:
    """Store the claims; one that cannot be read is stored empty, because nobody here can correct it.

    Raises IntegrityError when the account holds a role (the database's trigger).
    """
    with transaction.atomic():
        if claims.name and user.full_name != claims.name:
            user.full_name = claims.name[:120]  # the greeting after the first sign-in has this very object
            User.objects.filter(pk=user.pk).update(full_name=user.full_name)
        return Citizen.objects.update_or_create(
            user=user,
            defaults={
                "identity_number": _read(identity.clean_identity_number, claims.identity_number),
                "phone": _read(identity.clean_phone, claims.phone),
                "email": _read(_clean_email, claims.email),
                "confirmed_at": timezone.now(),
            },
        )[0]


def forget(identity_number: str) -> None:
    """Take everything personal from the account of who has this number; signing in by VNeID makes a new one.

    The account's row stays, nobody's and closed, because the audit names it by its number.
    """
    for citizen in Citizen.objects.filter(identity_key__in=identity.search_keys(identity_number)).select_related(
        "user"
    ):
        user = citizen.user
        for relation in ("socialaccount_set", "emailaddress_set", "usersession_set"):
            getattr(user, relation).all().delete()
        citizen.delete()
        user.username, user.is_active = f"erased-{user.pk}", False
        user.full_name = user.first_name = user.last_name = user.email = user.phone = ""
        user.save()


def citizen_of(user: object) -> Citizen | None:
    """Return who is signed in by VNeID; None for staff and for nobody."""
    return Citizen.objects.filter(user=user).select_related("user").first() if isinstance(user, User) else None


def _clean_email(text: str) -> str:
    validate_email(text)
    return text


def _read(clean: Callable[[str], str], text: str) -> str:
    try:
        return clean(text) if text else ""
    except ValidationError:
        return ""
