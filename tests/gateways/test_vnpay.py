"""VNPAY: the address the payer is sent to, and what IPN, querydr and refund mean for the money."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from gateways.base import (
    Malformed,
    MerchantConfig,
    OutcomeState,
    OutcomeUnknown,
    PaymentOrder,
    Redirect,
    RefundOrder,
    SentOrder,
)
from gateways.conformance.envelopes import SECRET
from gateways.parsing import read_query
from gateways.vnpay.adapter import Vnpay
from gateways.vnpay.messages import SIGNATURE, Rules
from gateways.vnpay.specimen import SPECIMEN, _refunded, _replies
from tests.conformance.outgoing import asking

ORDER = PaymentOrder(
    merchant_ref="HS20260715000123",
    amount=150000,
    description="Nộp phí hồ sơ H01 260715 0001",
    created_at=datetime(2026, 7, 15, 2, 30, tzinfo=UTC),
    client_ip="203.0.113.10",
    return_url="https://dvc.example.gov.vn/pay/return",
)
SENT = SentOrder(ORDER.merchant_ref, 150000, {"vnp_CreateDate": "20260715093000"}, gateway_ref="14226112")
WHOLE = RefundOrder("RF1", 150000, "", datetime(2026, 7, 16, 1, 0, tzinfo=UTC), "ketoan01")


def start(**settings: str) -> tuple[Redirect, dict[str, str]]:
    config = MerchantConfig({**SPECIMEN.config.settings, **settings}, SPECIMEN.config.secrets)
    redirect = Vnpay(config).start(ORDER)
    return redirect, read_query(urlsplit(redirect.url).query)


def test_the_address_of_the_page_is_the_worked_example() -> None:
    redirect, sent = start(expire_minutes="15")
    assert redirect.url.startswith("https://vnpay.example/vpcpay.html?vnp_Amount=15000000&vnp_Command=pay")
    assert sent[SIGNATURE].startswith("e69d120a7b951c7b") and sent[SIGNATURE].endswith("94bde")
    assert redirect.request == {name: value for name, value in sent.items() if name != SIGNATURE}


def test_the_page_is_open_as_long_as_the_attempt_and_in_vietnamese_time() -> None:
    _, sent = start()
    assert (sent["vnp_CreateDate"], sent["vnp_ExpireDate"]) == ("20260715093000", "20260715100000")


def test_what_the_contract_says_is_sent_and_what_it_does_not_say_is_left_out() -> None:
    assert "vnp_BankCode" not in start()[1]
    _, sent = start(bank_code="VNPAYQR", order_type="250000", hash_name="sha256")
    assert (sent["vnp_BankCode"], sent["vnp_OrderType"], len(sent[SIGNATURE])) == ("VNPAYQR", "250000", 64)
    assert Rules.of("sha256").query_string.is_signed(sent, sent[SIGNATURE], [SECRET])


def test_an_unknown_payers_address_is_ours() -> None:
    redirect = Vnpay(SPECIMEN.config).start(replace(ORDER, client_ip="", locale="en"))
    assert (redirect.request["vnp_IpAddr"], redirect.request["vnp_Locale"]) == ("127.0.0.1", "en")


@pytest.mark.parametrize(
    ("code", "status", "state"),
    [
        ("00", "00", "paid"),
        ("00", "02", "pending"),
        ("51", "00", "pending"),
        ("07", "07", "pending"),
        ("07", "02", "pending"),
        ("00", "04", "pending"),
        ("99", "01", "pending"),
        ("24", "02", "cancelled"),
        ("51", "02", "failed"),
        ("13", "02", "failed"),
        ("99", "02", "failed"),
        ("00", "42", "pending"),
    ],
)
def test_paid_only_when_both_codes_say_so_and_debited_is_never_failed(code: str, status: str, state: str) -> None:
    answer = SPECIMEN.message(vnp_ResponseCode=code, vnp_TransactionStatus=status)
    assert SPECIMEN.verify(answer).state == state


def test_a_failure_may_have_no_transaction_but_a_payment_must() -> None:
    for transaction in ("0", ""):
        failed = SPECIMEN.message(**SPECIMEN.failed, vnp_TransactionNo=transaction)
        assert (SPECIMEN.verify(failed).state, SPECIMEN.verify(failed).gateway_ref) == (OutcomeState.FAILED, "")
        with pytest.raises(Malformed):
            SPECIMEN.verify(SPECIMEN.message(vnp_TransactionNo=transaction))


@pytest.mark.parametrize("amount", ["15000001", "150000.00", "1500000000000000", "00"])
def test_an_amount_that_is_no_whole_dong_is_refused(amount: str) -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(vnp_Amount=amount))


def test_an_ipn_for_another_terminal_is_refused() -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(vnp_TmnCode="OTHERTMN"))


def test_a_field_vnpay_adds_is_signed_too() -> None:
    answer = SPECIMEN.message(vnp_NewField="x y")
    assert SPECIMEN.verify(answer).amount == 150000
    assert SPECIMEN.merchant_id == Vnpay.merchant_of(SPECIMEN.request(answer))


def test_querydr_and_refund_send_the_date_of_the_payment() -> None:
    with asking(SPECIMEN, _replies()["paid"][0]) as (adapter, server):
        adapter.query(SENT)
        adapter.query(SentOrder(ORDER.merchant_ref, 150000, {}, created_at=ORDER.created_at))
        with pytest.raises(OutcomeUnknown):
            adapter.query(SentOrder(ORDER.merchant_ref, 150000, {}))
    first, second = (json.loads(request.body) for request in server.received)
    assert first["vnp_TransactionDate"] == second["vnp_TransactionDate"] == "20260715093000"
    assert first["vnp_RequestId"] != second["vnp_RequestId"]
    assert Rules.of().query.is_signed(first, first[SIGNATURE], [SECRET])


def test_the_whole_is_one_kind_of_refund_and_a_part_another() -> None:
    whole = _refunded("refund_answer", vnp_Amount="15000000", vnp_TransactionType="02")
    with asking(SPECIMEN, whole) as (adapter, server):
        assert isinstance(adapter, Vnpay)
        assert adapter.refund(SENT, WHOLE).amount == 150000
        with pytest.raises(OutcomeUnknown):
            adapter.refund(replace(SENT, gateway_ref=""), replace(WHOLE, amount=1000))
    first, second = (json.loads(request.body) for request in server.received)
    assert (first["vnp_TransactionType"], first["vnp_TransactionNo"]) == ("02", "14226112")
    assert (second["vnp_TransactionType"], second["vnp_TransactionNo"]) == ("03", "0")
    assert (first["vnp_CreateBy"], first["vnp_CreateDate"]) == ("ketoan01", "20260716080000")
    assert Rules.of().refund.is_signed(first, first[SIGNATURE], [SECRET])


def test_the_whole_is_known_again_without_our_reference_because_it_happens_once() -> None:
    whole = _refunded("query_answer", vnp_Amount="15000000", vnp_TransactionType="02", vnp_OrderInfo="x")
    with asking(SPECIMEN, whole) as (adapter, _):
        assert isinstance(adapter, Vnpay)
        assert adapter.query_refund(SENT, WHOLE).state == OutcomeState.PAID
        assert adapter.query_refund(SENT, replace(WHOLE, amount=1000)).state == OutcomeState.NOT_FOUND
