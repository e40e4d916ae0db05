"""Buttons that move a fee schedule through its states, each with a confirmation page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from agencies.independence import NOT_TWO_HEADS
from agencies.models import User
from procedures.errors import (
    IllegalScheduleMove,
    NotIndependent,
    SamePerson,
    ScheduleError,
    ScheduleHasErrors,
    StartsInThePast,
)
from procedures.models import FeeSchedule, ScheduleState
from procedures.schedules import lifecycle


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=UnfoldAdminTextInputWidget())


class StartForm(forms.Form):
    """From which day."""

    # Django knows no Vietnamese way of typing a date and would read 05/12 as the 12th of May.
    starts = forms.DateField(
        label=_("Áp dụng từ ngày"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date", "class": "border px-3 py-2 rounded-default"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts"].initial = timezone.localdate() + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One button: from which states, what it asks, and the verb it calls (schedule, by, the form's fields)."""

    label: Promise
    question: Promise
    done: Promise
    states: frozenset[ScheduleState]
    verb: Callable[..., FeeSchedule]
    form: type[forms.Form] = forms.Form


_EVERY = frozenset(ScheduleState)
STEPS = {
    "propose": Step(
        _("Trình duyệt"),
        _("Trình biểu phí này cho người thứ hai duyệt? Sau khi trình không sửa được nữa."),
        _("Đã trình. Người khác cần duyệt trước ngày áp dụng."),
        frozenset({ScheduleState.DRAFT}),
        lifecycle.propose,
    ),
    "approve": Step(
        _("Duyệt"),
        _("Duyệt biểu phí này? Nó tự áp dụng từ ngày bắt đầu hiệu lực."),
        _("Đã duyệt. Biểu phí tự áp dụng từ ngày bắt đầu hiệu lực."),
        frozenset({ScheduleState.PROPOSED}),
        lifecycle.approve,
    ),
    "send_back": Step(
        _("Trả về bản nháp"),
        _("Trả biểu phí về bản nháp để sửa?"),
        _("Đã trả về bản nháp."),
        frozenset({ScheduleState.PROPOSED, ScheduleState.APPROVED}),
        lifecycle.send_back,
        ReasonForm,
    ),
    "clone": Step(
        _("Tạo phiên bản mới"),
        _("Chép biểu phí này thành bản nháp của phiên bản mới?"),
        _("Đã tạo bản nháp. Hãy sửa rồi trình duyệt."),
        _EVERY,
        lifecycle.clone,
        StartForm,
    ),
    "go_back": Step(
        _("Quay lại phiên bản này"),
        _("Tạo bản nháp thu lại như phiên bản này?"),
        _("Đã tạo bản nháp như phiên bản cũ. Hãy kiểm tra rồi trình duyệt."),
        frozenset({ScheduleState.ACTIVE, ScheduleState.RETIRED}),
        lifecycle.go_back_to,
        StartForm,
    ),
    "retire": Step(
        _("Ngừng áp dụng"),
        _("Ngừng áp dụng ngay? Thủ tục sẽ không có mức thu cho đến khi có biểu phí khác."),
        _("Đã ngừng áp dụng."),
        frozenset({ScheduleState.ACTIVE}),
        lifecycle.retire,
        ReasonForm,
    ),
}


def take(step: Step, schedule: FeeSchedule, by: User, answers: dict[str, Any]) -> FeeSchedule:
    """Call the verb of a step. Raises ScheduleError."""
    return step.verb(schedule, by=by, **answers)


def message_for(error: ScheduleError) -> str:
    """Say kindly why a step was refused."""
    if isinstance(error, NotIndependent):
        return str(NOT_TWO_HEADS)
    if isinstance(error, SamePerson):
        return str(_("Người soạn không được tự duyệt. Hãy nhờ người khác duyệt."))
    if isinstance(error, ScheduleHasErrors):
        return str(_("Chưa trình được: %(errors)s.")) % {"errors": "; ".join(error.messages)}
    if isinstance(error, StartsInThePast):
        return str(_("Ngày bắt đầu đã qua. Hãy chọn từ hôm nay trở đi."))
    if isinstance(error, IllegalScheduleMove):
        state = ScheduleState(error.state).label
        return str(_("Biểu phí đang ở trạng thái “%(state)s”, không làm bước này được.")) % {"state": state}
    return str(error)
