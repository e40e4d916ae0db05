"""One transaction under several numbers: matched where only the notation differs, else decided by a person."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import User
from payments.accounting.error_messages import explain
from payments.errors import AlreadyDecided
from payments.models import Bill, Discrepancy, LedgerEvent, Payment, Statement
from payments.reconciliation import daily_totals, identity, likely, matching, previews
from payments.settlement import ledger_check
from payments.states import MONEY_IN
from tests.support import factories
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.statements import YESTERDAY, file_of, line, match, paid_yesterday, read, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def booked(reference: str) -> Payment:
    """A transfer of yesterday that a file has settled under this number."""
    payment = factories.payment(gateway="vietinbank")
    assert states(match(payment.merchant_account, file_of(line(reference, 150_000, payment.merchant_ref)))) == [
        "settled"
    ]
    return payment


def money() -> int:
    return sum(LedgerEvent.objects.filter(kind__in=MONEY_IN).values_list("amount", flat=True))


def clerk(statement: Statement) -> User:
    return factories.officer(statement.merchant_account.agency)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("000789012345", "789012345"),
        ("FT26333ABC01", "ft26333abc01"),
        ("FT26333ABC01", "FT-26333 ABC/01"),
        ("123456789012", "123.456.789.012"),
    ],
)
@pytest.mark.parametrize("has_code", [True, False])
def test_another_notation_of_a_number_is_the_transaction_itself(ours: str, theirs: str, has_code: bool) -> None:
    payment = booked(ours)
    again = line(theirs, 150_000, payment.merchant_ref if has_code else "")
    previewed = read(payment.merchant_account, file_of(again, line("B9", 1_000)))
    shown = previews.of(previewed)
    assert (shown.matched, shown.likely, shown.settles) == (1, 0, 0)
    statement = match(payment.merchant_account, file_of(again))
    assert states(statement) == ["repeated"]
    assert money() == 150_000
    assert daily_totals.figures(payment.merchant_account, YESTERDAY).difference == 0
    assert ledger_check.check() == []


def test_a_notation_matches_what_a_callback_booked() -> None:
    payment = paid_yesterday()
    theirs = f"{payment.gateway_ref[:6]}-{payment.gateway_ref[6:]}".lower()
    assert states(match(payment.merchant_account, file_of(line(theirs, 150_000)))) == ["matched"]
    assert money() == 150_000


def test_the_other_number_of_a_bank_is_booked_once_however_often_it_is_sent_in() -> None:
    payment = paid_yesterday()
    for number in range(5):
        content = file_of(line(f"OTHER{number}", 150_000, payment.merchant_ref))
        assert previews.of(read(payment.merchant_account, content)).likely == 1
        assert states(match(payment.merchant_account, content)) == ["likely"]
    assert money() == 150_000
    assert set(Discrepancy.objects.values_list("kind", flat=True)) == {"likely_booked"}
    assert ledger_check.check() == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("123456789012345678", "123456789012345000"),
        ("FT26333ABC01", "FT26333ABC01\\BNK"),
        ("164T24200GKAJ7BY", "020097042211291005164T24200GKAJ7BY"),
    ],
)
def test_a_number_that_was_cut_or_lengthened_is_for_a_person(ours: str, theirs: str) -> None:
    payment = booked(ours)
    assert states(match(payment.merchant_account, file_of(line(theirs, 150_000)))) == ["likely"]
    assert money() == 150_000


def test_the_same_words_without_any_code_are_for_a_person() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    match(account, file_of(line("A1", 150_000, "", "Nguyễn Văn Bình nộp phí đất đai")))
    again = match(account, file_of(line("B1", 150_000, "", "NGUYEN VAN BINH NOP PHI DAT DAI")))
    assert states(again) == ["likely"]
    other = match(account, file_of(line("C1", 150_000, "", "TRAN THI HOA NOP PHI DAT DAI")))
    assert states(other) == ["discrepancy"]


def test_a_second_transfer_is_one_when_the_file_has_the_first_under_its_own_number() -> None:
    payment = paid_yesterday()
    content = file_of(
        line("OTHER", 150_000, payment.merchant_ref), line(payment.gateway_ref, 150_000, payment.merchant_ref)
    )
    assert states(match(payment.merchant_account, content)) == ["discrepancy", "matched"]
    assert Discrepancy.objects.get().kind == "surplus"
    assert money() == 300_000


def test_of_two_lines_only_one_can_be_the_booked_transaction() -> None:
    payment = paid_yesterday()
    lines = [line(f"OTHER{n}", 150_000, payment.merchant_ref) for n in range(2)]
    assert states(match(payment.merchant_account, file_of(*lines))) == ["likely", "discrepancy"]


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 149_000},
        {"at": "22/11/2025 10:00:00"},
        {"code": "99999999999999"},
    ],
)
def test_another_amount_day_or_code_is_another_transaction(changed: dict[str, Any]) -> None:
    payment = paid_yesterday()
    values = {"amount": 150_000, "code": payment.merchant_ref, **changed}
    assert states(match(payment.merchant_account, file_of(line("OTHER", **values)))) == ["discrepancy"]


def test_a_part_told_of_under_another_number_is_no_second_part() -> None:
    payment = factories.payment(of=factories.bill(44_000), gateway="vietinbank")
    account = payment.merchant_account
    match(account, file_of(line("A1", 22_000, payment.merchant_ref)))
    assert states(match(account, file_of(line("B1", 22_000, payment.merchant_ref)))) == ["likely"]
    assert Bill.objects.get(pk=payment.bill_id).state == "open"


def test_a_person_says_that_it_is_the_same() -> None:
    payment = paid_yesterday()
    statement = match(payment.merchant_account, file_of(line("OTHER", 150_000, payment.merchant_ref)))
    before = daily_totals.figures(payment.merchant_account, YESTERDAY)
    assert before.unexplained == 0  # somebody is to decide
    case = Discrepancy.objects.get()
    likely.same(case, actor=clerk(statement))
    assert states(statement) == ["matched"]
    after = daily_totals.figures(payment.merchant_account, YESTERDAY)
    assert (after.difference, after.differences) == (0, ())
    with pytest.raises(AlreadyDecided) as error:
        likely.another(case, actor=clerk(statement))
    assert "đã có người quyết định" in explain(error.value)
    assert states(match(payment.merchant_account, file_of(line("THIRD", 150_000, payment.merchant_ref)))) == ["likely"]
    assert ledger_check.check() == []


def test_a_person_says_that_it_is_another() -> None:
    payment = paid_yesterday()
    statement = match(payment.merchant_account, file_of(line("OTHER", 150_000, payment.merchant_ref)))
    case = Discrepancy.objects.get()
    likely.another(case, actor=clerk(statement))
    assert states(statement) == ["discrepancy"]
    assert money() == 300_000
    assert list(Discrepancy.objects.filter(closed_at=None).values_list("kind", "amount")) == [("surplus", 150_000)]
    statement.refresh_from_db()
    assert statement.state == "done"
    assert ledger_check.check() == []


def test_a_decision_whose_booking_broke_off_is_carried_out_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = paid_yesterday()
    statement = match(payment.merchant_account, file_of(line("OTHER", 150_000, payment.merchant_ref)))
    with monkeypatch.context() as patched:
        patched.setattr(matching, "apply", lambda _: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            likely.another(Discrepancy.objects.get(), actor=clerk(statement))
    assert (states(statement), matching.work_due(), states(statement)) == (["new"], 1, ["discrepancy"])
    assert money() == 300_000


def test_the_page_of_the_case_shows_both_and_takes_the_answer() -> None:
    payment = paid_yesterday()
    statement = match(payment.merchant_account, file_of(line("OTHER", 150_000, payment.merchant_ref)))
    client, case = signed_in(payment.bill.agency), Discrepancy.objects.get()
    page = said(client.get(f"/doi-soat/sai-lech/{case.pk}/"))
    assert "OTHER" in page
    assert payment.gateway_ref in page
    answer = client.post(f"/doi-soat/sai-lech/{case.pk}/mot-hay-hai/", {"answer": "same"}, follow=True)
    assert "Đã khớp" in said(answer)
    assert states(statement) == ["matched"]


def test_numbers_in_the_same_notation_only_are_equal() -> None:
    assert identity.normal("00FT-1") == "00FT1" != identity.normal("FT1")
    assert identity.normal("0000") == "0000"
