"""Decisions available for a dossier, by state, role and draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from agencies.models import User
from dossiers.errors import NotSignable
from dossiers.handover.release import take_back
from dossiers.models import Dossier, NoticeKind, SigningRequest, Stage
from dossiers.processing import decisions, signing
from dossiers.processing.signing import Standing, standing_of
from dossiers.states import DOSSIER_EDGES
from dossiers.states import DossierState as S

from .access import DeskStaff
from .decision_forms import (
    AssignForm,
    DecisionForm,
    ExtendForm,
    NoteForm,
    ReasonForm,
    RecallForm,
    ResultForm,
    SendBackForm,
    SignForm,
    SubmitForm,
    SupplementForm,
    TakeBackForm,
    WithdrawForm,
)

Do = Callable[[Dossier, User, dict[str, Any], Any], object]


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide. `after` is the state it leads to; None moves nothing and is open in `states`.

    `by` names the agencies of `DeskStaff` it may be decided for, `fits` says where a draft must lie.
    """

    name: str
    label: Promise
    form: type[DecisionForm]
    do: Do
    after: S | None = None
    states: tuple[S, ...] = tuple(S)
    by: str = "acts_for"
    fits: Callable[[Standing], bool] = lambda standing: True

    @property
    def finishes(self) -> bool:
        """A decision that concludes the work: emphasised, and under the key of the next step."""
        return self.name in ("ky", "trinh-ky", "ket-qua")

    def is_for(self, staff: DeskStaff, dossier: Dossier) -> bool:
        """Tell whether somebody may decide it."""
        return dossier.agency_id in getattr(staff, self.by)

    def is_open(self, dossier: Dossier, standing: Standing) -> bool:
        """Tell whether the state allows it."""
        if not self.fits(standing):
            return False
        if self.after is None:
            return dossier.state in self.states
        return dossier.state in self.states and (dossier.state, self.after) in DOSSIER_EDGES


def _notice(kind: NoticeKind) -> Do:
    return lambda dossier, actor, data, form: decisions.give_notice(
        dossier, kind, actor=actor, reason=data["reason"], items=data.get("items", "")
    )


def _go(after: S) -> Do:
    return lambda dossier, actor, data, form: decisions.go_on(dossier, after, actor=actor, note=data["note"])


def _record(dossier: Dossier, actor: User, data: dict[str, Any], form: Any) -> object:
    return decisions.record_result(
        dossier,
        number=data["number"],
        signed_on=data["signed_on"],
        signer=data["signer"],
        actor=actor,
        paper=data["file"],
    )


def _seen(dossier: Dossier, form: Any) -> SigningRequest:
    """The draft that was on the page. Raises NotSignable for any other dossier's."""
    signing_request = SigningRequest.objects.filter(pk=form.cleaned_data["draft"], dossier=dossier).first()
    if signing_request is None:
        raise NotSignable
    signing_request.dossier = dossier  # as the officer saw it
    return signing_request


