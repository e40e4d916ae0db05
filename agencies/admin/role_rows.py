"""The roles typed on a person's page: what one administrator grants at once, and what waits for a second."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from django.utils.translation import gettext_lazy as _

from agencies.authorization import PROVINCIAL
from agencies.models import Membership, Role
from agencies.roles.grants import MONEY, TWO_HEADED
from core.database.row_sets import WholeRowFormSet


class RoleRows(WholeRowFormSet):
    """Keeps roles that two grant out of what is saved (`proposed`), and refuses what may not be held."""

    #: Roles that wait for a second administrator, not saved.
    proposed: list[Membership]
    new_objects: list[Membership]

    def clean(self) -> None:
        """Refuse longer roles of two, roles of the province without an e-mail, and administrators of money."""
        super().clean()
        for form in self.initial_forms:
            if form.has_changed() and _needs_two(form) and not _is_shorter(form):
                form.add_error(None, _("Vai trò này cần hai người cấp: ở đây chỉ rút ngắn được, hãy thêm dòng mới."))
        for form in self.forms:
            if _becomes_provincial(form) and not self.instance.email:
                form.add_error("role", _("Vai trò của tỉnh cần thư điện tử: người đó tự đặt mật khẩu theo thư mời."))
        for one, other in combinations([form for form in self.forms if self._counts(form)], 2):
            if (one.has_changed() or other.has_changed()) and _are_administrator_and_money(
                one.instance, other.instance
            ):
                other.add_error("role", _("Quản trị cơ quan không đồng thời là kế toán hay thu ngân của cơ quan đó."))

    def save_new(self, form: Any, commit: bool = True) -> Membership:
        """Save a role that one administrator grants; keep the others for a proposal."""
        if form.cleaned_data["role"] not in TWO_HEADED:
            return super().save_new(form, commit=commit)  # type: ignore[no-any-return]
        role: Membership = form.instance
        role.user = self.instance
        self.proposed.append(role)
        return role

    def save_new_objects(self, commit: bool = True) -> list[Membership]:
        """Save; what is proposed is nothing new yet."""
        self.proposed = []
        super().save_new_objects(commit)
        self.new_objects = [role for role in self.new_objects if role.pk]
        return self.new_objects

    @property
    def made_provincial(self) -> bool:
        """Whether a role of the province was given here and now."""
        return any(_becomes_provincial(form) and form.instance.pk for form in self.forms)


def _becomes_provincial(form: Any) -> bool:
    chosen = getattr(form, "cleaned_data", {}).get("role")
    return "role" in form.changed_data and chosen in PROVINCIAL and form.initial.get("role") not in PROVINCIAL


def _needs_two(form: Any) -> bool:
    return not TWO_HEADED.isdisjoint({form.initial.get("role"), getattr(form, "cleaned_data", {}).get("role")})


def _is_shorter(form: Any) -> bool:
    before, after = form.initial.get("valid_during"), getattr(form, "cleaned_data", {}).get("valid_during")
    if form.changed_data != ["valid_during"] or before is None or after is None:
        return False
    begins = before.lower is None or (after.lower is not None and after.lower >= before.lower)
    ends = before.upper is None or (after.upper is not None and after.upper <= before.upper)
    return bool(begins and ends)


def _are_administrator_and_money(one: Membership, other: Membership) -> bool:
    roles = {one.role, other.role}
    is_both = Role.AGENCY_ADMIN in roles and not MONEY.isdisjoint(roles) and one.agency_id == other.agency_id
    if not is_both or one.valid_during is None or other.valid_during is None:
        return False
    earlier, later = sorted((one.valid_during, other.valid_during), key=lambda during: during.lower)
    return bool(earlier.upper is None or earlier.upper > later.lower)
