"""A file of another contract: told before it counts, refused as a whole, and closed together where it got through."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payments.models import ClosedDay, Discrepancy, MerchantAccount, Statement
from payments.models.discrepancies import DiscrepancyKind
from payments.reconciliation import bulk_close, daily_totals, matching, previews
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import countersign, said, signed_in, upload
from tests.support.payments.statements import (
    HEADER,
    YESTERDAY,
    confirmed,
    file_of,
    line,
    match,
    paid_yesterday,
    read,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)
#: Where the province's money arrives, and the commune's.
PROVINCE, COMMUNE = str(factories.CONTRACTS["vietinbank"]["bank"]["account"]), "2022"
WITH_ACCOUNT = f"{HEADER};Số tài khoản"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def contracts() -> tuple[MerchantAccount, MerchantAccount]:
    """The province's contract and one of a commune, each with an account of its own."""
    province = factories.merchant(factories.agency("Tỉnh"), "vietinbank")
    MerchantAccount.objects.filter(pk=province.pk).update(settings={**province.settings, "accounts": [PROVINCE]})
    province.refresh_from_db()
    own = MerchantAccount.objects.create(
        agency=factories.agency(),
        gateway="vietinbank",
        merchant_id="PT044VT",
        settings={**province.settings, "accounts": [COMMUNE]},
        secrets=province.secrets,
        valid_during=factories.FOREVER,
    )
    return province, own


def rows_of(account: str, *lines: str) -> bytes:
    return file_of(*(f"{text};{account}" for text in lines), header=WITH_ACCOUNT)


def foreseen(statement: Statement) -> dict[str, int]:
    """What a preview says, as the states that rows would have."""
    shown = previews.of(statement)
    return {
        "matched": shown.matched,
        "settled": shown.settles,
        "repeated": shown.repeated,
        "likely": shown.likely,
        "discrepancy": shown.differs + shown.unknown + shown.taken_back,
    }


def became(statement: Statement) -> dict[str, int]:
    """What the rows have become."""
    became_of = [{"proposed": "discrepancy"}.get(state, state) for state in states(statement)]
    return {state: became_of.count(state) for state in ("matched", "settled", "repeated", "likely", "discrepancy")}


def test_a_preview_says_of_every_row_what_becomes_of_it(contracts: tuple[MerchantAccount, MerchantAccount]) -> None:
    account, _own = contracts
    known, differing = paid_yesterday(), paid_yesterday()
    unheard = {name: factories.payment(gateway="vietinbank") for name in ("exact", "twice", "short", "over", "parts")}
    zero = factories.payment(gateway="vietinbank")
    match(account, rows_of(PROVINCE, line("EARLIER", 5_000)))
    code = {name: payment.merchant_ref for name, payment in unheard.items()}
    lines = (
        line(known.gateway_ref, 150_000),
        line(differing.gateway_ref, 140_000),
        line("EARLIER", 5_000),
        line("N1", 150_000, "", f"nop phi {code['exact']} cam on"),
        line("N2", 150_000, code["twice"]),
        line("N3", 150_000, code["twice"]),
        line("N4", 100_000, code["short"]),
        line("N5", 160_000, code["over"]),
        line("N6", 100_000, code["parts"]),
        line("N7", 60_000, code["parts"]),
        line("N8", 150_000, zero.merchant_ref.lstrip("0")),
        line("N9", 7_000, "", "la"),
        line("N10", -150_000, known.merchant_ref),
        line("N11", 150_000, known.merchant_ref),
    )
    statement = read(account, rows_of(PROVINCE, *lines))
    expected = foreseen(statement)
    shown = previews.of(statement)
    assert dict(shown.opens)[DiscrepancyKind.UNKNOWN_REFERENCE] == 1
    confirmed(statement)
    statement.refresh_from_db()
    matching.apply(statement)
    settled_with_rest = statement.rows.filter(
        discrepancy__kind="surplus", state="discrepancy", event__bill__state="paid"
    )
    became_of = became(statement)
    # A row that settles its bill and leaves a rest has a case for the rest.
    rest = expected["settled"] - became_of["settled"]
    assert 0 <= rest <= settled_with_rest.count()
    became_of["settled"], became_of["discrepancy"] = became_of["settled"] + rest, became_of["discrepancy"] - rest
    assert became_of == expected
    assert ledger_check.check() == []