_IN_WORK = (S.ACCEPTED, S.IN_PROCESS)
_OPEN = tuple(state for state in S if state not in (S.RETURNED, S.REFUSED, S.WITHDRAWN))
DECISIONS = {
    decision.name: decision
    for decision in (
        Decision(
            "giao",
            gettext_lazy("Giao người xử lý, trình ký"),
            AssignForm,
            lambda dossier, actor, data, form: decisions.assign(
                dossier, data["taker"], Stage(data["stage"]), actor=actor, note=data["note"]
            ),
            states=_OPEN,
            by="decides_for",
            fits=lambda standing: not standing.waiting,
        ),
        Decision(
            "ky",
            gettext_lazy("Ký kết quả"),
            SignForm,
            lambda dossier, actor, data, form: signing.sign(
                _seen(dossier, form), actor=actor, number=data["number"], signed=data["file"]
            ),
            after=S.FINISHED,
            by="signs_for",
            fits=lambda standing: standing.waiting is not None,
        ),
        Decision(
            "tra-lai",
            gettext_lazy("Trả lại để hoàn thiện"),
            SendBackForm,
            lambda dossier, actor, data, form: signing.send_back(
                _seen(dossier, form), actor=actor, reason=data["reason"]
            ),
            states=(S.IN_PROCESS,),
            by="signs_for",
            fits=lambda standing: standing.waiting is not None,
        ),
        Decision(
            "trinh-ky",
            gettext_lazy("Trình ký kết quả"),
            SubmitForm,
            lambda dossier, actor, data, form: signing.submit(
                dossier, number=data["number"], draft=data["file"], to=data["taker"], actor=actor, note=data["note"]
            ),
            states=(S.IN_PROCESS,),
            fits=lambda standing: standing.has_signer and not standing.waiting,
        ),
        Decision(
            "rut-trinh",
            gettext_lazy("Rút dự thảo đang trình"),
            RecallForm,
            lambda dossier, actor, data, form: signing.recall(_seen(dossier, form), actor=actor, note=data["note"]),
            states=(S.IN_PROCESS,),
            fits=lambda standing: standing.waiting is not None,
        ),
        Decision(
            "ket-qua",
            gettext_lazy("Ghi kết quả giải quyết"),
            ResultForm,
            _record,
            after=S.FINISHED,
            fits=lambda standing: not standing.has_signer,
        ),
        # Signed by a superior agency, or on paper: where somebody signs here, not for everybody to say.
        Decision(
            "ket-qua-giay",
            gettext_lazy("Ghi kết quả ký trên giấy"),
            ResultForm,
            _record,
            after=S.FINISHED,
            by="leads",
            fits=lambda standing: standing.has_signer and not standing.waiting,
        ),
        Decision(
            "bo-sung",
            gettext_lazy("Yêu cầu bổ sung giấy tờ"),
            SupplementForm,
            _notice(NoticeKind.SUPPLEMENT),
            after=S.SUPPLEMENT,
        ),
        Decision(
            "tu-choi", gettext_lazy("Từ chối tiếp nhận"), ReasonForm, _notice(NoticeKind.REFUSAL), after=S.REFUSED
        ),
        Decision("dung", gettext_lazy("Dừng giải quyết"), ReasonForm, _notice(NoticeKind.STOP), after=S.STOPPED),
        Decision(
            "xin-loi",
            gettext_lazy("Xin lỗi và gia hạn"),
            ExtendForm,
            lambda dossier, actor, data, form: decisions.extend(
                dossier, form.moment(), actor=actor, reason=data["reason"]
            ),
            states=_IN_WORK,
            by="leads",
        ),
        Decision(
            "cho-phi",
            gettext_lazy("Chờ nộp phí, lệ phí (dừng tính hạn)"),
            NoteForm,
            _go(S.FINANCIAL_OBLIGATION),
            after=S.FINANCIAL_OBLIGATION,
        ),
        Decision(
            "tiep-tuc",
            gettext_lazy("Giải quyết tiếp"),
            NoteForm,
            _go(S.IN_PROCESS),
            after=S.IN_PROCESS,
            states=(S.SUPPLEMENT, S.STOPPED, S.FINANCIAL_OBLIGATION),
        ),
        Decision(
            "da-bo-sung",
            gettext_lazy("Đã bổ sung đủ: tiếp nhận"),
            NoteForm,
            _go(S.ACCEPTED),
            after=S.ACCEPTED,
            states=(S.SUPPLEMENT,),
        ),
        Decision(
            "xem-lai",
            gettext_lazy("Đã bổ sung: xem lại để tiếp nhận"),
            NoteForm,
            _go(S.SUBMITTED),
            after=S.SUBMITTED,
        ),
        Decision(
            "thu-hoi",
            gettext_lazy("Thu hồi kết quả trả nhầm"),
            TakeBackForm,
            lambda dossier, actor, data, form: take_back(dossier, actor=actor, reason=data["reason"]),
            states=(S.RETURNED,),
            by="leads",
        ),
        Decision("rut", gettext_lazy("Công dân rút hồ sơ"), WithdrawForm, _go(S.WITHDRAWN), after=S.WITHDRAWN),
    )
}


def open_decisions(dossier: Dossier, staff: DeskStaff) -> list[Decision]:
    """Return what somebody may decide about a dossier now."""
    if dossier.agency_id not in staff.decides_for:
        return []
    standing = standing_of(dossier)
    open_ones = [each for each in DECISIONS.values() if each.is_open(dossier, standing) and each.is_for(staff, dossier)]
    # What never came into process goes back to reception: the clock has not begun. What did does not.
    wrong = "tiep-tuc" if dossier.received_at is None else "xem-lai"
    return [each for each in open_ones if each.name != wrong]


def offered_decisions(dossier: Dossier, staff: DeskStaff) -> list[Decision]:
    """Return those among them that are of use: nobody waits for a fee that is settled. Reads `bills`."""
    return [each for each in open_decisions(dossier, staff) if each.name != "cho-phi" or not dossier.is_settled]
