"""A client generated from the description does what an integrator does first: bill, list, pay, refund, listen."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from agencies.models import Agency, Role
from payments.callbacks import inbox
from payments.models import Bill, Payment, Refund
from payments.refunds import workflow
from portal.wsgi import application
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "generated_motcua_client"


@pytest.fixture(scope="module")
def package(description: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package that openapi-python-client makes; any warning of it is a fault of the description."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "schema.json").write_text(json.dumps(description))
    pdf = "content_type_overrides:\n  application/pdf: application/octet-stream\n"  # it reads no PDF as what it is
    (folder / "config.yaml").write_text(f"post_hooks: []\n{pdf}")
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    where = ["--path", "schema.json", "--config", "config.yaml", "--output-path", NAME]
    made = subprocess.run([*generate, *where], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield NAME
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture
def call(package: str, key: str) -> Any:
    """Call an operation by its id with the generated client; the answer is parsed by it."""
    client = importlib.import_module(package).AuthenticatedClient(
        base_url="http://testserver", token=key, httpx_args={"transport": httpx.WSGITransport(application)}
    )

    def call(operation: str, *args: Any, **kwargs: Any) -> Any:
        module = importlib.import_module(f"{package}.api.v1.{operation}")
        answer = module.sync_detailed(*args, client=client, **kwargs)
        assert answer.parsed is not None, (answer.status_code, answer.content)
        return answer.parsed

    return call


def test_a_generated_client_bills_lists_pays_and_refunds(package: str, call: Any, agency: Agency) -> None:
    models = importlib.import_module(f"{package}.models")
    factories.merchant(agency, "vnptpay")
    line = models.NewLine(code="A", kind=models.FeeKindEnum.PHI, description="Phí", amount=50_000)
    wanted = models.NewBill(
        reference="X1", agency=agency.code, payer_name="Nguyễn A", description="Phí thử", lines=[line]
    )
    bill = call("bills_create", body=wanted, idempotency_key="k1")
    page = call("bills_list")
    assert [listed.id for listed in page.results] == [bill.id]
    assert page.next_ is None
    post(confirm(factories.payment(of=Bill.objects.get(pk=bill.id))))
    inbox.drain_all()
    paid = call("bills_read", bill.id)
    assert (paid.state.value, paid.paid_amount) == ("paid", 50_000)
    payment = Payment.objects.get()
    proposal = models.NewRefund(
        amount=20_000, remaining_amount=50_000, reason=models.NewRefundReasonEnum.COLLECTED_IN_ERROR
    )
    refund = call("refunds_propose", payment.pk, body=proposal, idempotency_key="k2")
    workflow.reject(Refund.objects.get(), checker=factories.officer(agency, Role.ACCOUNTANT), note="đã hoàn tại quầy")
    read = call("refunds_read", refund.id)
    assert (read.state.value, read.decision_note, read.bill) == ("rejected", "đã hoàn tại quầy", bill.id)
    assert [listed.id for listed in call("refunds_list").results] == [refund.id]
    assert [listed.id for listed in call("payment_refunds_list", payment.pk).results] == [refund.id]
    problem = call("bills_read", 1)
    assert (problem.status, problem.type_) == (404, "/api/problems/not-found")
