"""The audit is read by those who audit: in words, found by who, where, what and when, with before and after."""

from __future__ import annotations

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.urls import get_resolver
from django.utils import timezone

from agencies.audit import record as audit
from agencies.audit.detail_words import CHOICES, LABELS
from agencies.audit.words import KINDS, WORDS
from agencies.models import AuditEntry, Level, Role, User
from core.database import pieces
from dossiers.states import DossierState
from payments.models import MerchantAccount, Statement
from payments.states import ReallocationState, RefundState
from procedures.models import CalendarDay
from tests.support import factories
from tests.support.markup import tight
from tests.support.matrix import addresses
from tests.support.signing_in import browser_of

ROOT = Path(__file__).parents[3]
APPS = ("agencies", "procedures", "payments", "dossiers", "portal")
LIST = "/admin/agencies/auditentry/"
#: Calls whose first argument is an act.
NAMED = ("audit.record", "record", "_record", "people.note_credential_change", "note_credential_change")
#: Acts that the code puts together.
MADE = {f"refund_{state}" for state in RefundState} | {f"move_{state}" for state in ReallocationState}
MADE |= {f"state_{state.name.lower()}" for state in DossierState if state != DossierState.RETURNED}


def _details() -> set[str]:
    """Every name under which the code gives an entry a detail, as far as it is written out there."""
    names = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in NAMED:
                    names |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return names - {"actor", "agency", "name"}


def test_every_detail_has_words_and_every_choice_is_of_a_field() -> None:
    assert len(_details()) > 30, "the search for details finds nothing any more"
    assert _details() - set(LABELS) == set()
    for name, (model, field) in CHOICES.items():
        assert name in LABELS
        assert apps.get_model(model)._meta.get_field(field).choices, name


def _acts() -> set[str]:
    """Every act that stands in the code as the first argument of `audit.record` or of a module's own `_record`."""
    acts = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in NAMED:
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        acts.add(str(first.value))
                if isinstance(node, ast.Assign) and "audited_as" in ast.unparse(node.targets[0]):
                    value = node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value
                    acts.add(ast.literal_eval(value))
    return acts - {""}


def test_every_act_has_words() -> None:
    acts = _acts() | MADE
    assert len(acts) > 50, "the search for acts finds nothing any more"
    assert acts - set(WORDS) == set()


def test_every_kind_of_subject_has_words() -> None:
    """What stands before the colon of a subject, wherever the code writes one."""
    kinds = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and len(node.args) > 1 and ast.unparse(node.func) in NAMED:
                    text = ast.unparse(node.args[1]).lstrip("f").strip("'\"")
                    kinds |= {text.partition(":")[0]} if ":" in text else set()
    kinds = {kind for kind in kinds if kind.replace("-", "").replace("_", "").isalpha()}
    assert len(kinds) > 10, "the search for subjects finds nothing any more"
    assert kinds - set(KINDS) == set()


@pytest.mark.django_db
def test_an_agency_is_found_by_its_name_with_accents_and_its_log_tells_its_roles() -> None:
    province = factories.agency("Tỉnh", level=Level.PROVINCE)
    root = factories.officer(province, Role.PROVINCE_ADMIN)
    agency = factories.agency("Xã Người Lạ", parent=province)
    person = factories.officer(agency, Role.CASHIER)
    audit.record("row_added", f"agency:{agency.pk}", actor=root, agency=agency, name=str(agency))
    audit.record("list", "desk:", actor=person)
    browser = browser_of(root)
    found_here = browser.get(LIST, {"q": "Xã Người Lạ"}).content.decode()
    assert "Cơ quan Xã Người Lạ" in found_here
    assert "desk:" not in browser.get(LIST).content.decode()
    page = f"/admin/agencies/user/{person.pk}/change/"
    role = person.memberships.get()
    body = {
        **{name: getattr(person, name) or "" for name in ("username", "full_name", "phone", "email")},
        "is_active": "on",
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": role.pk,
        "memberships-0-user": person.pk,
        "memberships-0-role": role.role,
        "memberships-0-agency": agency.pk,
        "memberships-0-valid_during_0": role.valid_during.lower.isoformat() if role.valid_during.lower else "",
        "memberships-0-valid_during_1": "",
        "memberships-1-id": "",
        "memberships-1-user": person.pk,
        "memberships-1-role": Role.RECEPTION_OFFICER,
        "memberships-1-agency": agency.pk,
        "memberships-1-valid_during_0": timezone.localdate().isoformat(),
        "memberships-1-valid_during_1": "",
    }
    assert browser.post(page, body).status_code == 302
    granted = AuditEntry.objects.get(action="role_granted")
    assert (granted.agency, granted.actor) == (agency, root)