def test_a_file_of_another_contract_is_named_and_not_confirmed(
    contracts: tuple[MerchantAccount, MerchantAccount],
) -> None:
    province, own = contracts
    booked, waiting = paid_yesterday(), factories.payment(gateway="vietinbank")
    client = signed_in(own.agency)
    lines = (line(booked.gateway_ref, 150_000), line("B1", 150_000, waiting.merchant_ref), line("B2", 9_000))
    content = [f"{text};{PROVINCE}" for text in lines]
    page = client.post(
        "/doi-soat/sao-ke/",
        {"account": own.pk, "file": _upload(content)},
        follow=True,
    )
    statement = Statement.objects.latest("pk")
    shown = page.context["preview"]
    assert (shown.settles, shown.likely, dict(shown.opens)) == (0, 1, {DiscrepancyKind.WRONG_ACCOUNT: 2})
    assert shown.is_of_another
    text = tight(said(page))
    assert "Tệp này có vẻ của hợp đồng khác" in text
    assert f"{province.merchant_id}" in text
    assert f"Tài khoản nhận ghi trong tệp: {PROVINCE}" in text
    address = f"/doi-soat/sao-ke/{statement.pk}/gui-xac-nhan/"
    assert "không xác nhận được" in said(client.post(address, {"seen": shown.seen}, follow=True))
    statement.refresh_from_db()
    assert statement.state == "preview"
    assert not Discrepancy.objects.exists()

    single = statement.rows.get(gateway_ref="B2")
    client.post(address, {"seen": shown.seen, "keep": str(single.pk)})
    countersign(client, statement, foreign="1")
    matching.work_due()
    assert states(statement) == ["foreign", "foreign", "discrepancy"]
    assert Discrepancy.objects.count() == 1
    day = daily_totals.figures(own, YESTERDAY)
    assert (day.bank_amount, day.waiting, day.unexplained) == (9_000, 9_000, 0)
    assert "chưa ai giải thích: 9.000\u00a0đ" in said(client.get(f"/doi-soat/ngay/{own.pk}/{YESTERDAY}/"))


def _upload(lines: list[str]) -> Any:
    return SimpleUploadedFile("saoke.csv", file_of(*lines, header=WITH_ACCOUNT))


def test_single_rows_of_another_account_are_asked_about(contracts: tuple[MerchantAccount, MerchantAccount]) -> None:
    _province, own = contracts
    client = signed_in(own.agency)
    page = client.post(
        "/doi-soat/sao-ke/",
        {
            "account": own.pk,
            "file": _upload([f"{line(f'B{n}', 1_000)};{COMMUNE if n else PROVINCE}" for n in range(4)]),
        },
        follow=True,
    )
    statement = Statement.objects.latest("pk")
    assert "Có dòng của hợp đồng hay tài khoản khác" in said(page)
    address = f"/doi-soat/sao-ke/{statement.pk}/gui-xac-nhan/"
    assert "đánh dấu đã xem" in said(client.post(address, follow=True))
    countersign(client, statement, foreign="1")
    matching.work_due()
    assert set(Discrepancy.objects.values_list("kind", flat=True)) == {"wrong_account", "unknown_reference"}


def test_what_changed_since_the_preview_is_shown_again() -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    client = signed_in(account.agency)
    seen = upload(client, account, line("B1", 150_000, payment.merchant_ref)).context["preview"].seen
    statement = Statement.objects.get()
    payment.bill.state = "cancelled"
    payment.bill.save()
    address = f"/doi-soat/sao-ke/{statement.pk}/gui-xac-nhan/"
    page = client.post(address, {"seen": seen}, follow=True)
    assert "Sổ đã đổi" in said(page)
    assert (page.context["preview"].settles, page.context["preview"].unknown) == (0, 1)
    countersign(client, statement, seen=page.context["preview"].seen)
    statement.refresh_from_db()
    assert statement.state == "applying"


