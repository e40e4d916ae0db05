"""What a contract with a gateway is made of, declared once: form, table and checks are drawn from it.

A gateway declares `fields`; those of `COMMON` go with every contract. Labels are Vietnamese, for administrators.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What may be written: `LIST` is of texts, `TABLE` an object, `ADDRESS` begins with https:// (or http://)."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    ADDRESS = "address"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting, or one key (`is_secret`). Without it `default` counts, which is for people to read.

    `is_merchant_id`: the same as the contract's merchant id, by which messages find their contract.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    default: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_secret: bool = False
    is_merchant_id: bool = False


def hash_field(name: str, label: str, default: str) -> Field:
    """Return the setting of which hash a signature is made with."""
    return Field(name, label, default=default, choices=("sha256", "sha1", "sha512"))


#: Keys of a contract whose both sides sign by RSA.
RSA_KEYS = (
    Field("private_key", "Khóa riêng của ta (PEM)", is_required=True, is_secret=True),
    Field("bank_public_key", "Khóa công khai của ngân hàng (PEM)", is_required=True, is_secret=True),
)
#: Settings of every contract: of the HTTP client (`gateways/http.py`), and what the portal itself reads.
COMMON = (
    Field("connect_seconds", "Chờ nối máy (giây)", Kind.NUMBER, "3"),
    Field("read_seconds", "Chờ trả lời (giây)", Kind.NUMBER, "10"),
    Field("ca_bundle", "Tệp chứng thư của ngân hàng thử"),
    Field("proxy", "Máy chủ trung gian"),
    Field("accounts", "Các tài khoản nhận của hợp đồng", Kind.LIST),
    Field("account_name", "Tên chủ tài khoản, hiện cho người nộp"),
    Field("smallest_amount", "Số tiền ít nhất một lần (đồng)", Kind.NUMBER),
    Field("largest_amount", "Số tiền nhiều nhất một lần (đồng)", Kind.NUMBER),
    Field("page_origins", "Nguồn của trang thanh toán ngoài các địa chỉ trên", Kind.LIST),
    Field("statement_columns", "Tên cột của sao kê, do hệ thống ghi", Kind.TABLE),
)


class Wrong(StrEnum):
    """What is wrong with one name of a contract."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    KIND = "kind"
    CHOICE = "choice"
    OTHER_MERCHANT = "other_merchant"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a contract; `hint` is the name that was meant, what is allowed, or the merchant id."""

    name: str
    wrong: Wrong
    hint: str = ""
    is_secret: bool = False


def faults(
    fields: Iterable[Field], merchant_id: str, settings: Mapping[str, Any], secrets: Mapping[str, Any]
) -> list[Fault]:
    """Return all that is wrong with a contract at once; values of keys are never told."""
    declared = [*fields, *(field for field in COMMON if field.name not in {own.name for own in fields})]
    parts_of_contract = (
        (settings, [field for field in declared if not field.is_secret], False),
        (secrets, [field for field in declared if field.is_secret], True),
    )
    each = [
        fault
        for given, expected, is_secret in parts_of_contract
        for fault in _faults(expected, merchant_id, given, is_secret=is_secret)
    ]
    return [*each, *_left_out(settings)]


def _left_out(settings: Mapping[str, Any]) -> list[Fault]:
    """Money that comes to an account which the list of the contract's accounts does not have is taken for another's."""
    account, accounts = str(settings.get("account") or ""), settings.get("accounts")
    is_missing = bool(account) and isinstance(accounts, list) and accounts and account not in map(str, accounts)
    return [Fault("accounts", Wrong.LEFT_OUT, account)] if is_missing else []


def _faults(expected: list[Field], merchant_id: str, given: Mapping[str, Any], *, is_secret: bool) -> Iterator[Fault]:
    names = [field.name for field in expected]
    for name in given:
        if name not in names:
            yield Fault(name, Wrong.UNKNOWN, next(iter(difflib.get_close_matches(name, names, 1)), ""), is_secret)
    for field in expected:
        value = given.get(field.name)
        if value is None or value == "":
            if field.is_required:
                yield Fault(field.name, Wrong.MISSING, field.label, is_secret)
        elif not _is_of(field.kind, value):
            yield Fault(field.name, Wrong.KIND, field.kind, is_secret)
        elif field.choices and str(value) not in field.choices:
            yield Fault(field.name, Wrong.CHOICE, ", ".join(field.choices), is_secret)
        elif field.is_merchant_id and str(value) != merchant_id:
            yield Fault(field.name, Wrong.OTHER_MERCHANT, merchant_id, is_secret)


def _is_of(kind: Kind, value: Any) -> bool:
    if kind == Kind.NUMBER:
        return not isinstance(value, bool) and str(value).replace(".", "", 1).isdecimal() and str(value).isascii()
    if kind == Kind.ADDRESS:
        return isinstance(value, str) and value.startswith(("https://", "http://"))
    types: dict[Kind, Any] = {Kind.SWITCH: bool, Kind.LIST: list, Kind.TABLE: dict, Kind.TEXT: str | int}
    return isinstance(value, types[kind]) and (kind == Kind.SWITCH or not isinstance(value, bool))