@pytest.mark.django_db
def test_the_page_of_an_entry_tells_before_and_after_in_words_people_read() -> None:
    browser = browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))
    day = CalendarDay.objects.create(date="2026-12-24", kind="off", note="")
    sent = {"date": "2026-12-24", "kind": "worked", "note": "Làm bù"}
    browser.post(f"/admin/procedures/calendarday/{day.pk}/change/", sent)
    entry = AuditEntry.objects.get(action="row_changed")
    assert entry.detail["changes"] == [
        {"field": "kind", "before": "Nghỉ", "after": "Làm bù"},
        {"field": "note", "before": "", "after": "Làm bù"},
    ]
    text = browser.get(f"{LIST}{entry.pk}/change/").content.decode()
    for words in (
        "Sửa",
        "Lịch nghỉ, làm bù 24/12/2026",
        '<th scope="row" class="font-normal">Loại</th><td>Nghỉ</td><td>Làm bù</td>',
    ):
        assert words in tight(text), words
    browser.post(f"/admin/procedures/calendarday/{day.pk}/delete/", {"post": "yes"})
    gone = AuditEntry.objects.get(action="row_deleted")
    assert {"field": "note", "before": "Làm bù", "after": ""} in gone.detail["changes"]


@pytest.mark.django_db
def test_what_is_saved_unchanged_leaves_no_entry_and_a_password_is_never_told() -> None:
    browser = browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))
    day = CalendarDay.objects.create(date="2026-12-24", kind="off", note="")
    browser.post(f"/admin/procedures/calendarday/{day.pk}/change/", {"date": "2026-12-24", "kind": "off", "note": ""})
    assert not AuditEntry.objects.filter(action="row_changed").exists()
    secret = "a password nobody knows"
    rows = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    made = {"username": "moi", "password1": secret, "password2": secret, "usable_password": "true", **rows}
    browser.post("/admin/agencies/user/add/", made)
    assert User.objects.filter(username="moi").exists()
    entry = AuditEntry.objects.get(action="user_saved")
    assert secret not in str(entry.detail) and "argon2" not in str(entry.detail)
    assert {"field": "username", "before": "", "after": "moi"} in entry.detail["changes"]


@pytest.mark.django_db
def test_entries_are_found_by_person_agency_act_object_and_day() -> None:
    agency, other = factories.agency("Phường Việt Trì"), factories.agency("Xã khác")
    somebody, another = factories.officer(agency), factories.officer(other)
    audit.record("view", "dossier:H44.1-261123-0001", actor=somebody, agency=agency)
    audit.record("hand_over", "dossier:H44.1-261123-0002", actor=somebody, agency=agency)
    audit.record("view", "dossier:H44.2-261123-0001", actor=another, agency=other)
    audit.record("user_saved", f"user:{somebody.pk}", actor=another)
    browser = browser_of(factories.officer(agency, Role.AUDITOR))
    today = timezone.localdate()

    def count(**filters: Any) -> int:
        rows = browser.get(LIST, filters).context["cl"].queryset
        return int(rows.exclude(action__startswith="sign").count())

    assert count(actor__id__exact=somebody.pk) == 2
    assert count(agency__id__exact=other.pk) == 1
    assert count(action="view") == 2
    assert count(kind="dossier") == 3
    assert count(kind="dossier", action="view", agency__id__exact=agency.pk) == 1
    assert count(q="261123-0002") == 1
    assert count(q="viet tri") == 2
    assert count(at_from=f"{today:%d/%m/%Y}") >= 4
    assert count(at_from="01/01/2100") == 0
    assert count(at_to=f"{today:%d/%m/%Y}") >= 4, "the last day counts whole"
    assert count(at_to=f"{today - timedelta(days=1):%d/%m/%Y}") == 0
    assert count(at_from="0001-01-01", at_to="9999-12-31") == count(at_from="x") == count() >= 4


@pytest.mark.django_db
def test_a_filter_names_nobody_whom_the_reader_does_not_administer() -> None:
    own, stranger = factories.agency(), factories.officer(factories.agency("Xã khác"))
    User.objects.filter(pk=stranger.pk).update(full_name="Người Lạ")
    browser = browser_of(factories.officer(own, Role.AGENCY_ADMIN))
    assert "Người Lạ" not in browser.get(LIST, {"actor__id__exact": stranger.pk}).content.decode()
    province = browser_of(factories.officer(own, Role.AUDITOR))
    assert "Người Lạ" in province.get(LIST, {"actor__id__exact": stranger.pk}).content.decode()


@pytest.mark.django_db
def test_an_object_leads_to_its_page() -> None:
    agency = factories.agency()
    dossier = factories.dossier(agency)
    audit.record("view", f"dossier:{dossier.code}", actor=None, agency=agency)
    audit.record("view", "dossier:not a code/", actor=None, agency=agency)
    browser = browser_of(factories.officer(agency, Role.AUDITOR))
    good, odd = AuditEntry.objects.filter(subject__startswith="dossier:").order_by("id")
    assert f'href="/quay/{dossier.code}/"' in browser.get(f"{LIST}{good.pk}/change/").content.decode()
    assert browser.get(f"{LIST}{odd.pk}/change/").status_code == 200


