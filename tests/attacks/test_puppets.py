"""Somebody makes a second account, or a key of a system, and agrees with themselves through it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from agencies.audit import record as audit
from agencies.independence import may_check
from agencies.models import Role, User
from dossiers.attachments.validation import Paper
from dossiers.errors import NotIndependent as NoOtherSigner
from dossiers.models import Dossier
from dossiers.processing import signing
from payments.api import clients
from payments.errors import NotIndependent
from payments.models import ApiClient
from payments.refunds import workflow as refunds
from payments.states import RefundState
from procedures.errors import NotIndependent as NoOtherApprover
from procedures.models import ScheduleState
from procedures.schedules import lifecycle
from tests.support import factories
from tests.support.files import pdf
from tests.support.payments.refunds import paid, proposal
from tests.support.schedule_pages import page as page_of
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def accountant() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


def give_password(by: User, to: User) -> None:
    audit.record("password_changed", f"user:{to.pk}", actor=by)


def test_nobody_is_their_own_second_head() -> None:
    one = accountant()
    assert not may_check(one, one)
    assert may_check(one, accountant())


def test_two_accounts_that_one_person_has_opened_are_no_two_heads() -> None:
    """An administrator sets two accountants' passwords, sits before both, and one agrees to what the other proposes."""
    one, other, administrator = accountant(), accountant(), accountant()
    give_password(administrator, one)
    assert may_check(one, other), "one forgotten password stops nobody"
    audit.record("second_factor_removed", f"user:{other.pk}", actor=administrator)
    assert not may_check(one, other)
    assert not may_check(other, one)


@pytest.mark.parametrize("changes", [["email"], ["username", "email"]])
def test_letters_led_elsewhere_open_an_account_and_making_it_does_not(changes: list[str]) -> None:
    one, other, administrator = accountant(), accountant(), accountant()
    for person in (one, other):
        fields = [{"field": name, "before": "", "after": "x"} for name in changes]
        audit.record("user_saved", f"user:{person.pk}", actor=administrator, changes=fields)
    assert may_check(one, other) is ("username" in changes)


def test_what_people_change_of_their_own_accounts_stops_nobody() -> None:
    one, other = accountant(), accountant()
    give_password(one, one)
    give_password(other, other)
    assert may_check(one, other)


@pytest.mark.parametrize("act", ["registers", "makes a key"])
def test_who_holds_a_key_does_not_approve_what_it_proposed(act: str) -> None:
    payment = paid()
    holder, other = accountant(), accountant()
    client, _key = clients.create_client("Một cửa điện tử", [payment.bill.agency])
    if act == "registers":
        audit.record("api_client_saved", f"client:{client.pk}", actor=holder)
    else:
        clients.replace_key(client, actor=holder)
    refund = refunds.propose_for_payment(payment, proposal(1000, 150_000), maker=client)
    with pytest.raises(NotIndependent):
        refunds.approve(refund, checker=holder)
    give_password(holder, other)  # nor a puppet of who holds it
    with pytest.raises(NotIndependent):
        refunds.approve(refund, checker=other)
    assert refunds.approve(refund, checker=accountant()).state == RefundState.APPROVED


def test_registering_a_system_on_its_page_makes_its_holder() -> None:
    admin = factories.officer(factories.agency(), Role.PROVINCE_ADMIN)
    data = {"name": "Hệ thống", "agencies": [factories.agency().pk], "is_active": "on"}
    assert browser_of(admin).post("/admin/payments/apiclient/add/", data).status_code == 302
    assert [*clients.holders(ApiClient.objects.get())] == [admin]


def test_who_typed_the_account_does_not_approve_by_a_puppet() -> None:
    payment = paid()
    client, _key = clients.create_client("Một cửa điện tử", [payment.bill.agency])
    refund = refunds.propose_for_payment(payment, proposal(1000, 150_000, bank_account=""), maker=client)
    typist, puppet = accountant(), accountant()
    refunds.give_account(refund, "VCB · 999 · TRAN VAN X", actor=typist)
    give_password(typist, puppet)
    with pytest.raises(NotIndependent):
        refunds.approve(refund, checker=puppet)


def test_a_puppet_does_not_approve_a_fee_schedule() -> None:
    writer, puppet = (factories.officer(factories.agency(), Role.PROVINCE_ADMIN) for _ in range(2))
    give_password(writer, puppet)
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    lifecycle.propose(draft, by=writer)
    with pytest.raises(NoOtherApprover):
        lifecycle.approve(draft, by=puppet)
    page = browser_of(puppet).post(page_of(draft, "approve"), follow=True)
    assert "không tính là hai người" in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == ScheduleState.PROPOSED


@pytest.mark.parametrize("by_page", [False, True])
def test_a_puppet_does_not_sign_a_result(by_page: bool, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    dossier = factories.dossier(state=4, amount=0)
    Dossier.objects.update(received_at=timezone.now(), due_at=timezone.now())
    dossier.refresh_from_db()
    officer = factories.officer(dossier.agency, Role.HANDLING_OFFICER)
    signer = factories.officer(dossier.agency, Role.SIGNER)
    draft = Paper(name="a.pdf", content=pdf("a"), content_type="application/pdf", suffix=".pdf")
    waiting = signing.submit(dossier, number="1/GXN", draft=draft, to=signer, actor=officer)
    give_password(officer, signer)
    if by_page:
        page = browser_of(signer).post(f"/quay/{dossier.code}/xu-ly/?viec=ky", {"draft": waiting.pk, "number": "1"})
        assert "không tính là hai người" in page.content.decode()
    else:
        with pytest.raises(NoOtherSigner):
            signing.sign(waiting, actor=signer, number="1/GXN")
    waiting.refresh_from_db()
    assert waiting.decided_at is None
