"""allauth's forms with our labels."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class _Worded(forms.Form):
    """Names of fields as people here call them; a placeholder would only repeat them."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].help_text = ""
                self.fields[name].widget.attrs.pop("placeholder", None)


class CodeAtSignIn(_Worded, AuthenticateForm):
    """The second step of signing in."""

    labels = {"code": _("Mã xác thực")}


class CodeAgain(_Worded, ReauthenticateForm):
    """Proving again."""

    labels = {"code": _("Mã xác thực")}


class PasswordAgain(_Worded, PasswordForm):
    """Proving again with the password."""

    labels = {"password": _("Mật khẩu")}


class FirstCode(_Worded, ActivateTOTPForm):
    """Setting up the app."""

    labels = {"code": _("Mã xác thực")}


class KeyName(_Worded, EditWebAuthnForm):
    """Another name for a key."""

    labels = {"name": _("Tên khóa, để bạn nhận ra")}


class NewPassword(_Worded, ChangePasswordForm):
    """Another password."""

    labels = {
        "oldpassword": _("Mật khẩu hiện tại"),
        "password1": _("Mật khẩu mới"),
        "password2": _("Nhập lại mật khẩu mới"),
    }


class SignIn(_Worded, LoginForm):
    """Name and password; the link to recovery is beside the form."""

    labels = {"password": _("Mật khẩu")}


class LostPassword(_Worded, ResetPasswordForm):
    """Asks where to send the letter."""

    labels = {"email": _("Thư điện tử")}


class PasswordByLetter(_Worded, ResetPasswordKeyForm):
    """The new password of who followed the letter."""

    labels = {"password1": _("Mật khẩu mới"), "password2": _("Nhập lại mật khẩu mới")}
