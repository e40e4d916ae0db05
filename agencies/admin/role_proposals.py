"""List of proposed roles: another administrator agrees, or somebody refuses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from agencies.admin_base import ReadOnlyAdmin, administered_by
from agencies.admin_periods import in_words
from agencies.authorization import PROVINCIAL, roles_today
from agencies.errors import AdministratorOfMoney, AlreadyDecided, NotTwoHeads, OwnRole, RoleIsOver
from agencies.independence import NOT_TWO_HEADS
from agencies.models import Role, RoleProposal
from agencies.reauthentication import must_be_proved
from agencies.roles import grants

_SENTENCES: dict[type[Exception], Promise] = {
    AlreadyDecided: _("Đề nghị này đã được quyết định trước đó."),
    OwnRole: _("Vai trò của chính bạn do một quản trị viên khác cấp hoặc gia hạn."),
    NotTwoHeads: NOT_TWO_HEADS,
    AdministratorOfMoney: _("Quản trị cơ quan không đồng thời là kế toán hay thu ngân của cơ quan đó."),
    RoleIsOver: _("Người này đã có vai trò đó ở cơ quan đó trong thời gian này."),
}


@admin.register(RoleProposal)
class ProposalAdmin(ReadOnlyAdmin):
    """Roles that wait for a second administrator, and those decided."""

    is_view_recorded = False
    list_display = ["proposed_at", "user", "role", "agency", "period", "stage", "proposed_by"]
    list_filter = [("decided_at", admin.EmptyFieldListFilter), "role"]
    list_select_related = ["user", "agency", "proposed_by"]
    search_fields = ["user__username", "user__full_name", "agency__search_key"]
    fields = ["stage", "user", "role", "agency", "period", ("proposed_by", "proposed_at"), ("decided_by", "decided_at")]
    readonly_fields = ["stage", "period"]
    actions_detail = ["agree", "refuse"]

    @admin.display(description=_("Trạng thái"))
    def stage(self, proposal: RoleProposal) -> str:
        """How far it has come."""
        return str(proposal.stage)

    @admin.display(description=_("Hiệu lực"))
    def period(self, proposal: RoleProposal) -> str:
        """The time in which the role would count."""
        return in_words(proposal.valid_during)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Offer what this reader can do with it now."""
        proposal = RoleProposal.objects.filter(pk=object_id).first()
        if proposal is None or proposal.decided_at or not _may_act(request, proposal):
            return []
        may_agree = request.user.pk not in (proposal.proposed_by_id, proposal.user_id)
        return [step for step in super().get_actions_detail(request, object_id) if may_agree or step.path != "agree"]

    @action(description=_("Đồng ý"), url_path="agree")
    def agree(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Grant the role."""
        return self._step(request, object_id, _("Đồng ý"), _("Cấp vai trò này?"), grants.agree)

    @action(description=_("Không cấp"), url_path="refuse")
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Leave it."""
        return self._step(request, object_id, _("Không cấp"), _("Không cấp vai trò này?"), grants.refuse)

    def _step(
        self, request: HttpRequest, object_id: int, label: Promise, question: Promise, verb: Any
    ) -> HttpResponseBase:
        """Ask on GET (links change nothing), act on POST."""
        proposal = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not _may_act(request, proposal):
            raise PermissionDenied
        if request.method == "POST":
            must_be_proved(request)
            try:
                verb(proposal, by=request.user)
            except tuple(_SENTENCES) as error:
                messages.error(request, str(_SENTENCES[type(error)]))
            else:
                messages.success(request, _("Đã ghi: %(what)s.") % {"what": label})
            return _back_to(proposal)
        context = {
            **self.admin_site.each_context(request),
            "title": label,
            "question": question,
            "proposal": proposal,
            "period": self.period(proposal),
            "invites": verb is grants.agree and proposal.role in PROVINCIAL,
            "opts": self.opts,
        }
        return TemplateResponse(request, "agencies/admin/role_step.html", context)


def _may_act(request: HttpRequest, proposal: RoleProposal) -> bool:
    """Administrators of the agency; of the province's roles only the province's."""
    user: Any = request.user
    if user.is_superuser or Role.PROVINCE_ADMIN in roles_today(user):
        return True
    return proposal.role not in PROVINCIAL and proposal.agency_id in administered_by(user)


def _back_to(proposal: RoleProposal) -> HttpResponse:
    return redirect(reverse("admin:agencies_roleproposal_change", args=[proposal.pk]))
