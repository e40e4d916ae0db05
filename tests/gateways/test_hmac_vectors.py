"""The worked examples of VNPAY and MoMo, and the rules that sign them.

See docs/reference/vnpay.md, docs/reference/momo.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from gateways.base import Malformed
from gateways.codecs.hmac import Hmac, HmacPairs, HmacPipe, HmacQuery
from gateways.momo import messages as momo
from gateways.parsing import read_object, read_query
from gateways.vnpay.messages import Rules

SECRET = "DEMO_SECRET_0123456789"
VNPAY = Rules.of()
PAY = {
    "vnp_Version": "2.1.0",
    "vnp_Command": "pay",
    "vnp_TmnCode": "DEMOTMN1",
    "vnp_Amount": "15000000",
    "vnp_BankCode": "",
    "vnp_CreateDate": "20260715093000",
    "vnp_CurrCode": "VND",
    "vnp_IpAddr": "203.0.113.10",
    "vnp_Locale": "vn",
    "vnp_OrderInfo": "Nop phi ho so H01 260715 0001",
    "vnp_OrderType": "other",
    "vnp_ReturnUrl": "https://dvc.example.gov.vn/pay/return",
    "vnp_ExpireDate": "20260715094500",
    "vnp_TxnRef": "HS20260715000123",
}
IPN = {
    "vnp_Amount": "15000000",
    "vnp_BankCode": "NCB",
    "vnp_BankTranNo": "VNP14226112",
    "vnp_CardType": "ATM",
    "vnp_OrderInfo": "Nop phi ho so H01 260715 0001",
    "vnp_PayDate": "20260715093145",
    "vnp_ResponseCode": "00",
    "vnp_TmnCode": "DEMOTMN1",
    "vnp_TransactionNo": "14226112",
    "vnp_TransactionStatus": "00",
    "vnp_TxnRef": "HS20260715000123",
}
ASKED = {
    "vnp_RequestId": "RQ0001",
    "vnp_Version": "2.1.0",
    "vnp_Command": "querydr",
    "vnp_TmnCode": "DEMOTMN1",
    "vnp_TxnRef": "HS20260715000123",
    "vnp_TransactionDate": "20260715093000",
    "vnp_CreateDate": "20260715094000",
    "vnp_IpAddr": "203.0.113.10",
    "vnp_OrderInfo": "Truy van GD HS20260715000123",
}
REFUND = {
    **ASKED,
    "vnp_RequestId": "RQ0002",
    "vnp_Command": "refund",
    "vnp_TransactionType": "02",
    "vnp_Amount": "15000000",
    "vnp_TransactionNo": "14226112",
    "vnp_CreateBy": "ketoan01",
    "vnp_CreateDate": "20260716080000",
    "vnp_OrderInfo": "Hoan tien GD HS20260715000123",
}
MOMO = {
    "accessKey": "DEMOACCESS",
    "amount": 150000,
    "extraData": "",
    "orderId": "HS20260715000123",
    "orderInfo": "Nop phi ho so",
    "partnerCode": "MOMODEMO",
    "requestId": "RQ0001",
    "transId": 4088878653,
}
CREATE = {
    **MOMO,
    "ipnUrl": "https://dvc.example.gov.vn/pay/momo/ipn",
    "redirectUrl": "https://dvc.example.gov.vn/pay/return",
    "requestType": "captureWallet",
}
MOMO_IPN = {
    **MOMO,
    "message": "Successful.",
    "orderType": "momo_wallet",
    "payType": "qr",
    "responseTime": 1784082705000,
    "resultCode": 0,
}
MOMO_REFUND = {**MOMO, "orderId": "RF20260716000001", "requestId": "RQ0003", "description": "Hoan phi"}


@pytest.mark.parametrize(
    ("rule", "values", "signature"),
    [
        (
            VNPAY.query_string,
            PAY,
            "e69d120a7b951c7b91c06a8c2db8194be290813a4a7cf540ba98aba36e2d06e7"
            "351e260f7a4d50c49adcd90e4bb71fd3f886ec215f40e78eeb28e50441094bde",
        ),
        (
            VNPAY.query_string,
            IPN,
            "8f92c5ac4b813fc8204dbc83c42964e3a8c281955223f959776e57d8fbf6b9fb"
            "1bfca75fd6c2ef1985226facf17065667bb3eb1abe4c172a0cce88bbd96452be",
        ),
        (
            VNPAY.query,
            ASKED,
            "132590970804b3384004f5c96b702f1e0377344d48fced65b875751d101faa86"
            "9256a3de90d464f15a0246ad13619a69c24d5ca377bac975154f7c315280f9f5",
        ),
        (
            VNPAY.refund,
            REFUND,
            "66b80e1c4726366a8a16ae00a7bca0c3f1612b96ce2fa3fab03a51c0a0f98ad0"
            "b101ba1cfd09cabd025a91330a74be91c9300f729f3fbc8c224407bc2f738f98",
        ),
        (momo.CREATE, CREATE, "e58f090d5995093e5f3766dd2afd216074b565b65b4c13ac666449bafa528fdc"),
        (momo.IPN, MOMO_IPN, "03b89e86f380b36f78bfe711535d09703bee98f6a50e9f16b283f4d52e565cc2"),
        (
            momo.QUERY,
            {**MOMO, "requestId": "RQ0002"},
            "b9c347996d652baeed99ad8c46ee75abf14278477515e01b616ba99ff450830f",
        ),
        (momo.REFUND, MOMO_REFUND, "5061ed63ee183334529def6293a7d3fb4f496981f6c2e026397155f1ea4f877c"),
    ],
    ids=["vnpay pay", "vnpay IPN", "querydr", "vnpay refund", "momo create", "momo IPN", "momo query", "momo refund"],
)
def test_worked_example(rule: Hmac, values: dict[str, Any], signature: str) -> None:
    assert rule.sign(values, SECRET) == signature
    assert rule.is_signed(values, signature.upper(), ["another", SECRET])
    assert not rule.is_signed(values, signature, ["another"])


def test_a_query_is_signed_as_it_reads_whatever_is_not_the_gateways_own() -> None:
    rule = HmacQuery("vnp_", ("vnp_SecureHash",))
    assert rule.base({"vnp_B": "ê &", "vnp_A": "1", "x": "2", "vnp_SecureHash": "3", "vnp_E": ""}) == (
        "vnp_A=1&vnp_B=%C3%AA+%26"
    )
    assert read_query("vnp_B=%C3%AA+%26&vnp_A=1&e=") == {"vnp_B": "ê &", "vnp_A": "1", "e": ""}
    for torn in ("a", "a=1&a=2", "a=%ff", "&".join(f"a{number}=1" for number in range(60))):
        with pytest.raises(Malformed):
            read_query(torn)


def test_only_the_last_piped_value_may_hold_a_separator() -> None:
    rule = HmacPipe(("a", "b"))
    assert rule.base({"a": "1", "b": "2|3"}) == "1|2|3"
    with pytest.raises(Malformed):
        rule.base({"a": "1|2", "b": "3"})


def test_pairs_that_could_be_read_two_ways_are_refused() -> None:
    rule = HmacPairs(("amount", "message", "orderId"))
    assert rule.base({"amount": 1, "message": "a & b = c", "orderId": "X"}) == "amount=1&message=a & b = c&orderId=X"
    shifted = {"amount": "1", "message": "M&orderId=A", "orderId": "B"}, {"amount": "1&message=M", "orderId": "B"}
    for values in shifted:
        with pytest.raises(Malformed):
            rule.base(values)


def test_a_number_is_signed_as_the_text_it_arrived_as() -> None:
    rule = HmacPairs(("amount",))
    assert rule.base(read_object('{"amount": 150000.0}')) == "amount=150000.0"
