"""The messages of PayPlatform as data: VNPT-Pay's with Vietnamese names.

See docs/reference/payplatform.md#same-protocol-as-vnpt-pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, GatewayRefused, PaymentOrder
from gateways.codecs.field_signatures import PipeSha256
from gateways.vnpt_family.adapter import Dialect

VERSION = "1.0.6"

#: docs/reference/payplatform.md#confirm: one stamp, ThoiGianGD, is both the order's and the payment's.
PAYPLATFORM = Dialect(
    action="LoaiBanTin",
    version="PhienBan",
    merchant="MaDoiTac",
    order="MaThamChieu",
    amount="SoTien",
    currency="MaTienTe",
    transaction="MaGiaoDich",
    method="MaNganHang",
    paid_at="ThoiGianGD",
    info="ThongTinGiaoDich",
    created="ThoiGianGD",
    code="MaLoi",
    text="MoTaLoi",
    status="TrangThaiGD",
    url="UrlThanhToan",
    signature="MaXacThuc",
)
CONFIRM, ANSWER, QUERY = PAYPLATFORM.confirm, PAYPLATFORM.answer, PAYPLATFORM.query

#: docs/reference/payplatform.md#init; ThongTinBienLai travels beside these and is not signed.
INIT = PipeSha256((
    "LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan", "MaKenhThanhToan",
    "MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich", "ThoiGianGD", "Ip",
))  # fmt: skip

#: What we say to a CONFIRM: two codes only (docs/reference/payplatform.md#confirm), and 00 also to a repeat.
ANSWERS = {
    Answer.ACCEPTED: ("00", "Thanh cong"),
    Answer.REPLAY: ("00", "Giao dich da duoc xac nhan"),
    Answer.NOT_FOUND: ("99", "Khong tim thay giao dich"),
    Answer.WRONG_AMOUNT: ("99", "So tien khong khop"),
    Answer.BUSY: ("99", "He thong ban, vui long gui lai"),
    Answer.BAD_SIGNATURE: ("99", "Sai ma xac thuc"),
    Answer.CONFLICT: ("99", "Trung ma giao dich nhung khac noi dung"),
    Answer.MALFORMED: ("99", "Du lieu khong hop le"),
    Answer.ERROR: ("99", "Loi khac"),
}

_KINDS = {"phi": "1", "le_phi": "2"}


def receipt_block(order: PaymentOrder, unit: Mapping[str, Any]) -> dict[str, Any]:
    """Return ThongTinBienLai. `unit` holds what the contract says: MaDonVi, TKThuHuong and so on.

    See docs/reference/payplatform.md#init.

    Raises GatewayRefused when the fees do not add up: the block is not signed, so nobody
    else would notice (our own rule, docs/reference/payplatform.md#init).
    """
    fees = [
        {
            "LoaiPhiLePhi": _KINDS.get(line.kind, "1"),
            "MaPhiLePhi": line.code,
            "TenPhiLePhi": line.description,
            "SoTien": str(line.amount),
        }
        for line in order.lines
        if line.amount
    ]
    if order.lines and sum(line.amount for line in order.lines) != order.amount:
        raise GatewayRefused("lines", "the fees do not add up to the amount", is_configuration_fault=True)
    return {
        "MaDichVu": "2",
        **unit,
        "MaHoSo": order.bill_reference,
        "NoiDungThanhToan": order.description,
        "HoTenNguoiNop": order.payer_name,
        "PhiLePhi": fees
        or [
            {
                "LoaiPhiLePhi": "1",
                "MaPhiLePhi": "",
                "TenPhiLePhi": order.description,
                "SoTien": str(order.amount),
            }
        ],
        "DSKhoanNop": [{"NoiDung": order.description, "SoTien": str(order.amount)}],
    }
