"""A gateway whose package is gone or broken: its money waits, everything else goes on, and people are told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role
from gateways import registry
from gateways.base import GatewayMissing
from payments import tasks
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.errors import PaymentNotStarted, SecretsRefused
from payments.merchants import accounts, key_rotation, missing
from payments.models import Payment, Refund, Statement
from payments.models.statements import StatementState
from payments.reconciliation import statements
from payments.refunds import workflow as refunds
from payments.states import PaymentState, RefundState
from payments.status_queries import connection_test
from payments.status_queries import query as status_queries
from portal.administration import alerts
from portal.public import status_views
from tests.support import factories
from tests.support.matrix import addresses, table, verdict
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import paid, proposal
from tests.support.payments.statements import confirmed, file_of, line
from tests.support.signing_in import browser_of
from tests.support.world import World

pytestmark = pytest.mark.django_db
#: Whoever may see most of the pages, beside a payer and a connected system.
VISITORS = (Role.PROVINCE_ADMIN, Role.ACCOUNTANT, Role.CASHIER, Role.RECEPTION_OFFICER, "citizen", "anonymous", "api")


@pytest.fixture(autouse=True)
def _logged_anew() -> Iterator[None]:
    yield
    missing._log.cache_clear()
    accounts._adapter.cache_clear()


@pytest.fixture
def vanish(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that takes the packages of gateways away."""
    whole = {slug: registry.get(slug) for slug in registry.all_slugs()}

    def take_away(*slugs: str) -> None:
        left = {slug: gateway for slug, gateway in whole.items() if slug not in slugs}
        monkeypatch.setattr(registry, "_gateways", lambda: left)
        accounts._adapter.cache_clear()
        missing._log.cache_clear()

    return take_away


def due(gateway: str) -> Payment:
    return factories.payment(gateway=gateway, next_check_at=timezone.now() - timedelta(minutes=1))


def approved_refund() -> Refund:
    payment = paid()
    maker, checker = (factories.officer(payment.bill.agency, Role.ACCOUNTANT) for _ in range(2))
    refund = refunds.propose_for_payment(payment, proposal(1000, payment.remaining_amount), maker=maker)
    return refunds.approve(refund, checker=checker)


def waiting_statement(gateway: str) -> Statement:
    account = factories.merchant(factories.agency(), gateway)
    content = file_of(line(f"FT{account.pk}", 150_000))
    return statements.take(account, ContentFile(content, name="saoke.csv"), by=None)[0]


def whoever_gets_in(row: dict[str, str]) -> str:
    return next((who for who in VISITORS if row[who].startswith("yes")), VISITORS[0])


