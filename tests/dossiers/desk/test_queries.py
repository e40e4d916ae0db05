"""Every page of the desk asks the database as often for thirty rows as for three."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency, Role
from dossiers.desk.worklists import VIEWS
from dossiers.models import Attachment, Dossier, DossierBill, ErasureRequest, Printing, Stage
from dossiers.processing import decisions
from dossiers.states import DossierState
from payments.cash_desk import collect as cash_desk
from tests.support import factories
from tests.support.screens import officer_of
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY = 3, 30


class Desk:
    """An agency whose administrator, who is a cashier too, looks at everything."""

    def __init__(self) -> None:
        self.agency: Agency = factories.agency()
        self.user = officer_of(self.agency, Role.AGENCY_ADMIN, Role.CASHIER)
        self.browser: Client = browser_of(self.user)
        cash_desk.open_shift(self.user, self.agency, opening_amount=0)
        self.dossier = factories.dossier(self.agency, state=DossierState.IN_PROCESS)

    def more_dossiers(self) -> None:
        """One of each kind that a list may hold."""
        for state, amount in ((1, 10_000), (4, 10_000), (9, 0), (9, 10_000)):
            dossier = factories.dossier(self.agency, state=state, amount=amount)
            if amount:
                factories.payment(of=dossier.bills.get(), returned_at=timezone.now())
            Dossier.objects.filter(pk=dossier.pk).update(assignee=factories.officer(self.agency))

    def more_of_one(self) -> None:
        """Its one dossier gets a paper, a bill with an attempt, a colleague, a print."""
        Attachment.objects.create(
            dossier=self.dossier, name="x", content_type="application/pdf", size=1, file=ContentFile(b"%PDF-", "x.pdf")
        )
        bill = factories.bill(of=self.agency)
        DossierBill.objects.create(dossier=self.dossier, bill=bill)
        factories.payment(of=bill)
        decisions.assign(self.dossier, factories.officer(self.agency), Stage.HANDLING, actor=self.user)
        Printing.objects.create(dossier=self.dossier, paper="giay-hen", actor=self.user)

    def more_wishes(self) -> None:
        """Somebody wants their data erased."""
        ErasureRequest.objects.create(dossier=factories.dossier(self.agency, state=10, amount=0))

    def codes(self, state: int) -> list[str]:
        return list(Dossier.objects.filter(agency=self.agency, state=state).values_list("code", flat=True))

    def get(self, path: str = "", **query: Any) -> Any:
        return self.browser.get(f"/quay/{path}", query)

    def post(self, path: str, **fields: Any) -> bytes:
        return b"".join(self.browser.post(f"/quay/{path}", fields))

    def of_one(self, path: str) -> Any:
        return self.browser.get(f"/quay/{self.dossier.code}/{path}")


Ask = Callable[[Desk], Any]
#: What grows, and the pages that show it.
LISTS: dict[str, Ask] = {
    **{f"list {view or 'all'}": partial(Desk.get, viec=view) for view in VIEWS},
    "found by name": lambda desk: desk.get(q="nguyen thi binh"),
    "found by phone": lambda desk: desk.get(q="0912345678"),
    "several to hand over": lambda desk: desk.get("tra-nhieu/", ma=desk.codes(9)),
    "scans looked up": lambda desk: desk.post("da-quet/", lan=["1"], quet=["nguyen thi binh"]),
    "register": lambda desk: desk.post("so-theo-doi/", **{"co-quan": desk.agency.pk, "dang": "csv"}),
    "register to print": lambda desk: desk.post("so-theo-doi/", **{"co-quan": desk.agency.pk}),
}
OF_ONE: dict[str, Ask] = {
    "dossier": lambda desk: desk.of_one(""),
    "its state": lambda desk: desk.of_one("trang-thai/"),
    "why it costs that": lambda desk: desk.of_one("vi-sao/"),
    "giving it to a colleague": lambda desk: desk.of_one("xu-ly/?viec=giao"),
    "its result": lambda desk: desk.of_one("xu-ly/?viec=ket-qua"),
    "citizens' window": lambda desk: desk.get("man-hinh-phu/"),
    "slip": lambda desk: desk.post(f"{desk.dossier.code}/in/", giay="giay-hen", kho="80"),
    "control sheet": lambda desk: desk.post(f"{desk.dossier.code}/in/", giay="kiem-soat", kho="a4"),
}
WISHES: dict[str, Ask] = {"wishes to be erased": lambda desk: desk.get("yeu-cau-xoa/")}


@pytest.mark.parametrize(
    ("grow", "pages"),
    [(Desk.more_dossiers, LISTS), (Desk.more_of_one, OF_ONE), (Desk.more_wishes, WISHES)],
    ids=["lists", "one dossier", "wishes"],
)
def test_a_page_costs_no_more_queries_for_thirty_rows_than_for_three(
    grow: Callable[[Desk], None], pages: dict[str, Ask], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    desk, grown = Desk(), {}
    counts: dict[str, list[int]] = {page: [] for page in pages}
    for rows in (FEW, MANY - FEW):
        for _ in range(rows):
            grow(desk)
        for page, ask in pages.items():
            ask(desk)  # what is remembered for a while is remembered now
            with CaptureQueriesContext(connection) as queries:
                ask(desk)
            counts[page].append(len(queries))
            if len(queries) > counts[page][0]:
                grown[page] = counts[page], [query["sql"][:150] for query in queries.captured_queries]
    assert not grown
