"""The worked examples of docs/reference, and the two published VietQR texts."""

from __future__ import annotations

import hashlib

import pytest

from gateways.codecs import vietqr
from gateways.codecs.field_signatures import PipeSha256, RsaConcatenation
from gateways.payplatform import messages
from gateways.vietinbank.messages import (
    INQUIRY_ANSWER_FIELDS,
    INQUIRY_FIELDS,
    NOTIFICATION_ANSWER_FIELDS,
    NOTIFICATION_FIELDS,
)
from gateways.vnptpay.messages import ANSWER, CONFIRM, FLAVOURS, QUERY

SECRET = "DEMO_SECRET_0123456789"
ORDER = {
    "ACTION": "INIT",
    "MERCHANT_SERVICE_ID": "1001",
    "AGENCY_ID": "AG01",
    "MERCHANT_ORDER_ID": "HS20260715000123",
    "AMOUNT": 150000,
    "AMOUNT_DETAIL": "",
    "SERVICE_ID": 1,
    "DEVICE": 1,
    "LOCALE": "vi-VN",
    "CURRENCY_CODE": "VND",
    "PAYMENT_METHOD": "VNPTPAY",
    "DESCRIPTION": "Nop phi ho so 000.00.01.H01-260715-0001",
    "CREATE_DATE": "20260715093000",
    "CLIENT_IP": "203.0.113.10",
}
CONFIRMED = {
    "ACTION": "CONFIRM",
    "RESPONSE_CODE": "00",
    "MERCHANT_SERVICE_ID": "1001",
    "MERCHANT_ORDER_ID": "HS20260715000123",
    "AMOUNT": 150000,
    "CURRENCY_CODE": "VND",
    "VNPTPAY_TRANSACTION_ID": "VNPT0099887766",
    "PAYMENT_METHOD": "VNPTPAY",
    "PAY_DATE": "20260715093145",
}
ANSWERED = {
    "RESPONSE_CODE": "00",
    "DESCRIPTION": "Thanh cong",
    "MERCHANT_SERVICE_ID": "1001",
    "MERCHANT_ORDER_ID": "HS20260715000123",
    "CREATE_DATE": "20260715093146",
}
NOTIFICATION = {
    "transId": "501690869",
    "transTime": "20240201140634",
    "custCode": "2NDVNDV24012358711",
    "amount": "875800",
    "bankTransId": "164T24200GKAJ7BY",
    "remark": "CT DEN:164T24200GKAJ7BY CK",
}


@pytest.mark.parametrize(
    ("codec", "values", "signature"),
    [
        (
            FLAVOURS["single"].init,
            {**ORDER, "VERSION": "1.0.5"},
            "f76b5d6b50879304ca60b8cc7b4479b1446ed9cf2d215a7206534dba2b26382a",
        ),
        (
            FLAVOURS["agency"].init,
            {**ORDER, "VERSION": "1.0.6"},
            "222240519e49970c271c4df24c3a5eaaa2bb797132c42a10c73e82ee82dd7c64",
        ),
        (CONFIRM, CONFIRMED, "2516437dfc16d199ea915adff2b0cb1b0c1515df07bb3ce16fdf7d17e6e66bd2"),
        (ANSWER, ANSWERED, "d9b24442b92221542afae64637f223e00f7ec267ef9804e60b2d4b5de6de0c9c"),
        (
            QUERY,
            {**ORDER, "ACTION": "QUERY", "VERSION": "1.0.5"},
            "2070d9c66f9b4d44e4bba8384a49ffc02de1bdd12f0a11c11e1808439c7631e3",
        ),
    ],
    ids=["INIT 1.0.5", "INIT 1.0.6", "CONFIRM", "answer to CONFIRM", "QUERY"],
)
def test_vnptpay(codec: PipeSha256, values: dict[str, object], signature: str) -> None:
    assert codec.sign(values, SECRET) == signature
    assert codec.is_signed(values, signature.upper(), ["another", SECRET])


