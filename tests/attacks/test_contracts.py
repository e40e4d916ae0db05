"""One administrator leads the citizens' money to an account of their own, by the contract."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import AuditEntry, Role, User
from payments.errors import AlreadyDecided, ChangeUnderWay, NotIndependent, SamePerson
from payments.merchants import contract_changes
from payments.merchants.contract_changes import COOLING, Wanted
from payments.models import ContractChange, MerchantAccount
from payments.tasks import take_contract_changes_into_effect
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
THIEF = "0999 888 777"
CHANGES = "/admin/payments/contractchange/"


def province_admin(**values: Any) -> User:
    user = factories.officer(factories.agency(), Role.PROVINCE_ADMIN)
    User.objects.filter(pk=user.pk).update(**values)
    user.refresh_from_db()
    return user


@pytest.fixture
def contract() -> MerchantAccount:
    """One by which somebody has paid."""
    return factories.payment(gateway="vietinbank").merchant_account


def form_of(contract: MerchantAccount, **changes: Any) -> dict[str, Any]:
    """What the page sends where no input but those of every contract is used."""
    return {
        "agency": contract.agency_id,
        "gateway": contract.gateway,
        "merchant_id": contract.merchant_id,
        "settings": json.dumps(contract.settings),
        "valid_during_0": "2020-01-01",
        "valid_during_1": "",
        "is_enabled": "on",
        "position": contract.position,
        "new_secrets": "",
        "keep_hours": "72",
        **changes,
    }


def to_thief(contract: MerchantAccount) -> dict[str, Any]:
    led = {**contract.settings, "account": THIEF, "accounts": [THIEF]}
    return form_of(contract, settings=json.dumps(led))


def post_change(browser: Client, contract: MerchantAccount, values: dict[str, Any]) -> Any:
    return browser.post(f"/admin/payments/merchantaccount/{contract.pk}/change/", values)


def accounts(contract: MerchantAccount) -> Any:
    return MerchantAccount.objects.get(pk=contract.pk).settings.get("accounts")


def proposed(contract: MerchantAccount, by: User) -> ContractChange:
    assert post_change(browser_of(by), contract, to_thief(contract)).status_code == 302
    return ContractChange.objects.get(in_force_at=None, stopped_at=None)


def test_one_person_changes_no_account_and_everybody_is_told(
    contract: MerchantAccount, settings: Any, tmp_path: Path
) -> None:
    settings.MESSAGE_FILE = tmp_path / "messages.jsonl"
    thief = province_admin()
    province_admin(email="tinh@example.test")
    accountant = factories.officer(contract.agency, Role.ACCOUNTANT)
    User.objects.filter(pk=accountant.pk).update(email="ketoan@example.test")
    before = accounts(contract)
    change = proposed(contract, thief)
    assert accounts(contract) == before
    letters = [json.loads(line) for line in settings.MESSAGE_FILE.read_text().splitlines()]
    assert {letter["to"] for letter in letters} == {"tinh@example.test", "ketoan@example.test"}
    assert all("tài khoản nhận" in letter["text"] and THIEF not in letter["text"] for letter in letters)
    browser = browser_of(thief)
    browser.post(f"{CHANGES}{change.pk}/agree/")
    with pytest.raises(SamePerson):
        contract_changes.agree(change, by=thief)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so too
        now = timezone.now()
        ContractChange.objects.update(agreed_by=thief, agreed_at=now, takes_effect_at=now)
    assert accounts(contract) == before


def test_a_puppet_is_no_second_person(contract: MerchantAccount) -> None:
    thief, puppet = province_admin(), province_admin()
    audit.record("password_changed", f"user:{puppet.pk}", actor=thief)
    change = proposed(contract, thief)
    with pytest.raises(NotIndependent):
        contract_changes.agree(change, by=puppet)


def test_the_second_person_sees_the_whole_account_and_proves_again(contract: MerchantAccount) -> None:
    change = proposed(contract, province_admin())
    second = province_admin()
    page = browser_of(second).get(f"{CHANGES}{change.pk}/agree/").content.decode()
    assert THIEF in page
    stale = browser_of(second, minutes_ago=16).post(f"{CHANGES}{change.pk}/agree/")
    assert "reauthenticate" in stale["Location"]
    change.refresh_from_db()
    assert change.agreed_at is None


def test_what_two_agreed_to_takes_effect_a_day_later_and_is_told_for_a_month(contract: MerchantAccount) -> None:
    one, two = province_admin(full_name="Người Một"), province_admin(full_name="Người Hai")
    before = accounts(contract)
    change = proposed(contract, one)
    assert browser_of(two).post(f"{CHANGES}{change.pk}/agree/").status_code == 302
    start = timezone.now()
    with time_machine.travel(start + COOLING - timedelta(minutes=1)):
        assert take_contract_changes_into_effect() == 0
    assert accounts(contract) == before
    with time_machine.travel(start + COOLING + timedelta(minutes=1)):
        assert take_contract_changes_into_effect() == 1
        assert take_contract_changes_into_effect() == 0
        assert accounts(contract) == [THIEF]
        page = browser_of(one).get(f"/admin/payments/merchantaccount/{contract.pk}/change/").content.decode()
        assert "Người Một" in page and "Người Hai" in page and "đổi ngày" in page
    with time_machine.travel(start + COOLING + timedelta(days=31)):
        assert (
            "đổi ngày"
            not in browser_of(one).get(f"/admin/payments/merchantaccount/{contract.pk}/change/").content.decode()
        )
    steps = AuditEntry.objects.filter(subject=f"contractchange:{change.pk}").order_by("id")
    assert [*steps.values_list("action", flat=True)] == [
        "contract_change_proposed",
        "contract_change_agreed",
        "contract_change_in_force",
    ]


@pytest.mark.parametrize("is_agreed", [False, True])
def test_any_administrator_stops_it_in_time(contract: MerchantAccount, is_agreed: bool) -> None:
    change = proposed(contract, province_admin())
    if is_agreed:
        contract_changes.agree(change, by=province_admin())
    local = factories.officer(contract.agency, Role.AGENCY_ADMIN)
    assert browser_of(local).post(f"{CHANGES}{change.pk}/stop/", {"reason": "không phải của xã"}).status_code == 302
    change.refresh_from_db()
    assert change.stopped_by == local and json.loads(change.values) == {}
    with time_machine.travel(timezone.now() + 2 * COOLING):
        assert take_contract_changes_into_effect() == 0
    with pytest.raises(AlreadyDecided):
        contract_changes.agree(change, by=province_admin())
    assert accounts(contract) != [THIEF]


def test_an_administrator_of_elsewhere_and_an_auditor_do_neither(contract: MerchantAccount) -> None:
    change = proposed(contract, province_admin())
    outside = browser_of(factories.officer(factories.agency("Xã khác"), Role.AGENCY_ADMIN))
    auditor = browser_of(factories.officer(factories.agency("Xã khác"), Role.AUDITOR))
    for step in ("agree", "stop"):
        assert outside.post(f"{CHANGES}{change.pk}/{step}/").status_code == 404
        assert auditor.post(f"{CHANGES}{change.pk}/{step}/").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_id": "0000"},
        {"valid_during_1": "2027-01-01"},
        {"new_secrets": json.dumps({"private_key": "x"})},
    ],
)
def test_every_field_that_decides_waits(contract: MerchantAccount, change: dict[str, str]) -> None:
    if "new_secrets" in change:
        renewed = factories.renewed_contracts()["vietinbank"]["secrets"]
        change = {"new_secrets": json.dumps({"bank_public_key": renewed["bank_public_key"]})}
    if "merchant_id" in change:
        change = {**change, "settings": json.dumps({**contract.settings, "merchant_id": "0000"})}
        change["settings"] = json.dumps(
            {name: "0000" if value == contract.merchant_id else value for name, value in contract.settings.items()}
        )
    before = MerchantAccount.objects.values().get(pk=contract.pk)
    answer = post_change(browser_of(province_admin()), contract, form_of(contract, **change))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert MerchantAccount.objects.values().get(pk=contract.pk) == before
    assert ContractChange.objects.filter(agreed_at=None).count() == 1
    told = json.dumps([entry.detail for entry in AuditEntry.objects.all()])
    assert "BEGIN" not in told


def test_what_is_harmless_is_one_persons_and_one_change_waits_at_a_time(contract: MerchantAccount) -> None:
    admin = province_admin()
    settings = json.dumps({**contract.settings, "read_seconds": 4})
    assert post_change(browser_of(admin), contract, form_of(contract, settings=settings, position=3)).status_code == 302
    contract.refresh_from_db()
    assert (contract.settings["read_seconds"], contract.position) == (4, 3)
    assert not ContractChange.objects.exists()
    proposed(contract, admin)
    again = browser_of(admin).post(
        f"/admin/payments/merchantaccount/{contract.pk}/change/", to_thief(contract), follow=True
    )
    assert "đang có một thay đổi" in again.content.decode()
    assert ContractChange.objects.count() == 1


def test_a_new_contract_in_the_place_of_one_in_use_waits_too(contract: MerchantAccount) -> None:
    values = factories.CONTRACTS["momo"]
    one = province_admin()
    sent = form_of(
        contract,
        gateway="momo",
        merchant_id=values["merchant_id"],
        settings=json.dumps(values["settings"]),
        new_secrets=json.dumps(values["secrets"]),
    )
    assert browser_of(one).post("/admin/payments/merchantaccount/add/", sent).status_code == 302
    change = ContractChange.objects.get()
    assert change.contract is None and not MerchantAccount.objects.filter(gateway="momo").exists()
    contract_changes.agree(change, by=province_admin())
    assert not MerchantAccount.objects.filter(gateway="momo").exists()
    with time_machine.travel(timezone.now() + COOLING + timedelta(minutes=1)):
        assert take_contract_changes_into_effect() == 1
    made = MerchantAccount.objects.get(gateway="momo")
    assert json.loads(made.secrets) == values["secrets"] and made.settings == values["settings"]


def test_before_anybody_has_paid_two_people_are_enough() -> None:
    contract = factories.merchant(factories.agency(), "vietinbank")
    change = proposed(contract, province_admin())
    assert contract_changes.agree(change, by=province_admin()).in_force_at
    assert accounts(contract) == [THIEF]


def wanted(contract: MerchantAccount, **settings: Any) -> Wanted:
    return Wanted(contract.agency, contract.gateway, contract.merchant_id, [{"field": "x"}], settings)


def test_of_two_who_agree_or_propose_or_write_at_once_one_does(contract: MerchantAccount) -> None:
    one, two, three = (province_admin() for _ in range(3))
    makers = [one, two]
    results = at_once(
        2, lambda n: contract_changes.propose(contract, wanted(contract, accounts=[str(n)]), by=makers[n])
    )
    assert [type(result) for result in results if isinstance(result, Exception)] == [ChangeUnderWay]
    change = ContractChange.objects.get()
    checkers = [person for person in (one, two, three) if person != change.proposed_by]
    results = at_once(2, lambda n: contract_changes.agree(change, by=checkers[n]))
    assert [type(result) for result in results if isinstance(result, Exception)] == [AlreadyDecided]
    with time_machine.travel(timezone.now() + COOLING + timedelta(minutes=1)):
        change.refresh_from_db()
        assert sum(at_once(2, lambda _n: contract_changes.take_effect(change))) == 1


def test_what_cannot_be_written_any_more_is_stopped_with_the_reason(contract: MerchantAccount) -> None:
    change = contract_changes.propose(contract, Wanted(contract.agency, "momo", "X", [], {}), by=province_admin())
    contract_changes.agree(change, by=province_admin())
    with time_machine.travel(timezone.now() + COOLING + timedelta(minutes=1)):
        assert take_contract_changes_into_effect() == 0
    change.refresh_from_db()
    assert change.stopped_at and change.stopped_by is None and change.reason
    assert MerchantAccount.objects.get(pk=contract.pk).gateway == "vietinbank"
