"""What else an audit entry says, in words: the names of its details, and values as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency, AuditEntry, User
from core.values.money import dong_for_reader

#: By the name under which `audit.record` is given it.
LABELS: dict[str, Promise] = {
    "added": gettext_lazy("Khóa thêm"),
    "after": gettext_lazy("Sau"),
    "amount": gettext_lazy("Số tiền"),
    "amounts": gettext_lazy("Các mức thu"),
    "answer": gettext_lazy("Ngân hàng trả lời"),
    "approved_by": gettext_lazy("Người duyệt"),
    "before": gettext_lazy("Trước"),
    "began_at": gettext_lazy("Từ lúc"),
    "books": gettext_lazy("Số quyển"),
    "case": gettext_lazy("Trường hợp"),
    "cloned_from": gettext_lazy("Từ phiên bản"),
    "columns": gettext_lazy("Tên cột"),
    "confirmation": gettext_lazy("Cách xác nhận"),
    "contract": gettext_lazy("Hợp đồng số"),
    "count": gettext_lazy("Số lượng"),
    "day": gettext_lazy("Ngày"),
    "deliveries": gettext_lazy("Các tin số"),
    "difference": gettext_lazy("Chênh lệch"),
    "draft": gettext_lazy("Dự thảo số"),
    "during": gettext_lazy("Thời gian áp dụng"),
    "ended": gettext_lazy("Phiên bản hết hạn"),
    "ended_at": gettext_lazy("Đến lúc"),
    "endings": gettext_lazy("Cơ quan kết thúc"),
    "evidence": gettext_lazy("Minh chứng"),
    "file": gettext_lazy("Tệp"),
    "filter": gettext_lazy("Bộ lọc"),
    "format": gettext_lazy("Dạng tệp"),
    "ground": gettext_lazy("Căn cứ"),
    "heir": gettext_lazy("Cơ quan kế thừa"),
    "identity_shown": gettext_lazy("Giấy tờ đã xem"),
    "ids": gettext_lazy("Các số"),
    "is_foreign": gettext_lazy("Của hợp đồng khác"),
    "is_well": gettext_lazy("Kết nối tốt"),
    "kept_roles": gettext_lazy("Vai trò giữ lại"),
    "kind": gettext_lazy("Loại"),
    "kinds": gettext_lazy("Các loại"),
    "left_out": gettext_lazy("Số dòng để riêng"),
    "legal_basis": gettext_lazy("Căn cứ"),
    "letter": gettext_lazy("Giấy ủy quyền"),
    "links": gettext_lazy("Sắp xếp"),
    "list": gettext_lazy("Danh sách"),
    "measure": gettext_lazy("Số liệu"),
    "method": gettext_lazy("Cách làm"),
    "month": gettext_lazy("Tháng"),
    "number": gettext_lazy("Số"),
    "old_until": gettext_lazy("Khóa cũ dùng đến"),
    "owner": gettext_lazy("Người nhận"),
    "paper": gettext_lazy("Giấy tờ"),
    "period": gettext_lazy("Thời gian"),
    "procedure": gettext_lazy("Thủ tục"),
    "query": gettext_lazy("Bộ lọc"),
    "reason": gettext_lazy("Lý do"),
    "received": gettext_lazy("Tiền khách đưa"),
    "reform": gettext_lazy("Đợt sắp xếp số"),
    "relation": gettext_lazy("Quan hệ với chủ hồ sơ"),
    "replaced": gettext_lazy("Khóa thay"),
    "resolution": gettext_lazy("Cách giải quyết"),
    "retired": gettext_lazy("Phiên bản ngừng áp dụng"),
    "said": gettext_lazy("Cổng trả lời"),
    "shown": gettext_lazy("Hồ sơ đã hiện"),
    "signer": gettext_lazy("Người ký"),
    "stage": gettext_lazy("Giai đoạn"),
    "step": gettext_lazy("Bước"),
    "taker": gettext_lazy("Người nhận việc"),
    "tender": gettext_lazy("Hình thức"),
    "terminal_ref": gettext_lazy("Mã giao dịch của máy thẻ"),
    "unfinished": gettext_lazy("Việc dở dang"),
    "version": gettext_lazy("Phiên bản"),
    "why_another_paper": gettext_lazy("Vì sao giấy tờ khác"),
}
#: Details that are the value of a field with choices: its model and its name.
CHOICES = {
    "after": ("dossiers.Dossier", "state"),
    "before": ("dossiers.Dossier", "state"),
    "confirmation": ("dossiers.Assistance", "confirmation"),
    "identity_shown": ("dossiers.HandOver", "identity_shown"),
    "kind": ("payments.Discrepancy", "kind"),
    "relation": ("dossiers.HandOver", "relation"),
    "stage": ("dossiers.Assignment", "stage"),
    "step": ("agencies.OnboardingStep", "step"),
    "tender": ("payments.CounterPayment", "tender"),
}
PEOPLE = frozenset({"approved_by", "owner", "signer", "taker"})
AGENCIES = frozenset({"endings", "links"})
MONEY = frozenset({"amount", "difference", "received"})
#: What the table of changes shows, or another column.
_SHOWN_ELSEWHERE = frozenset({"changes", "model", "name"})
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}.*)?")


class Words:
    """Details in words; names of people and agencies are read once for all entries it is asked about."""

    def __init__(self) -> None:
        self._names: dict[type[User] | type[Agency], dict[int, str]] = {}

    def details(self, entry: AuditEntry) -> Iterator[tuple[str, str]]:
        """Yield (name, value) of what the entry says beside its object and its changes."""
        for name, value in entry.detail.items():
            if name not in _SHOWN_ELSEWHERE and value not in (None, "", [], {}):
                yield str(LABELS.get(name, name)), self.value(name, value)

    def changes(self, entry: AuditEntry) -> Iterator[tuple[str, str, str]]:
        """Yield (what, before, after) of each field that was changed."""
        for change in entry.detail.get("changes") or ():
            label = change.get("label") or label_of(change.get("model") or entry.detail["model"], change["field"])
            what = f"{change['row']} · {label}" if change.get("row") else label
            yield what, change["before"], change["after"]

    def value(self, name: str, value: Any) -> str:
        """Return one value as people read it."""
        if isinstance(value, dict):
            return "; ".join(f"{key}: {self.value('', inner)}" for key, inner in value.items())
        if isinstance(value, list):
            joint = " → " if name in AGENCIES and value and not isinstance(value[0], list) else ", "
            return joint.join(self.value(name, inner) for inner in value)
        if isinstance(value, bool):
            return _("có") if value else _("không")
        if name in MONEY and isinstance(value, int):
            return dong_for_reader(value)
        if name in PEOPLE:
            return self._name(User, value)
        if name in AGENCIES:
            return self._name(Agency, value)
        if name in CHOICES:
            return choice_of(*CHOICES[name], value)
        return _moment(str(value))

    def _name(self, model: type[User] | type[Agency], key: Any) -> str:
        if model not in self._names:
            self._names[model] = {row.pk: str(row) for row in model._default_manager.all()}
        return self._names[model].get(key, str(key))


def choice_of(model: str, field: str, value: Any) -> str:
    """Return what a value of a field with choices is called; another value as it is."""
    choices: Any = apps.get_model(model)._meta.get_field(field).choices
    return str(dict(choices or ()).get(value, value))


def label_of(model: str, field: str) -> str:
    """Return what people call a field; a field that is no more keeps its name."""
    try:
        label = str(apps.get_model(model)._meta.get_field(field).verbose_name)
    except (LookupError, FieldDoesNotExist, AttributeError):
        label = field
    return label[:1].upper() + label[1:]


def _moment(text: str) -> str:
    """Return a day or a moment as it is written everywhere; any other text as it is."""
    if not _ISO.fullmatch(text):
        return text
    try:
        if len(text) == 10:
            return f"{date.fromisoformat(text):%d/%m/%Y}"
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}" if moment.tzinfo else text