PLATFORM_ORDER = {
    "PhienBan": "1.0.6",
    "MaDoiTac": "DT001",
    "MaThamChieu": "H01-260715-0001-01",
    "SoTien": "150000",
    "LoaiHinhThanhToan": "PAY",
    "MaKenhThanhToan": "1",
    "MaThietBi": "1",
    "NgonNgu": "vi-VN",
    "MaTienTe": "VND",
    "ThongTinGiaoDich": "Nop phi ho so H01-260715-0001",
    "ThoiGianGD": "20260715093000",
    "Ip": "203.0.113.10",
}
PLATFORM_CONFIRM = {
    "MaLoi": "00",
    "MaGiaoDich": "PP0011223344",
    "MaNganHang": "VIETINBANK",
    "SoTien": 150000,
    "ThoiGianGD": "20260715093145",
}


@pytest.mark.parametrize(
    ("codec", "changes", "signature"),
    [
        (
            messages.INIT,
            {"LoaiBanTin": "INIT", "MaNganHang": "PAYMENT"},
            "eced2cb36eaf09cf31935c14c4dbb2502df657be00173d2527bbffebb3bf28d4",
        ),
        (
            messages.CONFIRM,
            {"LoaiBanTin": "CONFIRM", **PLATFORM_CONFIRM},
            "63c802fe230b166db93eb16aad09d8ff5163c82c66041ae8c80fd9cf8daacee1",
        ),
        (
            messages.QUERY,
            {"LoaiBanTin": "QUERY"},
            "8e583d1e0fb07170e596f707125feed6e2ff353c196800f4ddabae49a3422d32",
        ),
    ],
    ids=["INIT", "CONFIRM", "QUERY"],
)
def test_payplatform(codec: PipeSha256, changes: dict[str, object], signature: str) -> None:
    assert codec.sign({**PLATFORM_ORDER, **changes}, SECRET) == signature


def test_vietinbank_notify_bill() -> None:
    base = RsaConcatenation(NOTIFICATION_FIELDS).base(NOTIFICATION)
    assert base == b"501690869202402011406342NDVNDV24012358711875800164T24200GKAJ7BYCT DEN:164T24200GKAJ7BY CK"
    expected = "7a2863a8d01d72a6fba55a90df4d04e3509e2caae1b035b405b362a3b877fbbb"
    assert hashlib.sha256(base).hexdigest() == expected


def test_vietinbank_notify_bill_answer() -> None:
    answer = {"transId": "501690869", "errorCode": "00", "errorDesc": "Thanh cong"}
    assert RsaConcatenation(NOTIFICATION_ANSWER_FIELDS).base(answer) == b"50169086900Thanh cong"


def test_vietinbank_inq_bill() -> None:
    request = {"transId": "TX0001", "transTime": "20260715093000", "custCode": "HS26071500123"}
    assert RsaConcatenation(INQUIRY_FIELDS).base(request) == b"TX000120260715093000HS26071500123"
    answer = {"custName": "NGUYEN VAN A", "billId": "HS26071500123", "amount": "150000", "errorCode": "00"}
    answered = RsaConcatenation(INQUIRY_ANSWER_FIELDS).base({**request, **answer})
    assert answered == b"TX000120260715093000HS26071500123NGUYEN VAN AHS2607150012315000000"
    without = RsaConcatenation(INQUIRY_ANSWER_FIELDS).base({**request, **answer, "billId": None})
    assert without == b"TX000120260715093000HS26071500123NGUYEN VAN A15000000"


def test_vietqr() -> None:
    static = "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F"
    dynamic = (
        "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA"
        "53037045405100005802VN62150811Chuyen tien630453E6"
    )
    assert vietqr.build(vietqr.Transfer("970416", "257678859")) == static
    transfer = vietqr.Transfer("970416", "257678859", 10000, "Chuyen tien")
    assert vietqr.build(transfer) == dynamic
    assert vietqr.parse(dynamic) == transfer
    assert vietqr.checksum("123456789") == "29B1"
