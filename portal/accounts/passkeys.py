"""Passkey forms that refuse incomplete data, on which allauth and fido2 raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what cannot be read as a credential into ValidationError, which becomes a page."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValidationError(_("Khóa không trả lời, hoặc bạn đã bỏ qua. Hãy thử lại, hoặc chọn cách khác.")) from error


class _Careful:
    def clean_credential(self) -> Any:
        """Return whose key it is."""
        with _readable():
            return super().clean_credential()  # type: ignore[misc]


class SignInForm(_Careful, forms.LoginWebAuthnForm):
    """The key alone."""


class SecondStepForm(_Careful, forms.AuthenticateWebAuthnForm):
    """The key after the password."""


class ProveAgainForm(_Careful, forms.ReauthenticateWebAuthnForm):
    """The key before money and rights."""


class EnrolForm(forms.AddWebAuthnForm):
    """A new key."""

    def clean(self) -> Any:
        """Return the key and its name."""
        with _readable():
            return super().clean()