def test_every_kind_of_object_with_a_page_has_that_page() -> None:
    names = {name for name, _pattern in addresses(get_resolver())}
    assert {kind.page for kind in KINDS.values() if kind.page} - names == set()


@pytest.mark.django_db
def test_the_file_has_every_entry_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 2)
    agency = factories.agency()
    browser = browser_of(factories.officer(agency, Role.AUDITOR))
    numbers = [f"dossier:H44.1-261123-{number:04}" for number in range(7)]
    for number in numbers:
        audit.record("view", number, actor=None, agency=agency)
    sent = {"action": "take_away", "select_across": 1, "_selected_action": AuditEntry.objects.all()[0].pk}
    answer: Any = browser.post(LIST, sent)
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [line["Mã đối tượng"] for line in lines if line["Mã việc"] == "view"] == numbers[::-1]
    assert len(lines) == AuditEntry.objects.count()


@pytest.mark.django_db
def test_entries_are_found_by_what_their_line_shows() -> None:
    agency = factories.agency()
    person = factories.officer(agency)
    User.objects.filter(pk=person.pk).update(username="thu.ngan", full_name="Lê Thị Tư")
    contract = factories.merchant(agency, "vietinbank")
    MerchantAccount.objects.filter(pk=contract.pk).update(merchant_id="PT044PT")
    file = Statement.objects.create(merchant_account=contract, file_name="sao-ke-m2.csv", sha256="x")
    payment = factories.payment(of=factories.bill(of=agency))
    audit.record("merchant_saved", f"merchant:{contract.pk}", actor=None)
    audit.record("day_close", f"merchant:{contract.pk}:2026-11-29", actor=None)
    audit.record("statement_confirm", f"statement:{file.pk}", actor=None)
    audit.record("sign_in_failed", f"user:{person.pk}", actor=None)
    audit.record(
        "row_changed", "calendarday:7", actor=None, model="procedures.calendarday", name="Lịch 24/12", changes=[]
    )
    audit.record("view", f"payment:{payment.pk}", actor=None)
    browser = browser_of(factories.officer(agency, Role.AUDITOR))

    def found(text: str) -> set[str]:
        rows = browser.get(LIST, {"q": text}).context["cl"].queryset
        return set(rows.values_list("subject", flat=True))

    of_contract = {f"merchant:{contract.pk}", f"merchant:{contract.pk}:2026-11-29"}
    assert found("PT044PT") == of_contract
    assert found("hợp đồng cổng thanh toán PT044PT") == of_contract
    assert found("m2.csv") == {f"statement:{file.pk}"}
    assert found("thu.ngan") == found("Lê Thị Tư") == {f"user:{person.pk}"}
    assert found(f"Tài khoản {person.pk}") == found("tai khoan thu.ngan") == {f"user:{person.pk}"}
    assert found("Lịch 24/12") == found("lich nghi, lam bu lịch 24") == {"calendarday:7"}
    assert found(payment.bill.reference) == {f"payment:{payment.pk}"}
    assert found("xác nhận sao kê") == {f"statement:{file.pk}"}
    assert found("không có đâu") == set()


@pytest.mark.django_db
def test_file_and_page_of_an_entry_are_in_words(settings: Any) -> None:
    agency = factories.agency()
    person = factories.officer(agency)
    shown = {"relation": "authorised", "identity_shown": "card", "amount": 50_000, "owner": person.pk}
    audit.record("hand_over", "dossier:H44.1-261123-0001", actor=person, agency=agency, **shown)
    browser = browser_of(factories.officer(agency, Role.PROVINCE_ADMIN))
    contract = factories.merchant(agency, "vietinbank")
    changes = [{"field": "setting_account", "label": "Tài khoản nhận", "before": "1", "after": "2"}]
    named: dict[str, Any] = {"model": "payments.merchantaccount", "name": "vietinbank X", "changes": changes}
    audit.record("merchant_saved", f"merchant:{contract.pk}", actor=person, **named)
    entry = AuditEntry.objects.get(action="hand_over")
    page = tight(browser.get(f"{LIST}{entry.pk}/change/").content.decode())
    for words in ("Quan hệ với chủ hồ sơ", "Người được ủy quyền", "Căn cước", "50.000 đ", str(person)):
        assert words in page, words
    sent = {"action": "take_away", "select_across": 1, "_selected_action": entry.pk}
    answer: Any = browser.post(LIST, sent)
    lines = {row["Mã việc"]: row for row in csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))}
    assert lines["hand_over"]["Việc"] == "Trả kết quả"
    assert lines["hand_over"]["Đối tượng"] == "Hồ sơ H44.1-261123-0001"
    assert "Quan hệ với chủ hồ sơ: Người được ủy quyền; Giấy tờ đã xem: Căn cước" in lines["hand_over"]["Chi tiết"]
    assert lines["merchant_saved"]["Thay đổi"] == "Tài khoản nhận: 1 → 2"
    assert "{" not in "".join("".join(line.values()) for line in lines.values())
