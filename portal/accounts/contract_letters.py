"""Letters about changes of where money goes, to everybody who would notice that one is wrong (S-29)."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Role, User
from payments.models import ContractChange
from payments.signals import contract_change_moved

from . import letters

STEPS = {
    "proposed": gettext_lazy("%(one)s đề nghị đổi hợp đồng %(contract)s, mục: %(fields)s. Chưa ai đồng ý."),
    "agreed": gettext_lazy(
        "hợp đồng %(contract)s sẽ đổi lúc %(at)s, mục: %(fields)s. Đề nghị: %(one)s, đồng ý: %(two)s."
    ),
    "in_force": gettext_lazy("hợp đồng %(contract)s đã đổi, mục: %(fields)s. Đề nghị: %(one)s, đồng ý: %(two)s."),
    "stopped": gettext_lazy("thay đổi hợp đồng %(contract)s do %(one)s đề nghị đã dừng. Hợp đồng giữ như cũ."),
}
#: Steps after which it is not too late.
STOPPABLE = frozenset({"proposed", "agreed"})


def recipients(change: ContractChange) -> QuerySet[User]:
    """Return who gets a letter: the province's administrators, and the accountants of the agencies concerned."""
    today = timezone.localdate()
    agencies = {change.agency_id} | ({change.contract.agency_id} if change.contract else set())
    wanted = Q(memberships__role=Role.PROVINCE_ADMIN) | Q(
        memberships__role=Role.ACCOUNTANT, memberships__agency__in=agencies
    )
    people = User.objects.filter(wanted, memberships__valid_during__contains=today, is_active=True)
    return people.distinct().order_by("pk")


@receiver(contract_change_moved)
def _notify(change: ContractChange, step: str, **_kwargs: Any) -> None:
    transaction.on_commit(partial(notify, change, step), robust=True)


def notify(change: ContractChange, step: str) -> None:
    """Write to each by e-mail, else by SMS; a provider that is away holds nothing up."""
    text = text_of(change, step)
    for person in recipients(change):
        if address := person.email or person.phone:
            letters.send(address, text)


def text_of(change: ContractChange, step: str) -> str:
    """Return the letter of a step, in Vietnamese; it names fields and people, never a key or an account."""
    with translation.override("vi"):
        at = change.takes_effect_at
        facts = {
            "contract": change,
            "fields": ", ".join(str(each.get("label") or each["field"]) for each in change.changes),
            "one": change.proposed_by,
            "two": change.agreed_by or "–",
            "at": date_format(timezone.localtime(at), "H:i d/m/Y") if at else "–",
        }
        text = str(_("Một Cửa Pay: ")) + str(STEPS[step]) % facts
        if step in STOPPABLE:
            text += " " + _("Nếu không đúng, hãy vào trang quản trị và dừng ngay.")
        return text
