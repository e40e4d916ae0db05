"""The desk's search box, lists and the page of one dossier."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.audit import record as audit
from agencies.models import Agency
from core import live
from dossiers.desk.fees import bank_words, receipts
from dossiers.desk.fees.money import attempts_of, claimable_of, money_of
from dossiers.desk.fees.state import last_checked, payments_of
from dossiers.errors import DossierMoved, IllegalDossierMove, NothingToUndo
from dossiers.fees.claims import claim_of
from dossiers.handover.release import why_not
from dossiers.models import Dossier, SigningRequest, SigningState
from dossiers.printing.papers import offered
from dossiers.processing import signing
from dossiers.processing.deadlines import reception_deadlines
from dossiers.processing.transitions import UNDO_WITHIN, move
from dossiers.processing.undo import last_step, undo
from dossiers.states import DossierState
from payments.bills import money_sources
from payments.models import CashShift
from payments.status_queries import interactive
from payments.status_queries.interactive import Answer

from . import list_audit as seen
from . import moved
from .access import DeskStaff, for_staff
from .customer_display import views
from .forms import TakingForm
from .handover.forms import REASONS, ReceiverForm
from .open_decisions import offered_decisions
from .scanner import lookup, search_session
from .worklists import ORDERS, VIEWS, row_of, worklist

PAGE = 25
ANSWERS = {
    Answer.NOTHING: gettext_lazy("Chưa có lần thanh toán nào để hỏi ngân hàng."),
    Answer.TOLD: gettext_lazy("Đã hỏi ngân hàng xong."),
    Answer.JUST_ASKED: gettext_lazy("Ngân hàng vừa được hỏi về hồ sơ này. Chờ 5 giây rồi hỏi lại."),
    Answer.UNREACHABLE: gettext_lazy("Ngân hàng chưa trả lời. Hệ thống tự hỏi lại; đừng thu tiền lần nữa."),
    Answer.LATE: gettext_lazy(
        "Sau 4 giây ngân hàng vẫn chưa trả lời. Câu hỏi còn chờ: có trả lời thì màn hình tự đổi. Đừng thu tiền lần nữa."
    ),
}
NEXT_STEPS = {
    DossierState.SUBMITTED: (DossierState.ACCEPTED, gettext_lazy("Tiếp nhận")),
    DossierState.ACCEPTED: (DossierState.IN_PROCESS, gettext_lazy("Chuyển xử lý")),
}


@require_http_methods(["GET", "POST"])
@for_staff
def desk(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """The box. A code or a slip's QR opens its dossier, a name or phone lists what fits.

    What is typed is posted, and its list has an address without it; only a code may be in one (`?q=`).
    """
    now = timezone.now()
    views.clear_if_left(request)
    typed = lookup.tidy((request.POST if request.method == "POST" else request.GET).get("q", ""))
    if request.method == "POST":
        return redirect(search_session.address_of(request, staff, typed))
    if typed and (exact := lookup.one(staff, typed, timezone.localdate(now))):
        return redirect("desk-dossier", code=exact.code)
    signs_only = bool(staff.signs_for) and not staff.acts_for
    view, order = request.GET.get("viec", "cho-toi-ky" if signs_only else ""), request.GET.get("xep", "")
    view, order = view if view in VIEWS else "", order if order in ORDERS else ""
    text = typed or search_session.text_of(request, request.GET.get("tim", ""))
    if typed:
        dossiers = Dossier.objects.none()  # by an address only a code is looked for, and it is not one of theirs
    elif text:
        dossiers = lookup.many(staff, text, timezone.localdate(now)).order_by("-pk")
    else:
        dossiers = worklist(staff.dossiers().of_agencies(staff.works_at), now, view=view, order=order, user=staff.user)
    # A page more is enough to know whether there is a next one: nothing is counted.
    page = Paginator(dossiers.with_bills()[: PAGE * 40], PAGE).get_page(request.GET.get("page"))
    seen.note(staff, [dossier.code for dossier in page], view=view, is_search=bool(text))
    deadlines, drafts = reception_deadlines(page), signing.waiting_for(page)
    context = {
        "staff": staff,
        "text": text,
        "page": page,
        "rows": [
            row_of(dossier, now, deadlines.get(dossier.pk), is_with_signer=dossier.pk in drafts) for dossier in page
        ],
        "agencies": _registers(staff),
        "views": [each for each in VIEWS.items() if staff.signs_for or each[0] != "cho-toi-ky"],
        "view": view,
        "orders": [(key, label) for key, (label, _fields) in ORDERS.items()],
        "order": order,
        # Of what was searched for nothing is fetched again by itself: each search is written to the audit.
        "live": "" if text else live.stream_url(bill.token for dossier in page for bill in dossier.bills.all()),
    }
    return render(request, "dossiers/desk/desk.html", context)


def _registers(staff: DeskStaff) -> QuerySet[Agency]:
    """Whose register they may print: today's agencies before those that were merged into them; few, or none."""
    agencies = Agency.objects.filter(pk__in=staff.works_at if len(staff.works_at) <= 20 else ())
    return agencies.order_by(F("valid_during__endswith").desc(nulls_first=True), "name")


