"""Who takes a result, or several of one owner or more: asked, and held against the dossiers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from core.values.form_fields import NameField, PlainTextField, asked_when
from dossiers.errors import NotReleasable
from dossiers.handover.receivers import Receiver
from dossiers.models import Dossier, Relation, ReturnMethod

from .shown_forms import ShownForm

TRACKING_NUMBER = re.compile(r"[A-Z0-9]{8,20}")
UNTRACED = gettext_lazy("Ghi số vận đơn in trên phiếu gửi, ví dụ: EA123456789VN.")
REASONS = {
    NotReleasable.NOT_FINISHED: gettext_lazy("Hồ sơ chưa có kết quả."),
    NotReleasable.NOT_SETTLED: gettext_lazy("Chưa nộp đủ phí: chưa trả kết quả được."),
    NotReleasable.NOT_PROVEN: gettext_lazy("Chưa ai xem giấy chứng minh miễn, giảm: xem giấy, hoặc thu phí."),
    NotReleasable.ALREADY_RETURNED: gettext_lazy("Kết quả đã được trả."),
    NotReleasable.NOT_THE_OWNER: gettext_lazy("Người nhận không mang tên chủ hồ sơ."),
    NotReleasable.OWNERS_NAME: gettext_lazy("Người nhận thay mang đúng tên chủ hồ sơ."),
    NotReleasable.OTHER_NUMBER: gettext_lazy("Số giấy tờ không khớp số ghi trong hồ sơ."),
    NotReleasable.NO_LETTER: gettext_lazy("Chưa ghi giấy ủy quyền."),
    NotReleasable.NO_SLIP: gettext_lazy("Chưa quét giấy hẹn của hồ sơ này."),
}
#: Names that stand for a name: "Nguyễn A", "Trần Văn B".
_PLACEHOLDER = re.compile(r"[abcdfghjklmnpqrstvwxz]\.?", re.IGNORECASE)
#: Of these a reason in writing is no way out.
_WITHOUT_REASON = (NotReleasable.NOT_THE_OWNER, NotReleasable.NO_SLIP, NotReleasable.NO_LETTER)
#: What is said beside which field; the last two go with a reason in writing.
_SAID = {
    NotReleasable.NOT_THE_OWNER: (
        "receiver_name",
        gettext_lazy("Người nhận không mang tên chủ hồ sơ: chọn quan hệ khác, hoặc sửa tên người nhận."),
    ),
    NotReleasable.NO_LETTER: ("letter_number", gettext_lazy("Ghi giấy ủy quyền.")),
    NotReleasable.NO_SLIP: (
        "slip",
        gettext_lazy(
            "Quét mã QR trên giấy hẹn của %(code)s, hoặc gõ mã PIN in trên đó. Không có thì xem giấy tờ khác."
        ),
    ),
    NotReleasable.OWNERS_NAME: (
        "receiver_name",
        gettext_lazy("%(owner)s là chủ hồ sơ: ghi tên người đang đứng ở quầy. Trùng tên thật thì ghi lý do."),
    ),
    NotReleasable.OTHER_NUMBER: (
        "identity_tail",
        gettext_lazy(
            "%(tail)s không phải 4 ký tự cuối giấy tờ của %(owner)s ghi trong hồ sơ. Xem lại giấy tờ; "
            "đúng là chủ hồ sơ mang giấy tờ khác (CMND cũ, số mới) thì ghi lý do."
        ),
    ),
}


class ReceiverForm(ShownForm):
    """Who takes the results of one owner. An owner who comes has their own name; the post's stands on its order."""

    relation = forms.ChoiceField(label=gettext_lazy("Quan hệ với chủ hồ sơ"), choices=Relation.choices)
    receiver_name = NameField(label=gettext_lazy("Người nhận thay"), max_length=120, required=False)
    letter_number = PlainTextField(label=gettext_lazy("Số giấy ủy quyền"), max_length=80, required=False)
    letter_date = forms.DateField(
        label=gettext_lazy("Ngày giấy ủy quyền"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    slip = PlainTextField(
        label=gettext_lazy("Quét mã QR trên giấy hẹn, hoặc gõ mã PIN in trên đó"), max_length=2000, required=False
    )
    tracking_number = forms.CharField(label=gettext_lazy("Số vận đơn"), max_length=30, required=False)
    field_order = (
        *("relation", "receiver_name", "letter_number", "letter_date"),
        *("identity_shown", "slip", "identity_tail", "identity_note", "tracking_number"),
    )

    def __init__(self, dossiers: Sequence[Dossier], data: Mapping[str, Any] | None = None) -> None:
        self._dossiers = dossiers
        is_posted = dossiers[0].return_method == ReturnMethod.POST
        super().__init__(data, initial={"relation": Relation.POST if is_posted else Relation.OWNER})
        self.fields["identity_tail"].widget.attrs["data-key"] = "F4"
        is_owner = not self.is_bound or self.data.get("relation") == Relation.OWNER
        if is_owner and (document := dossiers[0].identity_document):
            on_file = gettext("Giấy tờ của chủ hồ sơ: %(document)s") % {"document": document.without_tail}
            self.fields["identity_tail"].help_text = on_file
        asked_when(self.fields["receiver_name"], gettext("khi không phải chủ hồ sơ"))
        asked_when(self.fields["letter_number"], gettext("khi được ủy quyền"))
        asked_when(self.fields["letter_date"], gettext("khi được ủy quyền"))
        asked_when(self.fields["slip"], gettext("khi người nhận thay chỉ có giấy hẹn"))
        asked_when(self.fields["tracking_number"], gettext("khi gửi bưu điện"))

    def clean(self) -> dict[str, Any]:
        """Only what goes by post has a tracking number, and it always has; everybody else is held against the file."""
        number = "".join(self.cleaned_data.get("tracking_number", "").split()).upper()
        relation = self.cleaned_data.get("relation")
        is_posted = relation == Relation.POST
        if is_posted and not TRACKING_NUMBER.fullmatch(number):
            self.add_error("tracking_number", UNTRACED)
        self.cleaned_data["tracking_number"] = number if is_posted else ""
        if is_posted:
            self.errors.pop("identity_tail", None)
            self.cleaned_data |= {"identity_shown": "", "identity_tail": ""}
        super().clean()
        self._read_letter()
        name = self.cleaned_data.get("receiver_name", "")
        if not name and "receiver_name" not in self.errors:
            self._name_them(relation)
        elif name and _PLACEHOLDER.fullmatch(name.rsplit(maxsplit=1)[-1]):
            self.add_error("receiver_name", gettext("Ghi đủ họ tên như trên giấy tờ đang xem, không viết tắt."))
        self._hold_against_file()
        return self.cleaned_data

    def _read_letter(self) -> None:
        """A letter has its number and a day that has come; who needs none has none."""
        number, day = self.cleaned_data.get("letter_number"), self.cleaned_data.get("letter_date")
        self.cleaned_data["letter"] = ""
        if Relation.AUTHORISED not in self.relations():
            for name in ("letter_number", "letter_date"):
                self.errors.pop(name, None)
            return
        if not number and "letter_number" not in self.errors:
            self.add_error("letter_number", gettext("Ghi số giấy ủy quyền; giấy không có số thì ghi nơi chứng thực."))
        if "letter_date" not in self.errors:
            if not day:
                self.add_error("letter_date", gettext("Ghi ngày của giấy ủy quyền."))
            elif day > timezone.localdate():
                self.add_error("letter_date", gettext("Ngày này chưa đến."))
        if number and day:
            self.cleaned_data["letter"] = f"{number}, {day:%d/%m/%Y}"

    def relations(self) -> set[str]:
        """Return what the receiver is said to be, to whomever."""
        return {self.cleaned_data.get("relation", "")}

    def _hold_against_file(self) -> None:
        """Refuse by name what a dossier contradicts; ask for a reason only where there is something to explain."""
        if self.errors:
            against: list[tuple[Dossier, str]] = []
        else:
            pairs = [(each, replace(self.receiver(each), note="").contradicts(each)) for each in self._dossiers]
            against = [(dossier, reason) for dossier, reason in pairs if reason]
        if all(reason in _WITHOUT_REASON for _dossier, reason in against):
            self.ask_nothing()
        said: dict[tuple[str, str], None] = {}
        for dossier, reason in against:
            if self.receiver(dossier).contradicts(dossier):
                field, text = _SAID[reason]
                tail = self.cleaned_data["identity_tail"]
                words = {"owner": dossier.owner_name, "tail": tail, "code": dossier.code}
                said[self.field_of(field, dossier), str(text) % words] = None
        for each in said:
            self.add_error(*each)

    def field_of(self, name: str, dossier: Dossier) -> str:
        """Return the field beside which something is said about a dossier."""
        return name

    def _name_them(self, relation: object) -> None:
        """Fill in the name where it is known: the owner's own, or to whom the post brings it."""
        if relation == Relation.OWNER:
            self.cleaned_data["receiver_name"] = self._dossiers[0].owner_name
        elif relation == Relation.POST:
            order = getattr(self._dossiers[0], "postal_order", None)
            self.cleaned_data["receiver_name"] = order.receiver_name if order else gettext("Bưu điện")
        else:
            self.add_error("receiver_name", gettext("Ghi họ tên người đang nhận."))

    def receiver(self, dossier: Dossier) -> Receiver:
        """Return what was filled in, as it holds for a dossier."""
        given = self.cleaned_data
        return Receiver(
            name=given["receiver_name"],
            relation=self.relation_to(dossier),
            identity_shown=given["identity_shown"],
            identity_tail=given["identity_tail"],
            tracking_number=given["tracking_number"],
            note=given["identity_note"],
            letter=given["letter"],
            slip=given.get("slip", ""),
        )

    def relation_to(self, dossier: Dossier) -> str:
        """Return what the receiver is to the owner of a dossier."""
        return str(self.cleaned_data["relation"])


class SeveralOwnersForm(ReceiverForm):
    """Who takes the results of several owners: what they are to each is asked, a question an owner."""

    def __init__(self, dossiers: Sequence[Dossier], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(dossiers, data)
        del self.fields["relation"], self.fields["tracking_number"]
        self.initial = {}
        self.fields["identity_tail"].help_text = ""
        self.fields["receiver_name"] = NameField(label=gettext("Người nhận kết quả"), max_length=120)
        self._names: dict[str, str] = {}
        choices = [("", gettext("Chọn quan hệ")), *(each for each in Relation.choices if each[0] != Relation.POST)]
        for dossier in dossiers:
            owner = owner_of(dossier)
            if owner not in self._names:
                self._names[owner] = name = f"relation_{len(self._names)}"
                label = gettext("Người nhận là gì của %(owner)s") % {"owner": dossier.owner_name}
                self.fields[name] = forms.ChoiceField(label=label, choices=choices)
        self.order_fields(["receiver_name", *self._names.values()])

    def relations(self) -> set[str]:
        """Return what the receiver is said to be to each of the owners."""
        return {self.cleaned_data.get(name, "") for name in self._names.values()}

    def field_of(self, name: str, dossier: Dossier) -> str:
        """Return the field beside which something is said: of the name, at the relation to a dossier's owner."""
        return self._names[owner_of(dossier)] if name == "receiver_name" else name

    def relation_to(self, dossier: Dossier) -> str:
        """Return what the receiver is to the owner of a dossier."""
        return str(self.cleaned_data[self._names[owner_of(dossier)]])


def owner_of(dossier: Dossier) -> str:
    """Return by what the owners of dossiers at a desk are told apart."""
    return f"{dossier.owner_search_key}/{dossier.owner_identity_number}"
