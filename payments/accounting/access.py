"""Authorization under `/doi-soat/`: computed once per request, used by every view.

Accountants and administrators act, auditors only read (every POST of theirs is a 403). What
lies outside the agencies somebody sees is a 404, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from agencies.authorization import (
    ACCOUNTANTS,
    ACCOUNTING_READERS,
    CASHIERS,
    View,
    agencies_of,
    guarded,
    roles_of,
    roles_today,
)
from agencies.models import Role, User
from gateways import internal
from payments.models import Discrepancy, Export, MerchantAccount, Refund
from payments.models.exports import ExportState

Row = TypeVar("Row", Refund, Discrepancy)


@dataclass(frozen=True, slots=True)
class AccountingStaff:
    """One member of staff today: the agencies whose accounts they see, and those they act for.

    `counts_for` are the agencies at which they may have a drawer of their own.
    """

    user: User
    sees: frozenset[int]
    acts_for: frozenset[int]
    counts_for: frozenset[int]
    may_reopen: bool

    def may_act(self, agency_id: int) -> bool:
        """Tell whether buttons for this agency's rows are theirs to press."""
        return agency_id in self.acts_for

    def must_act(self, agency_id: int) -> None:
        """Raise PermissionDenied unless they may act for an agency they see."""
        if agency_id not in self.acts_for:
            raise PermissionDenied

    def to_act_on(self, row: Row) -> Row:
        """Return a refund or discrepancy they see, to be changed. Raises PermissionDenied where they only read."""
        self.must_act(row.agency_id)
        return row

    def ready_files(self) -> int:
        """How many files of theirs were made in the background and wait to be taken: one query, of every page."""
        ready = Export.objects.filter(user=self.user, state=ExportState.READY, taken_at=None)
        return ready.filter(expires_at__gt=timezone.now()).count()

    def accounts(self) -> list[MerchantAccount]:
        """Return the contracts with banks they see; the counter and money moved within have no statement."""
        merchant_accounts = MerchantAccount.objects.filter(agency__in=self.sees).exclude(gateway__in=internal.SLUGS)
        return list(merchant_accounts.select_related("agency"))


def staff_of(user: User) -> AccountingStaff:
    """Return what somebody may see and do today; a right that ended yesterday is gone."""
    today = timezone.localdate()
    held = user.memberships.filter(valid_during__contains=today, role__in=CASHIERS)
    return AccountingStaff(
        user=user,
        sees=frozenset(agencies_of(user, today, roles=ACCOUNTING_READERS)),
        acts_for=frozenset(agencies_of(user, today, roles=ACCOUNTANTS)),
        counts_for=frozenset(held.values_list("agency", flat=True)),
        may_reopen=Role.PROVINCE_ADMIN in roles_of(user, today),
    )


def for_accountants(view: View) -> View:
    """Give a view its `AccountingStaff`; refuse whoever sees nothing, and posts of whoever only reads."""
    return _guard(view, lambda staff, is_post: bool(staff.acts_for if is_post else staff.sees))


def for_searchers(view: View) -> View:
    """As `for_accountants`, but a post only says what is looked for, so whoever reads may post."""
    return _guard(view, lambda staff, is_post: bool(staff.sees))


def for_cashiers(view: View) -> View:
    """As `for_accountants`, and open to whoever may have a drawer."""
    return _guard(view, lambda staff, is_post: bool(staff.counts_for or (not is_post and staff.sees)))


def _guard(view: View, admits: Callable[[AccountingStaff, bool], bool]) -> View:
    return guarded(view, staff_of, admits, name="accountants")


def entrance_of(user: User | AnonymousUser) -> str:
    """Return the name of the page that the header should lead somebody to, or ""."""
    roles = roles_today(user)
    if roles.intersection(ACCOUNTING_READERS):
        return "accounting"
    return "accounting-shifts" if roles.intersection(CASHIERS) else ""