def test_what_another_contract_has_booked_is_not_booked_again(
    contracts: tuple[MerchantAccount, MerchantAccount],
) -> None:
    _province, own = contracts
    booked = paid_yesterday()
    statement = match(own, rows_of(COMMUNE, line(booked.gateway_ref, 150_000)))
    assert states(statement) == ["likely"]
    case = Discrepancy.objects.get()
    assert (case.agency_id, case.bill, case.payment) == (own.agency_id, None, None), "the payer is not theirs to see"
    client = signed_in(own.agency)
    client.post(f"/doi-soat/sai-lech/{case.pk}/mot-hay-hai/", {"answer": "same"})
    assert states(statement) == ["foreign"]
    day = daily_totals.figures(own, YESTERDAY)
    assert (day.our_amount, day.bank_amount, day.differences) == (0, 0, ())
    assert ledger_check.check() == []


def test_a_case_says_that_another_contract_booked_it_and_closes(
    contracts: tuple[MerchantAccount, MerchantAccount],
) -> None:
    province, own = contracts
    statement = match(own, rows_of(PROVINCE, line("B1", 9_000)))
    case = Discrepancy.objects.get()
    assert case.kind == "wrong_account"
    match(province, rows_of(PROVINCE, line("B1", 9_000)))
    client = signed_in(own.agency)
    page = f"/doi-soat/sai-lech/{case.pk}/"
    assert f"đã được ghi sổ ở hợp đồng {province.merchant_id}" in tight(said(client.get(page)))
    client.post(f"{page}dong/", {"reason": "Đã ghi ở hợp đồng kia", "foreign": "1"})
    case.refresh_from_db()
    assert case.closed_at
    assert states(statement) == ["foreign"]


def test_cases_of_one_file_are_closed_together(contracts: tuple[MerchantAccount, MerchantAccount]) -> None:
    _province, own = contracts
    statement = match(own, rows_of(PROVINCE, *(line(f"B{n}", 1_000) for n in range(30))))
    client = signed_in(own.agency)
    page = client.get(f"/doi-soat/sao-ke/{statement.pk}/")
    assert page.context["closable"] == [("wrong_account", "Sai tài khoản nhận", 30)]
    address = f"/doi-soat/sao-ke/{statement.pk}/dong-vu-viec/"
    assert "ghi lý do" in said(client.post(address, {"kind": "wrong_account"}, follow=True))
    given = {"kind": "wrong_account", "reason": "Tải nhầm tệp", "foreign": "1"}
    closed = ClosedDay.objects.create(
        merchant_account=own, day=YESTERDAY, our_amount=0, our_count=0, bank_amount=30_000, bank_count=30,
        explained_amount=30_000, closed_by=factories.officer(own.agency),
    )  # fmt: skip
    assert "đã khóa sổ với các dòng này" in said(client.post(address, given, follow=True))
    assert Discrepancy.objects.filter(closed_at=None).count() == 30, "all or none"
    closed.delete()
    client.post(address, given)
    assert set(Discrepancy.objects.values_list("resolution", flat=True)) == {"Tải nhầm tệp"}
    assert not Discrepancy.objects.filter(closed_at=None).exists()
    assert set(states(statement)) == {"foreign"}
    assert daily_totals.figures(own, YESTERDAY).bank_amount == 0
    assert bulk_close.offered(statement) == []


@pytest.mark.parametrize("taken_back", ["-150.000", "(150.000)", "150000-", "\u2212150.000 đ"])
def test_a_credit_taken_back_is_a_line_that_a_person_decides(taken_back: str) -> None:
    payment = paid_yesterday()
    account = payment.merchant_account
    # The bank may name the credit's own number, or another; a file may hold both.
    lines = (line(payment.gateway_ref, 150_000), line(payment.gateway_ref, taken_back), line("R2", taken_back))
    statement = read(account, file_of(*lines))
    assert previews.of(statement).taken_back == 2
    confirmed(statement)
    statement.refresh_from_db()
    matching.apply(statement)
    assert states(statement) == ["matched", "discrepancy", "discrepancy"]
    cases = list(Discrepancy.objects.order_by("pk").values_list("kind", "payment", "amount"))
    assert cases == [("contradiction", payment.pk, 150_000), ("contradiction", None, 150_000)]
    payment.bill.refresh_from_db()
    assert payment.bill.state == "paid", "nothing is undone before a person has asked the bank"
    figures = daily_totals.figures(account, YESTERDAY)
    assert (figures.bank_amount, figures.unexplained) == (-150_000, 0)
    assert sum(difference.amount for difference in figures.differences) == figures.difference
    assert states(match(account, file_of(*lines, line("N", 1_000)))) == [
        "repeated",
        "repeated",
        "repeated",
        "discrepancy",
    ]
