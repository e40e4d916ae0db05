"""Forms of the reorganisation wizard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.utils.translation import gettext_lazy as _
from psycopg2.extras import DateRange
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from agencies.models import Agency, AgencySuccession, Level

from .plan import Link, Plan

LONGEST_KEY = 18


class _OneAgency(AutocompleteSelect):
    """Takes numbers only: Django's own would look up whatever is sent, and fail."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was chosen if it can be a key."""
        value = super().value_from_datadict(data, files, name)
        return value if _is_key(value) else None


class _SeveralAgencies(AutocompleteSelectMultiple):
    """The same for several."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was chosen, as far as it can be keys."""
        return [value for value in super().value_from_datadict(data, files, name) if _is_key(value)]


def _is_key(value: object) -> bool:
    text = str(value or "")
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY


_PREDECESSOR = AgencySuccession._meta.get_field("predecessor")
_SUCCESSOR = AgencySuccession._meta.get_field("successor")


class ReformForm(forms.Form):
    """One merger, split or dissolution. With several successors the first named takes over what is unfinished."""

    day = forms.DateField(
        label=_("Từ ngày"),
        # Django knows no Vietnamese way of typing a date and would read 05/12 as the 12th of May.
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date", "class": "border px-3 py-2 rounded-default"}, format="%Y-%m-%d"),
    )
    legal_basis = forms.CharField(
        label=_("Căn cứ pháp lý"), max_length=255, widget=UnfoldAdminTextInputWidget(), help_text=_("Số nghị quyết.")
    )
    predecessors = forms.ModelMultipleChoiceField(
        label=_("Đơn vị kết thúc"),
        queryset=Agency.objects.all(),
        widget=_SeveralAgencies(_PREDECESSOR, admin.site),
    )
    heir = forms.ModelChoiceField(
        label=_("Đơn vị tiếp nhận"),
        queryset=Agency.objects.all(),
        required=False,
        widget=_OneAgency(_SUCCESSOR, admin.site),
        help_text=_("Nhận hồ sơ và khoản thu dở dang. Để trống nếu lập đơn vị mới hoặc giải thể."),
    )
    new_name = forms.CharField(
        label=_("Hoặc lập đơn vị mới: tên"), max_length=255, required=False, widget=UnfoldAdminTextInputWidget()
    )
    new_code = forms.CharField(label=_("Mã"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget())
    new_identifier = forms.CharField(
        label=_("Mã định danh"),
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Mã hồ sơ của đơn vị bắt đầu bằng mã này, ví dụ H44.21."),
    )
    new_level = forms.ChoiceField(
        label=_("Cấp"), choices=Level.choices, required=False, initial=Level.COMMUNE, widget=UnfoldAdminSelectWidget()
    )
    new_parent = forms.ModelChoiceField(
        label=_("Cơ quan cấp trên"),
        queryset=Agency.objects.all(),
        required=False,
        widget=_OneAgency(Agency._meta.get_field("parent"), admin.site),
    )
    others = forms.ModelMultipleChoiceField(
        label=_("Các đơn vị khác cùng kế thừa"),
        queryset=Agency.objects.all(),
        required=False,
        widget=_SeveralAgencies(_SUCCESSOR, admin.site),
        help_text=_("Khi chia tách: xem được hồ sơ cũ, không nhận khoản thu dở dang."),
    )

    def clean(self) -> dict[str, Any]:
        """One heir at most; a new agency with all that its dossiers' codes need, not taken on that day."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("heir") and cleaned.get("new_name"):
            self.add_error("new_name", _("Chọn đơn vị có sẵn hoặc lập đơn vị mới, không cả hai."))
        if cleaned.get("others") and not (cleaned.get("heir") or cleaned.get("new_name")):
            self.add_error("heir", _("Cho biết đơn vị nào nhận việc dở dang."))
        if cleaned.get("new_name"):
            self._check_new(cleaned)
        return cleaned

    def _check_new(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("new_identifier"):
            self.add_error("new_identifier", _("Đơn vị mới cần mã định danh để đánh số hồ sơ."))
        if not cleaned.get("new_parent") and cleaned.get("new_level") != Level.PROVINCE:
            self.add_error("new_parent", _("Cho biết cơ quan cấp trên: chỉ cấp tỉnh không có."))
        if not cleaned.get("day"):
            return
        after = DateRange(cleaned["day"], None)
        taken = Agency.objects.filter(valid_during__overlap=after).exclude(pk__in=cleaned.get("predecessors") or [])
        for field, name in (("new_code", "code"), ("new_identifier", "identifier")):
            if cleaned.get(field) and taken.filter(**{name: cleaned[field]}).exists():
                self.add_error(field, _("Mã này đang thuộc đơn vị khác."))

    def plan(self, kept_roles: frozenset[int] = frozenset()) -> Plan:
        """Return what was asked for as a plan. The form must be valid."""
        cleaned = self.cleaned_data
        heir = cleaned["heir"] or self._new_agency()
        successors = [*([heir] if heir else []), *(other for other in cleaned["others"] if other != heir)]
        return Plan(
            day=cleaned["day"],
            legal_basis=cleaned["legal_basis"],
            links=tuple(Link(old, new) for old in cleaned["predecessors"] for new in successors),
            endings=() if successors else tuple(cleaned["predecessors"]),
            kept_roles=kept_roles,
        )

    def _new_agency(self) -> Agency | None:
        cleaned = self.cleaned_data
        if not cleaned["new_name"]:
            return None
        return Agency(
            name=cleaned["new_name"],
            code=cleaned["new_code"],
            identifier=cleaned["new_identifier"],
            level=cleaned["new_level"],
            parent=cleaned["new_parent"],
            valid_during=DateRange(cleaned["day"], None),
        )
