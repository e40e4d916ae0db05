"""Addresses of citizens and of the desk."""

from django.urls import include, path

from . import (
    by_post,
    charged,
    mine,
    own_acts,
    own_data,
    own_receipts,
    pages,
    paying,
    recovering,
    resuming,
    submitting,
    together,
)
from .desk import window_code

urlpatterns = [
    path("nop-ho-so/dien-tiep/", resuming.resume, name="submit-resume"),
    path("nop-ho-so/dien-tiep/ma/", resuming.resume_with_code, name="submit-resume-code"),
    path("nop-ho-so/<slug:case>/", submitting.begin, name="submit"),
    path("ho-so-nhap/<str:code>/giay-to/them/", submitting.add_papers, name="submit-papers"),
    path("ho-so-nhap/<str:code>/giay-to/<int:number>/bo/", submitting.remove_paper, name="submit-paper-remove"),
    path("ho-so-nhap/<str:code>/xem-lai/", submitting.check, name="submit-check"),
    path("ho-so-nhap/<str:code>/<slug:step>/", submitting.step, name="submit-step"),
    path("ho-so/<str:code>/bo-sung/", own_acts.supplement, name="dossier-supplement"),
    path("ho-so/<str:code>/bo-sung/them/", own_acts.add_papers, name="dossier-papers"),
    path("ho-so/<str:code>/danh-gia/", own_acts.rate, name="dossier-rating"),
    path("ho-so/<str:code>/buu-dien/", by_post.by_post, name="dossier-by-post"),
    path("ho-so/<str:code>/rut/", own_acts.withdraw, name="dossier-withdraw"),
    path("ho-so/<str:code>/du-lieu/", own_data.data, name="dossier-data"),
    path("ho-so/<str:code>/du-lieu.json", own_data.data_file, name="dossier-data-file"),
    path("ho-so/<str:code>/xoa-du-lieu/", own_data.ask_for_erasure, name="dossier-erase"),
    path("ho-so/<str:code>/", pages.dossier, name="dossier"),
    path("giay-hen/<str:token>/", pages.slip, name="slip"),
    path("tra-cuu/", pages.lookup, name="lookup"),
    path("tra-cuu/gui-ma/", recovering.recover, name="lookup-send"),
    path("tra-cuu/nhap-ma/", recovering.recover_with_code, name="lookup-code"),
    path("nop-tai-quay/<str:token>/", paying.at_counter, name="pay-at-counter"),
    path("bao-bi-tru-tien/<str:token>/", charged.charged, name="charged"),
    path("nop-nhieu-ho-so/", together.together, name="pay-together"),
    path("nop-nhieu-ho-so/lan-luot/", together.in_a_row, name="pay-in-a-row"),
    path("nop-nhieu-ho-so/chuyen-khoan/", together.transfers, name="pay-by-transfers"),
    path("nop-nhieu-ho-so/chuyen-khoan.xlsx", together.transfers_file, name="pay-by-transfers-file"),
    path("nop-nhieu-ho-so/bien-lai.xlsx", own_receipts.receipts_file, name="own-receipts-file"),
    path("ho-so-cua-toi/", mine.mine, name="mine"),
    path("man-hinh/<str:ticket>/", window_code.follow, name="window-code"),
    path("quay/", include("dossiers.desk.urls")),
]
