"""One administrator gives a role that moves money to a second account of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.authorization import roles_of
from agencies.errors import AdministratorOfMoney, AlreadyDecided, AlreadyProposed, NotTwoHeads, OwnRole
from agencies.independence import may_check
from agencies.models import Agency, AuditEntry, Level, Membership, Role, RoleProposal, User
from agencies.roles import grants
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.people_pages import form
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
USERS, PROPOSALS = "/admin/agencies/user/", "/admin/agencies/roleproposal/"


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


def admin(agency: Agency) -> User:
    return factories.officer(agency, Role.AGENCY_ADMIN)


def somebody(agency: Agency, **values: Any) -> User:
    return User.objects.create_user(f"puppet{User.objects.count()}", made_by_agency=agency, **values)


def grant(browser: Client, user: User, *roles: tuple[Agency, str, str, str], email: str = "", existing: int = 0) -> str:
    sent = form(user, *roles, existing=existing, email=email)
    return browser.post(f"{USERS}{user.pk}/change/", sent, follow=True).content.decode()


def proposed(agency: Agency, role: Role = Role.ACCOUNTANT, *, by: User, **values: Any) -> RoleProposal:
    wanted = Membership(user=somebody(agency, **values), agency=agency, role=role, valid_during=factories.FOREVER)
    return grants.propose(wanted, by=by)


@pytest.mark.parametrize("role", ["accountant", "agency_admin"])
def test_a_role_of_one_administrator_opens_nothing_before_another_agrees(agency: Agency, role: str) -> None:
    maker, checker, puppet = admin(agency), admin(agency), somebody(agency)
    page = grant(browser_of(maker), puppet, (agency, role, "2026-01-01", ""))
    assert "khi một quản trị khác đồng ý" in page
    assert roles_of(puppet, timezone.localdate()) == set() and not puppet.memberships.exists()
    proposal = RoleProposal.objects.get()
    browser_of(maker).post(f"{PROPOSALS}{proposal.pk}/agree/")
    assert not puppet.memberships.exists()
    assert browser_of(checker).post(f"{PROPOSALS}{proposal.pk}/agree/").status_code == 302
    assert roles_of(puppet, timezone.localdate()) == {role}
    acts = AuditEntry.objects.filter(action__startswith="role_").order_by("id").values_list("action", "actor")
    assert [*acts] == [("role_proposed", maker.pk), ("role_granted", checker.pk)]


def test_the_database_wants_two_and_nobody_grants_to_themselves(agency: Agency) -> None:
    maker = admin(agency)
    proposal = proposed(agency, by=maker)
    decided = {"decided_at": timezone.now(), "is_agreed": True}
    for who in (maker, proposal.user):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleProposal.objects.update(decided_by=who, **decided)
    with pytest.raises(OwnRole):
        grants.agree(proposal, by=proposal.user)
    with pytest.raises(OwnRole):
        grants.propose(Membership(user=maker, agency=agency, role=Role.ACCOUNTANT), by=maker)


def test_a_puppet_is_no_second_administrator(agency: Agency) -> None:
    maker, puppet = admin(agency), admin(agency)
    audit.record("password_changed", f"user:{puppet.pk}", actor=maker)
    proposal = proposed(agency, by=maker)
    with pytest.raises(NotTwoHeads):
        grants.agree(proposal, by=puppet)
    page = browser_of(puppet).post(f"{PROPOSALS}{proposal.pk}/agree/", follow=True).content.decode()
    assert "không tính là hai người" in page


def test_of_one_administrator_the_province_is_the_second_head(agency: Agency) -> None:
    proposal = proposed(agency, by=admin(agency))
    province = factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN)
    assert browser_of(province).post(f"{PROPOSALS}{proposal.pk}/agree/").status_code == 302
    assert proposal.user.memberships.get().role == Role.ACCOUNTANT
    assert not may_check(proposal.user, province) and not may_check(proposal.proposed_by, proposal.user)


def test_the_provinces_roles_are_the_provinces_and_others_see_nothing(agency: Agency) -> None:
    one, two = (factories.officer(agency, Role.PROVINCE_ADMIN) for _ in range(2))
    person = somebody(agency)
    grant(browser_of(one), person, (agency, "province_admin", "2026-01-01", ""), email="a@tinh.test")
    proposal = RoleProposal.objects.get()
    stranger = admin(factories.agency("Xã khác"))
    refused = {admin(agency): 403, stranger: 404, factories.officer(agency, Role.AUDITOR): 403}
    for who, status in refused.items():
        assert browser_of(who).post(f"{PROPOSALS}{proposal.pk}/agree/").status_code == status
    User.objects.filter(pk=person.pk).update(password="the-old-one")
    assert browser_of(two).post(f"{PROPOSALS}{proposal.pk}/agree/").status_code == 302
    person.refresh_from_db()
    assert person.memberships.get().role == Role.PROVINCE_ADMIN and not person.has_usable_password()


def test_nobody_turns_the_letter_to_themselves_before_the_second_has_agreed(agency: Agency) -> None:
    one, two = (factories.officer(agency, Role.PROVINCE_ADMIN) for _ in range(2))
    person, thief = somebody(agency), browser_of(admin(agency))
    grant(browser_of(one), person, (agency, "province_admin", "2026-01-01", ""), email="a@tinh.test")
    grant(thief, person, email="thief@example.test")
    new = {"password1": "quite another password", "password2": "quite another password", "usable_password": "true"}
    assert thief.post(f"{USERS}{person.pk}/password/", new).status_code == 403
    person.refresh_from_db()
    assert person.email == "a@tinh.test"
    page = browser_of(two).get(f"{PROPOSALS}{RoleProposal.objects.get().pk}/agree/")
    assert "a@tinh.test" in page.content.decode()


def test_who_administers_is_not_the_cashier_or_accountant_there(agency: Agency) -> None:
    other, browser, person = factories.agency("Xã khác"), browser_of(admin(agency)), somebody(agency)
    page = grant(browser, person, (agency, "agency_admin", "2026-01-01", ""), (agency, "cashier", "2026-01-01", ""))
    assert "không đồng thời là kế toán" in page and not RoleProposal.objects.exists()
    boss = admin(agency)
    page = grant(
        browser, boss, (agency, "agency_admin", "2020-01-01", ""), (agency, "cashier", "2026-01-01", ""), existing=1
    )
    assert "không đồng thời là kế toán" in page and boss.memberships.count() == 1
    wanted = Membership(user=boss, agency=agency, role=Role.ACCOUNTANT, valid_during=factories.FOREVER)
    with pytest.raises(AdministratorOfMoney):
        grants.agree(grants.propose(wanted, by=admin(agency)), by=admin(agency))
    wanted = Membership(user=boss, agency=other, role=Role.ACCOUNTANT, valid_during=factories.FOREVER)
    grants.agree(grants.propose(wanted, by=admin(other)), by=admin(other))


def test_such_a_role_is_neither_changed_nor_made_longer_by_one(agency: Agency) -> None:
    browser = browser_of(admin(agency))
    officer = factories.officer(agency, Role.RECEPTION_OFFICER)
    assert "cần hai người cấp" in grant(browser, officer, (agency, "accountant", "2020-01-01", ""), existing=1)
    soon = timezone.localdate() + timedelta(days=10)
    accountant = factories.officer(agency, Role.ACCOUNTANT)
    accountant.memberships.update(valid_during=DateRange(date(2020, 1, 1), soon))
    assert "cần hai người cấp" in grant(browser, accountant, (agency, "accountant", "2020-01-01", ""), existing=1)
    browser.post(
        "/admin/agencies/membership/",
        {"action": "extend_by_a_year", "_selected_action": [accountant.memberships.get().pk]},
    )
    assert accountant.memberships.get().valid_during.upper == soon
    role = grants.agree(RoleProposal.objects.get(), by=admin(agency))
    assert (role.valid_during.lower, role.valid_during.upper) == (soon, soon + timedelta(days=365))
    page = grant(
        browser,
        accountant,
        (agency, "accountant", "2020-01-01", "2026-01-01"),
        (agency, "accountant", str(soon), str(soon + timedelta(days=365))),
        existing=2,
    )
    assert "cần hai người cấp" not in page
    assert accountant.memberships.order_by("pk")[0].valid_during.upper == date(2026, 1, 1)


def test_one_proposal_at_a_time_and_one_of_two_decisions(agency: Agency) -> None:
    proposal = proposed(agency, by=admin(agency))
    again = Membership(user=proposal.user, agency=agency, role=proposal.role, valid_during=factories.FOREVER)
    with pytest.raises(AlreadyProposed):
        grants.propose(again, by=admin(agency))
    deciders = [admin(agency), admin(agency)]
    results = at_once(2, lambda n: grants.agree(proposal, by=deciders[n]))
    assert [type(result) for result in results if isinstance(result, Exception)] == [AlreadyDecided]
    assert proposal.user.memberships.count() == 1
    other = proposed(agency, by=deciders[0])
    assert grants.refuse(other, by=deciders[0]).is_agreed is False
    assert not other.user.memberships.exists()


def test_the_installer_makes_the_first_administrators() -> None:
    with pytest.raises(CommandError):
        call_command("make_administrator", "an", email="an@tinh.test")
    factories.agency("Tỉnh", level=Level.PROVINCE)
    for name in ("an", "binh"):
        call_command("make_administrator", name, email=f"{name}@tinh.test")
    one, two = User.objects.order_by("pk")
    assert may_check(one, two) and not one.has_usable_password()
    with pytest.raises(CommandError):
        call_command("make_administrator", "an", email="an@tinh.test")
