"""`manage.py make_administrator NAME --email …`: an administrator of the province, by whoever installs the system."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies import people
from agencies.audit import record as audit
from agencies.models import Agency, Level, Membership, Role, User


class Command(BaseCommand):
    """The first two: from then on they grant roles to each other's people."""

    help = "Make somebody an administrator of the province; they get a letter to set a password of their own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and where the letter goes."""
        parser.add_argument("username")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account if there is none, grant the role from today on, and invite."""
        today = timezone.localdate()
        province = Agency.objects.existing_on(today).filter(level=Level.PROVINCE).order_by("pk").first()
        if province is None:
            raise CommandError("There is no province yet: load the agencies first.")
        with transaction.atomic():
            user, _made = User.objects.get_or_create(
                username=options["username"], defaults={"full_name": options["name"]}
            )
            User.objects.filter(pk=user.pk).update(email=options["email"], is_active=True)
            user.refresh_from_db()
            if user.memberships.filter(role=Role.PROVINCE_ADMIN, valid_during__contains=today).exists():
                raise CommandError(f"{user.username} administers the province already.")
            role = Membership.objects.create(
                user=user, agency=province, role=Role.PROVINCE_ADMIN, valid_during=DateRange(today, None)
            )
            audit.record("role_granted", f"membership:{role.pk}", actor=None, agency=province, name=str(role))
            people.invite(user, actor=None)
        self.stdout.write(f"{user.username} administers the province; a letter went to {user.email}.")
