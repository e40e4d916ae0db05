"""A world with something behind every page, and the pages of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Role
from dossiers.models import ErasureRequest, Message
from payments.models import MerchantAccount, Notification, Outage, WebhookDelivery
from payments.models.notifications import NotificationState
from payments.webhooks import dispatch
from portal.administration.alerts import MANY_ATTEMPTS
from portal.models import ReadOnlySpan
from procedures.models import ScheduleState
from tests.support.matrix import addresses, table
from tests.support.schedules import schedule
from tests.support.world import ACTORS, World


def pages(world: World, *, is_administration: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the path of every page with those who may see it."""
    defaults = {name: pattern.default_args for name, pattern in addresses()}
    for row in table():
        if row["method"] == "GET" and row["url"].startswith("admin:") == is_administration:
            path = world.paths.get(row["url"]) or reverse(
                row["url"], kwargs=world.objects[row["object"]] | dict(defaults[row["url"]])
            )
            yield path, [who for who in ACTORS if who != "api" and row[who].split("/")[0] == "yes"]


def inhabited_world() -> World:
    """The world with what lets a form go all its way: an office that takes the procedure in, and a price."""
    world = World()
    case = world.dossier.case
    case.procedure.agencies.add(world.home)
    schedule(
        case,
        10_000,
        date(2020, 1, 1),
        state=ScheduleState.ACTIVE,
        valid_during=DateRange(date(2020, 1, 1), date(2030, 1, 1)),
    )
    _what_waits_for_the_province(world)
    return world


def _what_waits_for_the_province(world: World) -> None:
    """A notification, a webhook and a message that did not get through, an announced pause, a wish to be forgotten."""
    tried = {"attempts": MANY_ATTEMPTS}
    stuck = Notification.objects.values("pk")[:1]
    Notification.objects.filter(pk__in=stuck).update(state=NotificationState.QUARANTINED, error="x", **tried)
    WebhookDelivery.objects.filter(pk__in=dispatch.waiting().values("pk")).update(last_error="x", **tried)
    Message.objects.filter(sent_at=None).update(last_error="x", **tried)
    begins = timezone.now() + timedelta(days=1)
    span = {"began_at": begins, "ended_at": begins + timedelta(hours=1), "reason": "x"}
    announced = {**span, "announced_by": world.people[Role.PROVINCE_ADMIN]}
    ReadOnlySpan.objects.create(**announced)
    Outage.objects.create(merchant_account=MerchantAccount.objects.all()[0], is_planned=True, **announced)
    ErasureRequest.objects.create(dossier=world.dossier)
