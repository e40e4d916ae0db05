"""PayPlatform of the National Public Service Portal, v1.0.6: VNPT-Pay's protocol in Vietnamese.

See docs/reference/payplatform.md.

`settings`: `init_url`, `query_url`, `partner_code` (MaDoiTac, which is not the agency code),
`receipt` (what ThongTinBienLai says of the collecting unit: MaDonVi, TenDonVi, TKThuHuong …),
and where the contract differs: `via` (`direct`, or `lgsp`: answers come wrapped by the
province's service bus), `answer_signature` (`echo`, as both known implementers answer, or
`signed`), `init_answer_signed`, `query_answer_fields` (default: all values as received),
`version`, `channel`, `device`, `bank`, `status_map`, and those of `http.Link`.
`secrets`: `secret_key` (signs), `access_token` (Bearer of the service bus, if any).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateways.base import Malformed, MerchantConfig, OutcomeUnknown, PaymentOrder, RawRequest
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.field_signatures import PipeSha256
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_enveloped, read_object, text_of
from gateways.vnpt_family.adapter import PipeGateway

from . import messages
from .fields import FIELDS

_HASH = re.compile(r"[0-9A-Fa-f]{64}")


class PayPlatform(PipeGateway):
    """One partner contract with the payment platform of the national portal."""

    slug = "payplatform"
    name = "Cổng Dịch vụ công quốc gia"
    fields = FIELDS
    page_settings = ("init_url",)
    dialect = messages.PAYPLATFORM
    merchant_setting = "partner_code"
    answers = messages.ANSWERS

    def __init__(self, config: MerchantConfig) -> None:
        super().__init__(config)
        self._token = config.secrets.get("access_token", "")

    def _init(self, order: PaymentOrder) -> tuple[str, PipeSha256, dict[str, Any]]:
        """INIT: SoTien is text here, the stamp is of 24 hours, the address is the citizen's.

        See docs/reference/payplatform.md#init.
        """
        settings = self._settings
        message = {
            "LoaiBanTin": "INIT",
            "PhienBan": self._version(),
            "MaDoiTac": self._merchant,
            "MaThamChieu": order.merchant_ref,
            "SoTien": str(order.amount),
            "LoaiHinhThanhToan": "PAY",
            "MaKenhThanhToan": str(settings.get("channel", "1")),
            "MaThietBi": str(settings.get("device", "1")),
            "NgonNgu": "en-US" if order.locale == "en" else "vi-VN",
            "MaTienTe": "VND",
            "MaNganHang": settings.get("bank", "PAYMENT"),
            "ThongTinGiaoDich": to_ascii(order.description),
            "ThoiGianGD": format_timestamp(order.created_at),
            "Ip": order.client_ip,
            "ThongTinBienLai": messages.receipt_block(order, settings.get("receipt", {})),
        }
        return str(settings["init_url"]), messages.INIT, message

    def _version(self) -> str:
        return str(self._settings.get("version", messages.VERSION))

    def _query_url(self) -> str:
        return str(self._settings["query_url"])

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _unwrap(self, answered: dict[str, Any]) -> dict[str, Any]:
        """Take the answer out of the service bus's {error_code: "0", message: "<JSON>"} (T-16)."""
        if self._settings.get("via", "direct") != "lgsp":
            return answered
        try:
            if text_of(answered.get("error_code")) != "0":
                raise OutcomeUnknown("the service bus reports an error")
            return read_object(text_of(answered.get("message")))
        except Malformed as error:
            raise OutcomeUnknown("the service bus wraps no answer") from error

    def _answer_rule(self, codec: PipeSha256, answered: Mapping[str, Any]) -> PipeSha256 | None:
        """No source says how answers are signed: strict by default, looser only by contract (T-14)."""
        if codec is messages.INIT and not self._settings.get("init_answer_signed", True):
            # It decides nothing about money: whether the order exists is decided by QUERY.
            return None
        fields = self._settings.get("query_answer_fields") if codec is not messages.INIT else None
        return PipeSha256(tuple(fields)) if fields else super()._answer_rule(codec, answered)

    def _sign_answer(self, body: Mapping[str, Any], request: RawRequest) -> str:
        if self._settings.get("answer_signature", "echo") == "signed":
            return super()._sign_answer(body, request)
        try:
            signature = text_of(read_enveloped(request.body).get(self.dialect.signature))
        except Malformed:
            return ""
        return signature if _HASH.fullmatch(signature) else ""