@require_GET
@for_staff
def desk_dossier(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """One dossier at the desk; opening it is written to the audit and shown on the second window."""
    dossier = staff.dossier(code)
    seen.note_view(staff, dossier)
    views.show(request, dossier)
    return dossier_page(request, staff, dossier)


def dossier_page(
    request: HttpRequest, staff: DeskStaff, dossier: Dossier, refused: ReceiverForm | None = None
) -> HttpResponse:
    """Return the page of a dossier; with a hand-over that was `refused`, as it was filled in."""
    may_act = dossier.agency_id in staff.acts_for
    may_decide = dossier.agency_id in staff.decides_for
    may_serve = may_act or dossier.agency_id in staff.takes_money_for
    is_releasable = not why_not(dossier)
    context = state_context(dossier) | {
        "staff": staff,
        "live": live.stream_url(bill.token for bill in dossier.bills.all()),
        "may_decide": may_decide,
        "may_examine": dossier.agency_id in staff.examines_for,
        "may_serve": may_serve,
        "may_act": may_act,
        "step": NEXT_STEPS.get(DossierState(dossier.state)) if may_act else None,
        "undoable": last_step(dossier, staff.user, timezone.now()) if may_decide else None,
        "undo_seconds": int(UNDO_WITHIN.total_seconds()),
        "form": (refused or ReceiverForm([dossier])) if may_act and is_releasable else None,
        "payments": attempts_of(dossier),
        "may_claim": may_serve and not dossier.is_settled and bool(claimable_of(dossier)),
        "takings": _takings(staff, dossier),
        "shift": CashShift.objects.filter(cashier=staff.user, closed_at=None).first(),
        "sent": dossier.attachments.all(),
        "decisions": offered_decisions(dossier, staff),
        "sent_back": _sent_back(dossier) if may_decide else None,
        "result": getattr(dossier, "result", None),
        "events": dossier.events.select_related("actor"),
        "assignments": dossier.assignments.select_related("giver", "taker"),
        "receipts": receipts.to_print(dossier, staff.user),
        "papers": offered(dossier) if may_serve else [],
    }
    return render(request, "dossiers/desk/dossier.html", context, status=422 if refused else 200)


def _sent_back(dossier: Dossier) -> SigningRequest | None:
    """What the signer wants mended, until it is put forward again."""
    last = dossier.signing_requests.order_by("-id").first() if dossier.state == DossierState.IN_PROCESS else None
    return last if last and last.state == SigningState.SENT_BACK else None


def _takings(staff: DeskStaff, dossier: Dossier) -> list[TakingForm]:
    """A form for each bill of which something is missing, filled with just that, for whoever may take money."""
    if dossier.agency_id not in staff.takes_money_for or dossier.payment_hold:
        return []
    return [
        TakingForm(initial={"bill": bill.pk, "received": bill.missing_amount}, auto_id=f"bill-{bill.pk}-%s")
        for bill in dossier.bills.all()
        if bill.missing_amount
    ]


def state_context(dossier: Dossier) -> dict[str, object]:
    """Return what the block shows. `version` changes exactly when the page has other things to offer."""
    draft = signing.waiting_for([dossier]).get(dossier.pk)
    row = row_of(
        dossier, timezone.now(), reception_deadlines([dossier]).get(dossier.pk), is_with_signer=draft is not None
    )
    payments = payments_of(dossier)
    money = money_of(dossier)
    claim = claim_of(dossier)
    checked = claim.check.pk if claim and claim.check else ""
    draft_number = draft.pk if draft else ""
    offers = (row.fee, dossier.state, row.owed, draft_number, sum(each.received for each in money), checked)
    return {
        "dossier": dossier,
        "row": row,
        "draft": draft,
        "state": row.fee,
        "money": money,
        "claim": claim,
        "version": "-".join(map(str, offers)),
        **money_sources.ways(payments),
        "paid": next((p for p in payments if p.is_applied), None),
        "checked_at": last_checked(dossier),
        "reason": REASONS.get(why_not(dossier), ""),
        "is_releasable": not why_not(dossier),
    }


@require_GET
@for_staff
def desk_state(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """The part that changes live; it asks for the whole page when what may be pressed has changed.

    With `?dau=1` the line in the bar, which a page with a form keeps current and is not made anew for.
    """
    if "dau" in request.GET:
        return render(request, "dossiers/desk/_at_hand.html", {"dossier": staff.dossier(code)})
    context = state_context(staff.dossier(code))
    seen = request.GET.get("da-thay", "")
    is_stale = bool(seen) and seen != context["version"]
    if is_stale:
        views.publish_change(request)
    return render(request, "dossiers/desk/_state.html", context | {"is_stale": is_stale})


@require_POST
@for_staff
def check_now(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Ask the bank now, and say what it said."""
    dossier = staff.dossier_to_serve(code)
    answer = interactive.ask(dossier.bills.all())
    subject = f"dossier:{code}"
    audit.record("bank_asked", subject, actor=staff.user, agency=dossier.agency, answer=answer.name.lower())
    level = {Answer.TOLD: messages.SUCCESS, Answer.NOTHING: messages.INFO}.get(answer, messages.WARNING)
    dossier = staff.dossier(code)  # with what the answers have changed
    said = [str(ANSWERS[answer])]
    if answer is Answer.TOLD:
        said.append(bank_words.answers(dossier))
    elif answer is Answer.NOTHING and not dossier.is_settled:
        said.append(_("Công dân nói đã chuyển tiền: xem trên điện thoại chuyển cho ai, mã nào, rồi báo kế toán mã đó."))
    messages.add_message(request, level, " ".join(said))
    return redirect("desk-dossier", code=code)


@require_POST
@for_staff
def next_step(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Move the dossier one step on, from the version the officer saw."""
    dossier = moved.as_seen(request, staff.dossier_to_act_on(code))
    step = NEXT_STEPS.get(DossierState(dossier.state))
    try:
        if step is None or moved.has_moved(dossier):
            raise DossierMoved(dossier.state)
        move(dossier, step[0], actor=staff.user)
    except IllegalDossierMove:
        moved.warn(request, dossier)
    return redirect("desk-dossier", code=code)


@require_POST
@for_staff
def undo_step(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Take back the step just made; of results that were given together, all."""
    dossier = staff.dossier_to_decide(code)
    batch = dossier.hand_over.batch if dossier.state == DossierState.RETURNED else ""
    together = list(staff.dossiers().filter(hand_over__batch=batch).order_by("pk")) if batch else [dossier]
    undone = 0
    for each in together:
        with suppress(NothingToUndo):
            undo(each, actor=staff.user)
            undone += 1
    if undone < len(together):
        messages.warning(request, _("Không hoàn tác được nữa: đã quá 60 giây, hoặc người khác đã làm bước tiếp theo."))
    if undone > 1:
        text = ngettext("Đã hoàn tác lần trả %(n)s kết quả.", "Đã hoàn tác lần trả %(n)s kết quả.", undone)
        messages.success(request, text % {"n": undone})
    elif undone:
        messages.success(request, _("Đã hoàn tác bước vừa rồi."))
    return redirect("desk-dossier", code=code)
