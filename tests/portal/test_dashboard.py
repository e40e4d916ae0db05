"""The first page of the administration tells what waits for somebody, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Role, User
from payments.models import Payment
from portal.dashboard import concerns
from tests import factories

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    return {str(concern.name): concern.count for concern in concerns()}


def test_a_payment_that_stays_unclear_is_told_of_and_the_queries_do_not_grow(
    django_assert_max_num_queries: object,
) -> None:
    young, old = factories.payment(), factories.payment()
    Payment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=31))
    with django_assert_max_num_queries(21):  # type: ignore[operator]
        assert counts()["Thanh toán chưa rõ quá 30 phút"] == 1
    assert young.pk != old.pk


def test_the_province_sees_it_on_its_first_page() -> None:
    client = Client()
    root = User.objects.create_superuser("root", password="a long test password")
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/admin/")
    assert "Cần chú ý" in answer.content.decode()
    agency_admin = factories.officer(factories.agency(), Role.AGENCY_ADMIN)
    assert "Cần chú ý" not in _page_of(agency_admin)


def _page_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get("/admin/", follow=True).content.decode()