def test_no_page_of_the_site_breaks(vanish: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world, patterns = World(), dict(addresses())
    vanish("vnptpay", "vietinbank")
    logging.disable(logging.CRITICAL)
    answered = {}
    try:
        for row in table():
            name, defaults = row["url"], patterns[row["url"]].default_args
            if row["method"] == "GET" or name.startswith(
                ("api-", "pay", "accounting-", "gateway", "test_payment", "vietinbank-n")
            ):
                path = world.paths.get(name) or reverse(name, kwargs=world.objects[row["object"]] | dict(defaults))
                body = json.dumps(world.bodies[name]) if name in world.bodies else ""
                actor = world.actors[whoever_gets_in(row), True]
                answered[f"{row['method']} {name}"] = verdict(actor, path, row["method"], body)
    finally:
        logging.disable(logging.NOTSET)
    asked_again_later = {what for what in answered if what.endswith("-notify")}
    assert {what for what, answer in answered.items() if answer.isdigit() and answer >= "500"} == asked_again_later
    assert {answered[what] for what in asked_again_later} == {"503"}


def test_its_payments_stay_due_while_the_others_are_asked_about(
    vanish: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lost, kept = due("vnptpay"), due("payplatform")
    vanish("vnptpay")
    woken: list[str] = []
    send = lambda **options: woken.append(options["kwargs"]["gateway"])  # noqa: E731
    monkeypatch.setattr(tasks.query_open_payments, "apply_async", send)
    for number_of_others in (1, 0):
        assert tasks.query_open_payments() == number_of_others
        assert tasks.query_open_payments("vnptpay") == 0
        status_queries.check_due("payplatform")
    assert woken == ["payplatform"]
    for payment in (lost, kept):
        was = payment.next_check_at
        payment.refresh_from_db()
        assert (payment.state, payment.next_check_at == was) == (PaymentState.SENT, payment is lost)
    assert len([record for record in caplog.records if "vnptpay" in record.getMessage()]) == 1


def test_somebody_who_asks_about_it_hears_that_no_answer_came_and_nothing_changes(vanish: Any) -> None:
    payment = due("vnptpay")
    Payment.objects.filter(pk=payment.pk).update(expires_at=timezone.now() - timedelta(days=1))
    payment.refresh_from_db()
    vanish("vnptpay")
    check = status_queries.check(payment)
    assert (check.was_asked, check.is_reachable) == (False, False)
    payment.refresh_from_db()
    assert (payment.state, payment.check_count) == (PaymentState.SENT, 0)


def test_what_it_told_before_is_still_settled(vanish: Any) -> None:
    payment = factories.payment()
    post(confirm(payment))
    vanish("vnptpay")
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID


def test_its_refunds_wait_for_it_and_are_sent_when_it_is_back(vanish: Any) -> None:
    refund = approved_refund()
    was = refund.next_check_at
    vanish("vnptpay")
    assert tasks.send_refunds() == 0
    refund.refresh_from_db()
    assert (refund.state, refund.next_check_at) == (RefundState.APPROVED, was)
    vanish()
    assert tasks.send_refunds() == 1
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_TRANSFER  # VNPT-Pay gives nothing back by itself


def test_its_statements_wait_for_it_while_the_others_are_read(vanish: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    lost, kept = waiting_statement("vnptpay"), waiting_statement("vietinbank")
    vanish("vnptpay")
    assert tasks.work_statements() == 1
    states = [Statement.objects.get(pk=statement.pk).state for statement in (lost, kept)]
    assert states == [StatementState.LOADING, StatementState.PREVIEW]
    with pytest.raises(GatewayMissing):
        statements.load(lost)
    account = lost.merchant_account
    with pytest.raises(CommandError, match="The file is kept and waits"):
        call_command("import_statement", account.gateway, account.merchant_id, lost.file.path, stdout=StringIO())
    vanish()
    assert tasks.work_statements() == 1
    lost.refresh_from_db()
    assert (lost.state, lost.row_count) == (StatementState.PREVIEW, 1)
    confirmed(lost)
    vanish("vnptpay")
    assert tasks.work_statements() == 0
    lost.refresh_from_db()
    assert (lost.state, lost.lease_until) == (StatementState.APPLYING, None)


def test_nothing_new_is_begun_or_changed_through_it(vanish: Any) -> None:
    bill, staff = factories.bill(), factories.officer(factories.agency())
    account = factories.merchant(bill.agency, "vnptpay")
    vanish("vnptpay")
    with pytest.raises(PaymentNotStarted):
        checkout.start(bill, "vnptpay", client_ip="", through=account)
    assert not bill.payments.exists()
    with pytest.raises(SecretsRefused) as refused:
        key_rotation.rotate(account, {"secret_key": "new"}, keep_for=timedelta(0), actor=staff)
    assert "vnptpay" in refused.value.message
    tested = connection_test.probe(account, actor=staff)
    assert (tested.is_well, "vnptpay" in tested.said) == (False, True)


def test_accountants_find_its_payments_and_read_what_to_do(vanish: Any) -> None:
    refund = approved_refund()
    payment = refund.payment
    assert payment
    accountant = browser_of(factories.officer(payment.bill.agency, Role.ACCOUNTANT))
    other = factories.payment(factories.bill(of=payment.bill.agency), gateway="payplatform")
    vanish("vnptpay")
    for name, pk in (("payment", payment.pk), ("propose", payment.pk), ("refund", refund.pk)):
        page = accountant.get(reverse(f"accounting-{name}", args=[pk])).content.decode()
        assert "Cổng vnptpay hiện không dùng được" in page
        assert "báo quản trị tỉnh" in page
    page = accountant.get(reverse("accounting-payment", args=[other.pk])).content.decode()
    assert "hiện không dùng được" not in page
    for query in ({"q": payment.merchant_ref}, {"gateway": "vnptpay"}):
        page = accountant.get(reverse("accounting-payments"), query).content.decode()
        assert payment.bill.reference in page
        assert other.bill.reference not in page


def test_the_administration_is_alerted(vanish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = factories.officer(factories.agency(), Role.PROVINCE_ADMIN)
    factories.payment()

    def told() -> alerts.Alert:
        return next(alert for alert in alerts.of_province(admin) if "bị thiếu hoặc hỏng" in str(alert.name))

    assert told().count == 0
    vanish("vnptpay")
    monkeypatch.setattr(registry, "broken", lambda: [registry.Broken("wallet", "wallet:Wallet", "ImportError: no x")])
    assert (told().count, str(told().name).partition(": ")[2]) == (2, "vnptpay, wallet")
    page = browser_of(admin).get(reverse("gateways")).content.decode()
    assert "ImportError: no x" in page
    assert "Phần mềm của cổng bị thiếu hoặc hỏng" in page
    [standing] = status_views.standings()
    assert (standing.name, standing.is_away) == ("vnptpay", True)
