"""What the payer of a dossier that was withdrawn reads of the money: at once, and the same once its case is open."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from dossiers.fees import close_bills
from dossiers.models import Dossier, DossierBill
from dossiers.processing import decisions
from dossiers.states import DossierState
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.models import Bill, Discrepancy
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)

GOES_BACK = "135.000 đ</strong> được hoàn lại cho bạn"
WAITS = "kế toán lập đề nghị hoàn, người thứ hai duyệt"
BASIS = "Điều 7 của thông tư"
CONTINUES = "giải quyết tiếp; chủ hồ sơ"


def owing(*, is_refundable: bool = True) -> tuple[Dossier, Bill]:
    dossier = factories.dossier(amount=0)
    note = "" if is_refundable else BASIS
    line = NewLine("PHI", "phi", "Phí", 135_000, is_refundable=is_refundable, refund_note=note)
    bill = factories.bill(of=dossier.agency, reference=dossier.code, lines=[line])
    DossierBill.objects.create(dossier=dossier, bill=bill)
    return dossier, bill


def paid(*, is_refundable: bool = True) -> tuple[Dossier, Bill]:
    dossier, bill = owing(is_refundable=is_refundable)
    post(notify_bill(factories.payment(of=bill, gateway="vietinbank")), "vietinbank")
    inbox.drain_all()
    dossier.refresh_from_db()
    return dossier, bill


def pages(dossier: Dossier, bill: Bill) -> tuple[str, str]:
    """Return the bill's page and the dossier's."""
    answers = (Client().get(f"/thanh-toan/{bill.token}/"), opened(dossier).get(f"/ho-so/{dossier.code}/"))
    of_bill, of_dossier = (answer.content.decode().replace("\xa0", " ") for answer in answers)
    return of_bill, of_dossier


@pytest.mark.parametrize(
    ("gateway", "destination"),
    [
        ("vnptpay", "Tiền chuyển vào tài khoản của bạn: gọi số ở cuối trang"),
        ("vnpay", "Tiền về tài khoản hoặc ví bạn đã dùng để nộp qua"),
    ],
)
def test_what_goes_back_is_said_at_once_where_to_until_when_and_by_whom(gateway: str, destination: str) -> None:
    dossier, bill = paid()
    bill.payments.update(gateway=gateway)
    assert CONTINUES in pages(dossier, bill)[0]
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None)
    before_the_case = pages(dossier, bill)
    Dossier.objects.update(ends_at=timezone.now())
    assert close_bills.end_due() == 1 and Discrepancy.objects.count() == 1
    for of_bill, of_dossier in (before_the_case, pages(dossier, bill)):
        assert GOES_BACK in of_bill and CONTINUES not in of_bill
        assert of_bill.index("Tiền hoàn lại cho bạn") < of_bill.index("Đã nhận đủ tiền"), "seen first"
        for text in (of_bill, of_dossier):
            assert text.count(WAITS) == 1
            assert "Hạn của kế toán" in text
            assert destination in text


def test_a_page_made_before_the_withdrawal_is_made_to_reload() -> None:
    dossier, bill = paid()
    version = Client().get(f"/thanh-toan/{bill.token}/").context["version"]
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None)
    fragment = Client().get(f"/thanh-toan/{bill.token}/trang-thai/", {"da-thay": version}).content.decode()
    assert "data-reload" in fragment


def test_a_fee_the_law_keeps_is_said_to_be_kept() -> None:
    dossier, bill = paid(is_refundable=False)
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None)
    of_bill, of_dossier = pages(dossier, bill)
    assert "135.000 đ không được hoàn" in of_bill
    assert "hoàn lại cho bạn" not in of_bill and "Tiền hoàn lại" not in of_dossier


def test_a_part_of_a_withdrawn_dossier_goes_back_at_once() -> None:
    dossier = factories.dossier(amount=135_000)
    bill = DossierBill.objects.get(dossier=dossier).bill
    post(notify_bill(factories.payment(of=bill, gateway="vietinbank"), 100_000), "vietinbank")
    inbox.drain_all()
    dossier.refresh_from_db()
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None)
    for text in pages(dossier, bill):
        assert "<strong>100.000 đ</strong>" in text
        assert "Kế toán sẽ hoàn lại" in text
        assert "ghi nhận cho khoản này" not in text


def test_what_the_bank_took_after_the_withdrawal_goes_back_whole_whatever_the_law_keeps() -> None:
    """The gateway's page was open already, and the bill waits for the minute in which the step can be undone."""
    dossier, bill = owing(is_refundable=False)
    payment = factories.payment(of=bill, gateway="vietinbank")
    shown = opened(dossier).get(f"/ho-so/{dossier.code}/rut/").content.decode()
    assert "đừng nộp ở đó nữa" in shown and "Bạn chưa nộp tiền" not in shown
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None)
    now = timezone.localtime().strftime("%Y%m%d%H%M%S")  # the bank tells whole seconds
    post(notify_bill(payment, transTime=now), "vietinbank")
    inbox.drain_all()
    for page in pages(dossier, bill):
        assert "không được hoàn" not in page
    assert GOES_BACK in pages(dossier, bill)[0]
    Dossier.objects.update(ends_at=timezone.now())
    assert close_bills.end_due() == 1
    assert Discrepancy.objects.get().amount == 135_000


def test_that_nothing_goes_back_is_said_before_anybody_pays_and_by_what_right() -> None:
    page = pages(*owing(is_refundable=False))[0]
    assert "Không hoàn lại" in page and BASIS in page
    assert "Không hoàn lại" not in pages(*owing())[0]
