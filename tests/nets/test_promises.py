"""Promise net: what the product says it has and does not use fails here.

Every field, choice, setting, role, kind of message, task and template is read and written by product code,
or stands in `KEPT` with the reason: an issue that will make it work, or why it is there all the same.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import global_settings, settings
from django.contrib import admin
from django.db import models
from django.template.utils import get_app_template_dirs

from agencies.admin_base import ReadOnlyAdmin
from dossiers.messages.outbox import TEXTS
from portal.settings.environment import VARIABLES
from tests.source_rules import APPS, ROOT

from .product import Product, read_product, templates

#: What nothing reads or nothing writes → why it stays.
KEPT = {
    "agencies.BeneficiaryAccount.treasury": "issue 19 (2): beneficiary accounts and Treasury",
    "agencies.BeneficiaryAccount.verified_at": "issue 19 (2): beneficiary accounts and Treasury",
    "agencies.User.date_joined": "Django's own",
    "agencies.User.first_name": "Django's own; people have one full name here",
    "agencies.User.is_superuser": "Django's own: `createsuperuser` on a new installation",
    "agencies.User.last_name": "Django's own; people have one full name here",
    "dossiers.Dossier.national_code": "issue 21 (4): dossiers taken in from the national portal",
    "dossiers.Result.recorded_at": "evidence for the auditor, as in the audit",
    "dossiers.Result.recorded_by": "evidence for the auditor, as in the audit",
    "payments.ClosedDay.explained_amount": "read by the constraint: both sides of a closed day add up",
    "channel zalo": "issue 17 (9): reminders and channels",
    "EventKind.AGENCY_CHANGED": "issue 17 (6): reforms with dossiers in flight",
    "Refund.FULL_IF_NOT_ACCEPTED": "issue 17 (8): refund rules evaluated",
    "Refund.FULL_IF_NOT_STARTED": "issue 17 (8): refund rules evaluated",
    "RefundPolicy.FULL_IF_NOT_ACCEPTED": "issue 17 (8): refund rules evaluated",
    "RefundPolicy.FULL_IF_NOT_STARTED": "issue 17 (8): refund rules evaluated",
}
#: Settings of libraries, by how they begin.
LIBRARIES = ("ACCOUNT_", "CELERY_", "MFA_", "SOCIALACCOUNT_", "WHITENOISE_")
LIBRARY_SETTINGS = (
    "CONTENT_SECURITY_POLICY",
    "REST_FRAMEWORK",
    "SPECTACULAR_SETTINGS",
    "UNFOLD",
    "ROOT_URLCONF",
    "BASE_DIR",
)
#: Choices that mean nothing until code asks for them, whoever may choose them.
NEVER_OFFERED = ("Role", "Refund", "CollectWhen")
#: Django asks for them by name.
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")


@functools.cache
def product() -> Product:
    """Return the sources, read once."""
    return read_product()


def dead_fields(all_models: Any, used: Product) -> Iterator[str]:
    """Yield every field of our tables that nothing reads, or nothing writes."""
    for model in all_models:
        edited = _edited(model)
        for field in model._meta.local_concrete_fields:
            names = {field.name, field.attname}
            is_filled = field.primary_key or field.has_db_default() or _fills_itself(field)
            if not names & used.read:
                yield f"{model._meta.label}.{field.name} is read by nothing"
            elif not (is_filled or names & used.written or field.name in edited):
                yield f"{model._meta.label}.{field.name} is written by nothing"


def _fills_itself(field: Any) -> bool:
    has_maker = field.has_default() and callable(field.default)
    return has_maker or type(field).pre_save not in (models.Field.pre_save, models.FileField.pre_save)


def _edited(model: Any) -> set[str]:
    """Return the fields the administration lets people edit because its form names none."""
    pages: list[Any] = [page for page in admin.site._registry.values() if page.model is model and not _only_shows(page)]
    lines = [line for page in admin.site._registry.values() for line in page.inlines if line.model is model]
    is_whole = any(not page.fields and not page.fieldsets for page in (*pages, *lines))
    return {field.name for field in model._meta.local_concrete_fields} if is_whole else set()


def _only_shows(page: Any) -> bool:
    return isinstance(page, ReadOnlyAdmin)


def dead_choices(used: Product) -> Iterator[str]:
    """Yield every choice that no code names and no data has."""
    for _place, owner, member, value in used.choices:
        is_offered = f"{owner}.choices" in used.members and owner not in NEVER_OFFERED  # people choose
        is_built = any(pattern.fullmatch(value) for pattern in used.patterns)
        is_named = any(f"{name}.{member}" in used.members for name in (owner, *used.short_names.get(owner, ())))
        if not (is_offered or is_built or is_named or value in used.strings):
            yield f"{owner}.{member} is chosen by nothing"


def dead_settings(used: Product) -> Iterator[str]:
    """Yield every setting of ours that nothing reads, and every variable that no setting is made of."""
    for name in sorted(used.assigned):
        is_ours = not hasattr(global_settings, name) and not name.startswith(LIBRARIES) and name not in LIBRARY_SETTINGS
        if is_ours and name not in used.attributes:
            yield f"setting {name} is read by nothing"
    for variable in VARIABLES:
        if variable.name not in used.variables:
            yield f"variable {variable.name} is read by nothing"


def dead_messages(texts: dict[str, str], used: Product) -> Iterator[str]:
    """Yield every kind of message that has a text and is never sent."""
    sent = {value for _place, owner, member, value in used.choices if f"{owner}.{member}" in used.members}
    yield from (f"message {kind} is sent by nothing" for kind in texts if used.quoted[kind] < 2 and kind not in sent)


def dead_channels(channels: dict[str, str], used: Product) -> Iterator[str]:
    """Yield every channel that can be configured and that no message goes by."""
    yield from (
        f"channel {name} is used by nothing" for name in channels if f"channels.{name.upper()}" not in used.members
    )


def dead_tasks(used: Product) -> Iterator[str]:
    """Yield every task that is neither scheduled nor sent."""
    for name, function in used.tasks.items():
        if used.quoted[name] == 0 and name not in used.strings and f"{function}.delay" not in used.members:
            yield f"task {name} is run by nothing"


def dead_templates(files: list[str], used: Product) -> Iterator[str]:
    """Yield every template that nothing renders or includes, and that is no library's in our words."""
    for name in files:
        is_named = name in used.strings or any(pattern.fullmatch(name) for pattern in used.patterns)
        if not is_named and name not in ERROR_PAGES and not _is_a_librarys(name):
            yield f"template {name} is rendered by nothing"


