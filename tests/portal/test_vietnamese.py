"""What Django, the framework of the API and allauth say to people is Vietnamese: `locale/vi` has the rest."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext, ngettext
from rest_framework.fields import Field

from payments.api import fields as api_fields
from payments.api import serializers

#: Package of a catalogue → files of it whose texts a person reads on a page of ours; templates are our own.
READ = {
    "django.conf": ("core/paginator.py", "core/validators.py", "forms/", "utils/timesince.py"),
    "django.contrib.auth": ("contrib/auth/forms.py", "contrib/auth/password_validation.py", "contrib/auth/admin.py"),
    "django.contrib.admin": ("contrib/admin/options.py", "contrib/admin/forms.py", "admin/auth/user/change_password"),
    "django.contrib.postgres": ("contrib/postgres/forms/ranges.py", "postgres/validators.py", "fields/array.py"),
    "allauth": ("account/forms.py", "account/adapter.py", "account/fields.py", "mfa/", "usersessions/messages/"),
}
#: Names that are the same in both languages, signs, and pages that are overridden or never shown.
SAME = ("IPv4", "IPv6", "Email", "MFA", "WebAuthn", "LogEntry Object", "%(class_name)s %(instance)s")
OURS = ("templates/mfa/", "templates/account/", "mfa/models.py", "mfa/apps.py")


def texts() -> Iterator[tuple[str, ...]]:
    """Yield each text, singular and plural, that somebody may read."""
    for package, files in READ.items():
        spec = find_spec(package)
        assert spec and spec.submodule_search_locations
        root = Path(next(iter(spec.submodule_search_locations)))
        with (root / "locale/en/LC_MESSAGES/django.po").open("rb") as catalogue:
            for message in read_po(catalogue):
                places = [name for name, _line in message.locations]
                is_read = any(part in place for part in files for place in places)
                if message.id and is_read and not all(any(own in place for own in OURS) for place in places):
                    yield (message.id,) if isinstance(message.id, str) else tuple(message.id)


def is_english(forms: tuple[str, ...]) -> bool:
    """Tell whether a text comes out as it went in."""
    if len(forms) == 1:
        return gettext(forms[0]) == forms[0]
    return any(ngettext(forms[0], forms[1], number) == forms[number > 1] for number in (1, 2))


def test_nothing_that_people_read_is_left_in_english() -> None:
    with translation.override("vi"):
        left = [
            forms
            for forms in texts()
            if is_english(forms) and forms[0] not in SAME and any(letter.isalpha() for letter in forms[0])
        ]
    # The texts of this one page that only an installer of Django's own sees.
    left = [forms for forms in left if "password-based authentication" not in forms[0] and forms[0] != "Error:"]
    assert [forms[0] for forms in left] == []


def test_the_fields_of_the_api_refuse_in_vietnamese() -> None:
    used: set[type[Field]] = {each for each in vars(api_fields).values() if isinstance(each, type)}
    for each in (serializers.NewBillSerializer(), serializers.NewRefundSerializer(), serializers.NewLineSerializer()):
        used |= {type(field) for field in each.fields.values()}
    left = set()
    for text in (text for field in used for text in getattr(field, "default_error_messages", {}).values()):
        with translation.override("en"):
            english = str(text)
        with translation.override("vi"):
            left |= {english} if str(text) == english else set()
    assert left == set()
