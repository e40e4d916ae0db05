"""Addresses of citizens and of the desk."""

from django.urls import include, path

from dossiers.desk.customer_display import qr_views

from .bulk_payment import receipts_views
from .bulk_payment import views as bulk_payment_views
from .fees import charge_claim_views, counter_views
from .post import views
from .privacy import views as privacy_views
from .submission import resume_views
from .submission import views as submission_views
from .tracking import action_views, my_dossiers_views, recover_views
from .tracking import views as tracking_views

urlpatterns = [
    path("nop-ho-so/dien-tiep/", resume_views.resume, name="submit-resume"),
    path("nop-ho-so/dien-tiep/ma/", resume_views.resume_with_code, name="submit-resume-code"),
    path("nop-ho-so/<slug:case>/", submission_views.begin, name="submit"),
    path("ho-so-nhap/<str:code>/giay-to/them/", submission_views.add_papers, name="submit-papers"),
    path("ho-so-nhap/<str:code>/giay-to/<int:number>/bo/", submission_views.remove_paper, name="submit-paper-remove"),
    path("ho-so-nhap/<str:code>/xem-lai/", submission_views.check, name="submit-check"),
    path("ho-so-nhap/<str:code>/<slug:step>/", submission_views.step, name="submit-step"),
    path("ho-so/<str:code>/bo-sung/", action_views.supplement, name="dossier-supplement"),
    path("ho-so/<str:code>/bo-sung/them/", action_views.add_papers, name="dossier-papers"),
    path("ho-so/<str:code>/danh-gia/", action_views.rate, name="dossier-rating"),
    path("ho-so/<str:code>/buu-dien/", views.by_post, name="dossier-by-post"),
    path("ho-so/<str:code>/buu-dien/thoi/", views.not_by_post, name="dossier-not-by-post"),
    path("ho-so/<str:code>/rut/", action_views.withdraw, name="dossier-withdraw"),
    path("ho-so/<str:code>/du-lieu/", privacy_views.data, name="dossier-data"),
    path("ho-so/<str:code>/du-lieu.json", privacy_views.data_file, name="dossier-data-file"),
    path("ho-so/<str:code>/xoa-du-lieu/", privacy_views.ask_for_erasure, name="dossier-erase"),
    path("ho-so/<str:code>/", tracking_views.dossier, name="dossier"),
    path("giay-hen/<str:token>/", tracking_views.slip, name="slip"),
    path("tra-cuu/", tracking_views.lookup, name="lookup"),
    path("tra-cuu/gui-ma/", recover_views.recover, name="lookup-send"),
    path("tra-cuu/nhap-ma/", recover_views.recover_with_code, name="lookup-code"),
    path("nop-tai-quay/<str:token>/", counter_views.at_counter, name="pay-at-counter"),
    path("bao-bi-tru-tien/<str:token>/", charge_claim_views.charged, name="charged"),
    path("nop-nhieu-ho-so/", bulk_payment_views.together, name="pay-together"),
    path("nop-nhieu-ho-so/lan-luot/", bulk_payment_views.in_a_row, name="pay-in-a-row"),
    path("nop-nhieu-ho-so/chuyen-khoan/", bulk_payment_views.transfers, name="pay-by-transfers"),
    path("nop-nhieu-ho-so/chuyen-khoan.xlsx", bulk_payment_views.transfers_file, name="pay-by-transfers-file"),
    path("nop-nhieu-ho-so/bien-lai.xlsx", receipts_views.receipts_file, name="own-receipts-file"),
    path("ho-so-cua-toi/", my_dossiers_views.mine, name="mine"),
    path("man-hinh/<str:ticket>/", qr_views.follow, name="window-code"),
    path("quay/", include("dossiers.desk.urls")),
]
