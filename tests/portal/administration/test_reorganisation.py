"""Agencies merge, split and end: the real reform of 2025, money in flight, and nothing half done."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies import loading
from agencies.authorization import agencies_of
from agencies.models import (
    Agency,
    AgencySuccession,
    AuditEntry,
    BeneficiaryAccount,
    Level,
    Membership,
    Reform,
    Role,
    User,
)
from agencies.succession import heir_of
from dossiers.models import Dossier, EventKind
from payments.callbacks import inbox
from payments.merchants import accounts as merchants
from payments.models import MerchantAccount, Receipt
from payments.states import BillState
from portal.administration.reorganisation.apply import PlanRefused, carry_out
from portal.administration.reorganisation.plan import Link, Plan
from portal.administration.reorganisation.preview import dry_run
from portal.administration.reorganisation.revert import take_back
from procedures.models import Procedure
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.reorganisation import rewound_plans
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def contract(of: Agency) -> MerchantAccount:
    """A second contract with the same bank, as the successor signs one."""
    signed = copy.deepcopy(factories.CONTRACTS["vnptpay"])
    return MerchantAccount.objects.create(
        agency=of,
        gateway="vnptpay",
        merchant_id=f"SUCCESSOR{of.pk}",
        settings=signed["settings"],
        secrets=json.dumps(signed["secrets"]),
        valid_during=factories.FOREVER,
    )


def merger(day: date, **values: Any) -> tuple[Plan, Agency, Agency]:
    old, new = factories.agency("Phường Gia Cẩm"), factories.agency("Phường Việt Trì")
    return Plan(day, "NQ 1", (Link(old, new),), **values), old, new


def test_the_reform_of_2025_is_carried_out_again_and_comes_to_the_same_493_successions() -> None:
    loading.load()
    expected = set(
        AgencySuccession.objects.values_list("predecessor_id", "successor__name", "successor__code", "effective_date")
    )
    ends = dict(Agency.objects.exclude(valid_during__endswith=None).values_list("pk", "valid_during"))
    plans = rewound_plans()
    waiting = [factories.dossier(of=plan.links[0].predecessor, state=4) for plan in plans]
    reformer = User.objects.create_user("reformer")
    for plan in plans:
        assert dry_run(plan).problems == ()
        carry_out(plan, by=reformer)
    done = set(
        AgencySuccession.objects.values_list("predecessor_id", "successor__name", "successor__code", "effective_date")
    )
    assert (len(done), done) == (493, expected)
    assert dict(Agency.objects.exclude(valid_during__endswith=None).values_list("pk", "valid_during")) == ends
    assert [one.events.filter(kind=EventKind.AGENCY_CHANGED).count() for one in waiting] == [1, 1]
    viet_tri = Agency.objects.get(code="07900", valid_during__contains=date(2026, 1, 1))
    gia_cam = Agency.objects.get(code="07900", valid_during__contains=date(2025, 6, 30))
    assert (gia_cam.name, viet_tri.name) == ("Phường Gia Cẩm", "Phường Việt Trì")
    assert heir_of(gia_cam, date(2025, 6, 30)) == gia_cam
    assert heir_of(gia_cam, date(2025, 8, 1)) == viet_tri
    assert list(Reform.objects.order_by("day").values_list("summary__successions", flat=True)) == [11, 482]


def test_a_bill_in_flight_keeps_its_account_and_new_attempts_use_the_successors() -> None:
    plan, old, new = merger(TODAY())
    was = factories.merchant(old, "vnptpay")
    account = contract(new)
    waiting = factories.dossier(of=old, state=4)
    bill = waiting.bills.get()
    flying = factories.payment(bill)
    carry_out(plan, by=User.objects.create_user("reformer"))
    bill.refresh_from_db()
    assert merchants.accounts_of(bill.agency) == [account]
    assert MerchantAccount.objects.get(pk=was.pk).valid_during.upper == TODAY()

    Client().post("/gateways/vnptpay/notify", confirm(flying), content_type="application/json")
    inbox.drain()

    flying.refresh_from_db()
    bill.refresh_from_db()
    assert (flying.merchant_account_id, bill.state) == (was.pk, BillState.PAID)
    receipt = Receipt.objects.get(bill=bill)
    assert (receipt.agency_name, receipt.series.agency) == ("Phường Gia Cẩm", old)
    assert waiting.events.filter(kind=EventKind.FEE_PAID).exists()


def test_dossiers_are_seen_by_the_successors_officers_and_by_the_dissolved_ones_no_more() -> None:
    plan, old, new = merger(TODAY())
    before, kept, after = factories.officer(old), factories.officer(old), factories.officer(new)
    code = factories.dossier(of=old, state=4).code
    role = Membership.objects.get(user=kept)
    carry_out(Plan(plan.day, plan.legal_basis, plan.links, kept_roles=frozenset({role.pk})), by=after)
    seen = [Dossier.objects.of_agencies(agencies_of(user, TODAY())).count() for user in (before, kept, after)]
    assert seen == [0, 1, 1]
    client = Client()
    client.force_login(after, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/quay/{code}/")
    assert answer.status_code == 200
    assert "Phường Gia Cẩm → Phường Việt Trì" in Dossier.objects.get(code=code).events.last().note  # type: ignore[union-attr]
    assert AuditEntry.objects.get(action="reform").detail["unfinished"]["dossiers"] == 1


def test_a_future_day_changes_nothing_until_then() -> None:
    plan, old, new = merger(TODAY() + timedelta(days=30))
    officer = factories.officer(old)
    factories.dossier(of=old, state=4)
    carry_out(plan, by=officer)
    day = plan.day
    assert agencies_of(officer, day - timedelta(days=1)) == {old.pk}
    assert agencies_of(officer, day) == set()
    assert heir_of(old, day - timedelta(days=1)) == old
    assert heir_of(old, day) == new


def test_what_is_refused_leaves_nothing_behind() -> None:
    plan, old, new = merger(TODAY())
    factories.dossier(of=old, state=4)
    factories.officer(old)
    child = factories.agency("Trạm trực thuộc", parent=old)
    by = User.objects.create_user("reformer")
    with pytest.raises(PlanRefused, match="Trạm trực thuộc"):
        carry_out(plan, by=by)
    with pytest.raises(PlanRefused, match="cần đơn vị kế thừa"):
        carry_out(Plan(TODAY(), "NQ", endings=(old, child)), by=by)
    # A code that is taken is found by the database in the middle of the work.
    fresh = Agency(name="Xã mới", code=new.code, identifier="H44.1", level="xa", valid_during=DateRange(TODAY(), None))
    with pytest.raises(IntegrityError):
        carry_out(Plan(TODAY(), "NQ", (Link(old, fresh), Link(child, fresh))), by=by)
    assert Agency.objects.filter(valid_during__endswith=None).count() == 3
    assert Membership.objects.get().valid_during.upper is None
    assert not AgencySuccession.objects.exists() and not Reform.objects.exists()


def test_an_heir_without_contract_or_without_anybody_above_is_named() -> None:
    plan, old, new = merger(TODAY())
    contract(old)
    said = " ".join(dry_run(plan).warnings)
    assert "chưa có cơ quan cấp trên" in said and "không có hợp đồng cổng thanh toán" in said
    province = factories.agency("Tỉnh", level=Level.PROVINCE)
    contract(province)
    new.parent = province
    said = " ".join(dry_run(plan).warnings)
    assert "chưa có cơ quan cấp trên" not in said and "không có hợp đồng cổng thanh toán" not in said


def test_a_second_reform_of_the_same_agency_is_refused() -> None:
    plan, _old, _new = merger(TODAY())
    by = User.objects.create_user("reformer")
    carry_out(plan, by=by)
    with pytest.raises(PlanRefused):
        carry_out(plan, by=by)


def test_a_split_gives_money_to_one_and_sight_to_all() -> None:
    old, first, second = (factories.agency(name) for name in ("Cao Sơn", "Cao Sơn A", "Cao Sơn B"))
    account = contract(first)
    contract(second)
    officers = [factories.officer(first), factories.officer(second, Role.CASHIER)]
    bill = factories.dossier(of=old, state=4).bills.get()
    carry_out(Plan(TODAY(), "NQ", (Link(old, first), Link(old, second))), by=officers[0])
    assert merchants.accounts_of(bill.agency) == [account]
    assert all(old.pk in agencies_of(officer, TODAY()) for officer in officers)


def test_the_wizard_shows_first_and_changes_on_the_second_button() -> None:
    old = factories.agency("Xã Cũ")
    officer = factories.officer(old)
    factories.dossier(of=old, state=4)
    root = User.objects.create_superuser("root", password="a long test password")
    client = browser_of(root)
    body = {
        "day": TODAY().strftime("%d/%m/%Y"),
        "legal_basis": "NQ 1656",
        "predecessors": [old.pk],
        "new_name": "Xã Mới",
        "new_code": old.code,
        "new_identifier": "H44.77",
        "new_level": "xa",
        "new_parent": factories.agency("Tỉnh Mới", level=Level.PROVINCE).pk,
        "kept": [Membership.objects.get(user=officer).pk],
    }
    refused = client.post("/admin/sap-xep/", {**body, "new_identifier": ""}).content.decode()
    assert "cần mã định danh" in refused
    assert "Cho biết cơ quan cấp trên" in client.post("/admin/sap-xep/", {**body, "new_parent": ""}).content.decode()
    shown = client.post("/admin/sap-xep/", {**body, "step": "try"}).content.decode()
    assert "Hồ sơ dở dang" in shown and not Reform.objects.exists()
    assert "không có hợp đồng cổng thanh toán" in shown and "chưa có cơ quan cấp trên" not in shown
    again = browser_of(root, minutes_ago=60).post("/admin/sap-xep/", {**body, "step": "carry_out"})
    assert "/tai-khoan/" in again.headers["Location"] and not Reform.objects.exists()
    client.post("/admin/sap-xep/", {**body, "step": "carry_out"})
    new = Agency.objects.get(name="Xã Mới")
    assert AuditEntry.objects.get(action="reform").agency == new
    assert AuditEntry.objects.get(action="agency_ended").agency == old
    assert heir_of(Agency.objects.get(pk=old.pk), TODAY()) == new
    assert Membership.objects.filter(user=officer, agency=new, valid_during__contains=TODAY()).exists()
    nonsense = {"predecessors": ["x", "9" * 30], "heir": "-1", "day": "x", "kept": ["²"]}
    assert client.post("/admin/sap-xep/", nonsense).status_code == 200


def _times() -> dict[str, list[tuple[Any, ...]]]:
    """When everything that a reform touches holds, as the database says."""
    return {
        model.__name__: [
            (pk, str(during)) for pk, during in model.objects.order_by("pk").values_list("pk", "valid_during")
        ]
        for model in (Agency, Membership, MerchantAccount, BeneficiaryAccount)
    }


@pytest.mark.parametrize("days", [30, 0], ids=["before its day", "on its day"])
def test_a_reform_is_taken_back_and_all_is_as_it_was(days: int) -> None:
    old, other = factories.agency("Xã Cũ"), factories.agency("Xã Khác")
    contract(old)
    BeneficiaryAccount.objects.create(agency=old, purpose="all", number="1", holder="x", valid_during=factories.FOREVER)
    officer, by = factories.officer(old), User.objects.create_user("reformer")
    waiting = factories.dossier(of=old, state=4)
    waiting.case.procedure.agencies.add(old)
    before, day = _times(), TODAY() + timedelta(days=days)
    new = Agency(name="Xã Mới", code=old.code, identifier="H44.77", level="xa", valid_during=DateRange(day, None))
    kept = frozenset({Membership.objects.get(user=officer).pk})
    done = carry_out(Plan(day, "NQ 1", (Link(old, new), Link(old, other)), kept_roles=kept), by=by)
    assert agencies_of(officer, day) == {new.pk, old.pk}
    assert take_back(done, by=by, reason="nghị quyết hoãn").taken_back_by == by
    after = _times()
    for name, rows in before.items():
        assert after[name][: len(rows)] == rows, name
        assert {during for _pk, during in after[name][len(rows) :]} <= {"empty"}, name
    assert not AgencySuccession.objects.exists()
    assert (agencies_of(officer, day), heir_of(old, day)) == ({old.pk}, old)
    assert set(Procedure.agencies.through.objects.values_list("agency", flat=True)) == {old.pk}
    assert "hủy sắp xếp" in waiting.events.last().note  # type: ignore[union-attr]
    assert AuditEntry.objects.get(action="reform_taken_back").detail["reason"] == "nghị quyết hoãn"
    with pytest.raises(PlanRefused, match="đã hủy"):
        take_back(done, by=by, reason="x")
    carry_out(Plan(day, "NQ 2", (Link(Agency.objects.get(pk=old.pk), other),)), by=by)  # and it can be reformed anew


def test_a_reform_is_not_taken_back_from_under_the_work_of_the_new_agency() -> None:
    old = factories.agency("Xã Cũ")
    by = User.objects.create_user("reformer")
    new = Agency(name="Xã Mới", code="", identifier="H44.77", level="xa", valid_during=DateRange(TODAY(), None))
    done = carry_out(Plan(TODAY(), "NQ 1", (Link(old, new),)), by=by)
    factories.dossier(of=new)
    before = _times()
    with pytest.raises(PlanRefused, match="đã tiếp nhận 1 hồ sơ"):
        take_back(done, by=by, reason="x")
    assert _times() == before
    page = browser_of(User.objects.create_superuser("root", password="a long test password"))
    assert "đã tiếp nhận 1 hồ sơ" in page.get(f"/admin/sap-xep/{done.pk}/").content.decode()


def test_taking_back_asks_for_a_reason_and_for_the_password() -> None:
    plan, _old, _new = merger(TODAY())
    root = User.objects.create_superuser("root", password="a long test password")
    done = carry_out(plan, by=root)
    page = f"/admin/sap-xep/{done.pk}/"
    browser_of(root).post(page, {"reason": " "})
    browser_of(root, minutes_ago=60).post(page, {"reason": "hoãn"})
    done.refresh_from_db()
    assert done.taken_back_at is None
    answer = browser_of(root).post(page, {"reason": "hoãn"}, follow=True)
    assert "như trước khi sắp xếp" in answer.content.decode()
    assert browser_of(factories.officer(factories.agency(), Role.AUDITOR)).post(page).status_code == 403