def _is_a_librarys(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in get_app_template_dirs("templates"))


def our_models() -> list[Any]:
    """Return the models of our apps."""
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in APPS]


def everything_dead() -> set[str]:
    """Return every promise that is not kept."""
    used = product()
    names = [str(file.relative_to(ROOT / "templates")) for file in templates()]
    return {
        *dead_fields(our_models(), used),
        *dead_choices(used),
        *dead_settings(used),
        *dead_messages(TEXTS, used),
        *dead_channels(settings.MESSAGE_CHANNELS, used),
        *dead_tasks(used),
        *dead_templates(names, used),
    }


def test_everything_the_product_has_is_used_or_has_a_reason() -> None:
    dead = {line for line in everything_dead() if line.split(" is ")[0] not in KEPT}
    assert not dead, "use it, delete it, or give a reason in KEPT:\n" + "\n".join(sorted(dead))


def test_every_reason_is_still_needed() -> None:
    assert set(KEPT) <= {line.split(" is ")[0] for line in everything_dead()}


INVENTED = """
class Colour(models.TextChoices):
    MAUVE = "mauve", "Mauve"

class Paint(models.Model):
    thickness_in_microns = models.IntegerField()

@shared_task(name="paint.dry")
def dry():
    pass
"""


def test_what_nobody_uses_is_seen() -> None:
    used = Product()
    used.python("payments/models/paint.py", INVENTED)
    used.settings("PAINT_URL = read('PAINT_URL')")
    assert list(dead_choices(used)) == ["Colour.MAUVE is chosen by nothing"]
    assert list(dead_tasks(used)) == ["task paint.dry is run by nothing"]
    assert "setting PAINT_URL is read by nothing" in dead_settings(used)
    assert "thickness_in_microns" not in used.read | used.written
    assert list(dead_messages({"painted": "Done."}, used)) == ["message painted is sent by nothing"]
    assert list(dead_templates(["paint/wet.html"], used)) == ["template paint/wet.html is rendered by nothing"]


@pytest.mark.parametrize("app", ["payments"])
def test_a_field_nobody_reads_is_seen(app: str) -> None:
    bill = apps.get_model(app, "Bill")
    used = Product()
    assert f"{app}.Bill.amount is read by nothing" in dead_fields([bill], used)
    used.python("payments/x.py", "print(bill.amount)")
    assert f"{app}.Bill.amount is written by nothing" in dead_fields([bill], used)
    used.python("payments/y.py", "Bill(amount=1)")
    assert not [line for line in dead_fields([bill], used) if "amount" in line]


def test_what_is_used_is_not_seen() -> None:
    used = Product()
    used.python("payments/models/paint.py", INVENTED)
    used.settings("PAINT_URL = read('PAINT_URL')")
    used.python("payments/paint.py", "x = (Colour.MAUVE, settings.PAINT_URL, dry.delay(), tell('painted'), 'painted')")
    used.template("{% include 'paint/wet.html' %}")
    assert list(dead_choices(used)) == list(dead_tasks(used)) == []
    assert "setting PAINT_URL is read by nothing" not in dead_settings(used)
    assert list(dead_messages({"painted": "Done."}, used)) == list(dead_templates(["paint/wet.html"], used)) == []
