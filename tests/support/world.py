"""One agency with one row of everything, and everybody who might come by: the matrix' own world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.models import Agency, AgencySuccession, AuditEntry, Membership, OnboardingStep, Reform, Role, User
from dossiers.desk.customer_display import qr_views
from dossiers.models import Attachment, Channel, Dossier, Draft, Message, PostageRate, Result, SigningRequest
from dossiers.submission import assisted
from payments import charge_claims, reallocation, test_payments
from payments.api.clients import create_client
from payments.cash_desk import collect as cash_desk
from payments.models import (
    Bill,
    Discrepancy,
    Export,
    Notification,
    Payment,
    Receipt,
    RejectedNotification,
    SavedFilter,
    Statement,
)
from payments.refunds import workflow as refunds
from payments.states import PaymentState
from payments.webhooks import dispatch, endpoints
from portal.administration.reorganisation.apply import carry_out
from portal.administration.reorganisation.plan import Link, Plan
from procedures.models import CalendarDay, WorkingHours
from tests.support.payments.accounting import surplus, upload
from tests.support.payments.statements import YESTERDAY, line
from tests.support.proposals import proposed_change, proposed_role
from tests.support.schedules import schedule

from . import factories
from .signing_in import browser_of

#: Who else there is, beside the roles: nobody, who opened the dossier with its PIN, a connected
#: system, and a member of staff whose role ended yesterday.
OUTSIDERS = ("anonymous", "citizen", "api", "former")
ACTORS = (*OUTSIDERS, *Role.values)
OFFICE_HOURS = {"opens": time(7, 30), "closes": time(11, 30)}
SLOWEST_RUN_MINUTES = 120


@dataclass(frozen=True)
class Actor:
    """A browser (or a system with its key) that comes from the agency or from another."""

    client: Client
    headers: dict[str, str]


class World:
    """Makes the rows. `objects` names the arguments of an address; `actors` are (who, whether at home)."""

    def __init__(self) -> None:
        case = surplus()
        assert case.payment
        assert case.bill
        home = case.agency
        # A code that fits what the agency's dossiers are called, and an open bill to be paid.
        dossier = factories.dossier(home)
        # Signed in long ago: what asks for the password again shows in its own test.
        self.home, self.other = home, factories.agency("Xã khác")
        self.dossier = dossier
        self.people: dict[str, User] = {}
        self._systems()
        paper = Attachment(dossier=dossier, name="x", content_type="application/pdf", size=5, state="clean")
        paper.file.save("x.pdf", ContentFile(b"%PDF-"))
        draft = factories.draft(dossier.case)
        sent = Attachment(draft=draft, name="x", content_type="application/pdf", size=5)
        sent.file.save("x.pdf", ContentFile(b"%PDF-"))
        self.draft = draft
        self.actors = {(who, here): self._actor(who, here=here) for who in ACTORS for here in (True, False)}
        rows = self._money(case) | {
            "dossier": {"code": dossier.code},
            "draft": {"code": draft.code},
            "draft step": {"code": draft.code, "step": "noi-dung"},
            "draft paper": {"code": draft.code, "number": sent.pk},
            "slip": {"token": dossier.slip_token},
            "open bill": {"token": dossier.bills.get().token},
            "transfer": {"token": self._transfer().token},
            "window code": {"ticket": qr_views.address_of(dossier.bills.get()).rstrip("/").rsplit("/", 1)[-1]},
            "claim": {"pk": self._claim().pk},
            "pay": {"token": dossier.bills.get().token, "gateway": "vnptpay"},
            "case": {"case": dossier.case.slug},
            "office": {"number": home.pk},
            "staff bill": {"number": dossier.bills.get().pk},
            "reform": {"number": self._reform().pk},
            "procedure": {"code": dossier.case.procedure.code},
            "gateway": {"gateway": "vnptpay"},
            "paper": {"code": dossier.code, "number": paper.pk},
            "helped draft": {"code": self._helped(dossier).code},
            "draft to sign": {"code": dossier.code, "number": self._waiting_for_signature(dossier).pk},
            "problem": {"name": "not-found"},
            "key": {"key": "a-b"},
            "reset key": {"uidb36": "1", "key": "x-y"},
        }
        Result.objects.create(
            dossier=dossier,
            number="1",
            signed_on=date(2026, 11, 23),
            signer="x",
            file=ContentFile(b"%PDF-", name="x.pdf"),
            recorded_by=factories.officer(home),
        )
        #: Addresses that cannot be made from their name: alternatives in the pattern, or a question to go with.
        self.paths = {
            "vietinbank-notify": "/gateways/vietinbank/notify-bill",
            "vietinbank-inquire": "/gateways/vietinbank/inq-bill",
            "desk-work": f"/quay/{dossier.code}/xu-ly/?viec=giao",
            "report-dossiers": "/bao-cao/ho-so/?so=da-nop",
            "admin:payments_merchantaccount_add": "/admin/payments/merchantaccount/add/?gateway=momo",
            "report-dossiers-file": "/bao-cao/ho-so.csv?so=da-nop",
        }
        #: What is sent, where an empty form would be refused before anybody asks whose the row is.
        self.bodies = {
            "api-bill-payments": {"gateway": "vnptpay"},
            "api-bill-cancel": {},
            "api-webhook-test": {},
            "api-payment-refunds": {"amount": 1000, "remaining_amount": 1000, "reason": "x"},
        }
        self.objects: dict[str, dict[str, Any]] = {"": {}, **rows, **self._administered(dossier)}

    def _reform(self) -> Reform:
        """A merger somewhere else that was carried out."""
        links = (Link(factories.agency("Xã trước"), factories.agency("Xã sau")),)
        return carry_out(Plan(timezone.localdate(), "NQ 1", links), by=factories.officer(self.other))

    def _claim(self) -> Discrepancy:
        """A payer's word that the bank charged them, with a picture."""
        details = charge_claims.ClaimDetails(150_000, timezone.now(), proof=b"a picture")
        payment = factories.payment(of=factories.bill(of=self.home), state=PaymentState.FAILED)
        return charge_claims.make(payment, details, due_at=timezone.now()).discrepancy

    def _helped(self, dossier: Dossier) -> Draft:
        """What the agency's officer at the counter fills in for a citizen."""
        officer = self.people[Role.RECEPTION_OFFICER]
        return assisted.begin(dossier.case, officer=officer, agency=self.home, channel=Channel.ONLINE)

    def _waiting_for_signature(self, dossier: Dossier) -> SigningRequest:
        """A draft that lies before the agency's signer."""
        officer, signer = factories.officer(self.home, Role.HANDLING_OFFICER), self.people[Role.SIGNER]
        request = SigningRequest(dossier=dossier, number="1", submitted_by=officer, submitted_to=signer)
        request.file.save("x.pdf", ContentFile(b"%PDF-"))
        return request

    def _transfer(self) -> Bill:
        """A bill whose payer looks at a VietQR."""
        payment = factories.payment(
            of=factories.bill(of=self.home), gateway="vietinbank", **factories.qr(account="9PT1", purpose="1")
        )
        return payment.bill

    def _money(self, case: Any) -> dict[str, dict[str, Any]]:
        maker = factories.officer(self.home, Role.ACCOUNTANT)
        account = case.payment.merchant_account
        page = upload(browser_of(maker), account, line("B9", 5_000))
        statement = Statement.objects.get(pk=page.context["statement"].pk)
        proposal = refunds.Proposal(1_000, 150_000, "surplus", "k", bank_account="VCB 0123456789")
        refund = refunds.propose_for_case(case, proposal, maker=maker)
        case.refresh_from_db()
        wish = reallocation.ReallocationRequest(
            [factories.bill(10_000, of=self.home).reference], case.remaining_amount, "nộp nhầm", "k"
        )
        move = reallocation.propose(case, wish, maker=maker)
        shift = cash_desk.open_shift(self.people[Role.CASHIER], self.home, opening_amount=0)
        receipt = Receipt.objects.select_related("series").get(bill=case.bill)
        return {
            "statement": {"pk": statement.pk},
            "refund": {"pk": refund.pk},
            "shift": {"pk": shift.pk},
            "payment": {"pk": case.payment.pk},
            "contract": {"account": account.pk},
            "test_payment": {"pk": test_payments.begin(account, self.home, 10_000, actor=maker).pk},
            "discrepancy": {"pk": case.pk},
            "move": {"pk": case.pk, "move": move.pk},
            "day": {"account": account.pk, "day": YESTERDAY},
            "bill": {"token": case.bill.token},
            "receipt": {"token": receipt.token},
            "receipt number": {"number": receipt.full_number},
            **self._kept_by_the_accountant(),
        }

    def _kept_by_the_accountant(self) -> dict[str, dict[str, Any]]:
        """A filter and a file: of one person, not of an agency."""
        owner = {"user": self.people[Role.ACCOUNTANT], "listing": "sai-lech"}
        tomorrow = timezone.now() + timedelta(days=1)
        made = Export(**owner, format="csv", state="ready", agencies=[self.home.pk], expires_at=tomorrow)
        made.file.save("x.csv", ContentFile(b"x"))
        return {
            "accounting filter": {"pk": SavedFilter.objects.create(**owner, name="Của tôi").pk},
            "accounting exported file": {"pk": made.pk},
            "accounting list": {"listing": "sai-lech"},
            "accounting export": {"listing": "sai-lech", "form": "csv"},
        }

    def _systems(self) -> None:
        self.system, self.key = create_client("Một cửa điện tử", [self.home])
        self.other_key = create_client("Hệ thống khác", [self.other])[1]
        self.api_bill = factories.bill(of=self.home, client=self.system)
        self.api_payment = factories.payment(of=self.api_bill, gateway="vnptpay")
        self.api_refund = factories.refund(self.api_payment, self.system)
        self.endpoint = endpoints.register(self.system, "https://example.com/hook")

    def _administered(self, dossier: Dossier) -> dict[str, dict[str, Any]]:
        """Return `object_id` for every table of the administration, and the API's identifiers."""
        endpoints.send_test(self.endpoint)
        audit.record("view", "dossier:1", actor=None, agency=self.home)
        fees = schedule(dossier.case, 10_000, timezone.localdate() + timedelta(days=9))
        succession = AgencySuccession.objects.create(
            predecessor=factories.agency("Xã cũ"), successor=self.home, effective_date=date(2025, 7, 1)
        )
        rows: tuple[Model, ...] = (
            factories.officer(self.home),
            self.home,
            Membership.objects.filter(agency=self.home)[0],
            proposed_role(self.home),
            succession,
            self.home.networks.create(network="192.0.2.0/24"),
            OnboardingStep.objects.create(agency=self.home, step="training", day=date(2025, 7, 1), evidence="x"),
            AuditEntry.objects.filter(agency=self.home)[0],
            CalendarDay.objects.create(date=date(2026, 12, 24), kind=CalendarDay.Kind.values[0]),
            WorkingHours.objects.create(agency=self.home, valid_during=factories.FOREVER, **OFFICE_HOURS),
            dossier.case.procedure,
            fees,
            self.system,
            dispatch.waiting()[0],
            self.api_payment.merchant_account,
            proposed_change(self.api_payment.merchant_account, by=factories.officer(self.home)),
            Notification.objects.all()[0],
            RejectedNotification.objects.create(gateway="vnptpay", reason="bad_signature", body_sha256="x"),
            Bill.objects.get(pk=self.api_bill.pk),
            Payment.objects.get(pk=self.api_payment.pk),
            self.api_bill.events.all()[0],
            Receipt.objects.all()[0],
            Discrepancy.objects.all()[0],
            PostageRate.objects.create(zone="province", amount=30_000, valid_during=factories.FOREVER, source="x"),
            Message.objects.create(subject="x", kind="received", dossier=dossier, recipient="+84912345678", text="x"),
        )
        named = {row._meta.label_lower: {"object_id": row.pk} for row in rows}
        return {
            **named,
            "user password": {"id": rows[0].pk},
            "nobody's key": {"pk": 0},
            "api bill": {"bill_id": self.api_bill.pk},
            "api payment": {"payment_id": self.api_payment.pk},
            "api refund": {"refund_id": self.api_refund.pk},
            "api receipt": {"token": factories.receipt(factories.bill(of=self.home, client=self.system)).token},
            "api endpoint": {"endpoint_id": self.endpoint.pk},
            "content": {"content_type_id": ContentType.objects.get_for_model(Agency).pk, "object_id": self.home.pk},
            "app": {"app_label": "payments"},
        }

    def _actor(self, who: str, *, here: bool) -> Actor:
        if who == "api":
            key = self.key if here else self.other_key
            return Actor(Client(), {"Authorization": f"Bearer {key}", "Idempotency-Key": "once"})
        if who == "citizen":
            client = Client()
            if here:
                client.get(f"/giay-hen/{self.dossier.slip_token}/")
                session = client.session
                session["drafts"] = [self.draft.code]
                session.save()
            return Actor(client, {})
        if who == "anonymous":
            return Actor(Client(), {})
        user = _officer(self.home if here else self.other, who)
        if here:
            self.people[who] = user
        # Fresh until the last row was asked, however slow the machine: some pages want a sign-in of a moment ago.
        return Actor(browser_of(user, minutes_ago=-SLOWEST_RUN_MINUTES), {})


def _officer(of: Agency, who: str) -> User:
    if who != "former":
        return factories.officer(of, Role(who))
    user = factories.officer(of, Role.PROVINCE_ADMIN)
    Membership.objects.filter(user=user).update(valid_during=DateRange(date(2025, 7, 1), timezone.localdate()))
    return user
