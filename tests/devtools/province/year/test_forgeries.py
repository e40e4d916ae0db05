"""What the year tells of messages that were refused is what the product writes when it is sent the same."""

from __future__ import annotations

from random import Random
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from devtools.province import load
from devtools.province.aside import forgeries
from devtools.province.aside.samples import Samples
from devtools.province.stories import banks
from devtools.province.world import World
from gateways.base import RawRequest
from payments.models import Payment, RejectedNotification

pytestmark = [pytest.mark.xdist_group("province"), pytest.mark.django_db]
SORTS = [sort for sort, _share in forgeries.SORTS]


@pytest.mark.parametrize("sort", SORTS)
def test_what_is_told_is_what_the_product_keeps(province: load.Loaded, sort: forgeries.Sort) -> None:
    now, rng, samples = timezone.localtime(), Random(3), Samples()
    world = World(province.scene, load.empty_pages(), now.date(), now, "!", samples, [])
    for contract in province.scene.all_contracts():
        payment = Payment.objects.filter(merchant_account=contract.pk, state="paid").values().first()
        assert payment
        told = {**banks.transaction(rng, contract, payment, now, "paid"), "moment": now}
        request = sort(rng, contract, told)
        row = forgeries.keep(world, now, contract, request, forgeries.refusal(contract, request, told))
        with mock.patch.object(RejectedNotification.objects, "create") as create:  # a row would use up an id
            _send(contract.gateway, request)
        (written,) = [call.kwargs for call in create.mock_calls]
        assert written == {name: value for name, value in row.items() if name != "received_at"}


def _send(gateway: str, request: RawRequest) -> None:
    path = f"/gateways/{gateway}/notify" + (f"?{request.query}" if request.query else "")
    client = Client(REMOTE_ADDR=request.remote_addr)
    if request.method == "GET":
        client.get(path)
    else:
        client.post(path, request.body, content_type="application/json")
