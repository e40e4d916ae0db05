"""Addresses of the desk. Fixed ones come before those with a code."""

from django.urls import path

from . import assisted_views, erasure_views, file_views, print_views, views, work_views
from .customer_display import views as customer_display_views
from .fees import amount_views, cash_views, claim_views, exemption_views, explanation_views
from .handover import views as handover_views
from .scanner import offline_scan_views, photo_views, service_worker_views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("man-hinh-phu/", customer_display_views.window, name="desk-second-window"),
    path("man-hinh-phu/trang-thai/", customer_display_views.window_state, name="desk-second-window-state"),
    path("tra-nhieu/", handover_views.hand_over_many, name="desk-hand-over-many"),
    path("so-theo-doi/", print_views.print_register, name="desk-register"),
    path("yeu-cau-xoa/", erasure_views.erasures, name="desk-erasures"),
    path("khoan-thu/<int:number>/vi-sao/", explanation_views.why_bill, name="bill-why"),
    path("anh/", photo_views.photo, name="desk-photo"),
    path("da-quet/", offline_scan_views.look_up, name="desk-scans"),
    path("ban-luu.js", service_worker_views.worker, name="desk-worker"),
    path("nop-giup/", assisted_views.assist, name="desk-assist"),
    path("nop-giup/<str:code>/", assisted_views.assisted, name="desk-assisted"),
    path("nop-giup/<str:code>/ban-in/", assisted_views.print_summary, name="desk-assisted-print"),
    path("<str:code>/", views.desk_dossier, name="desk-dossier"),
    path("<str:code>/trang-thai/", views.desk_state, name="desk-state"),
    path("<str:code>/hoi-ngan-hang/", views.check_now, name="desk-check"),
    path("<str:code>/bi-tru-tien/", claim_views.charged, name="desk-charged"),
    path("<str:code>/vi-sao/", explanation_views.why, name="desk-why"),
    path("<str:code>/muc-thu/", amount_views.set_amounts, name="desk-amounts"),
    path("<str:code>/mien-giam/", exemption_views.check_exemption, name="desk-exemption"),
    path("<str:code>/chuyen/", views.next_step, name="desk-next"),
    path("<str:code>/hoan-tac/", views.undo_step, name="desk-undo"),
    path("<str:code>/thu-tien/", cash_views.take, name="desk-take"),
    path("<str:code>/xu-ly/", work_views.work, name="desk-work"),
    path("<str:code>/ket-qua/", file_views.result_file, name="desk-result"),
    path("<str:code>/du-thao/<int:number>/", file_views.draft_file, name="desk-draft"),
    path("<str:code>/giay-to/<int:number>/", file_views.citizens_paper, name="desk-paper"),
    path("<str:code>/in/", print_views.print_one, name="desk-print"),
    path("<str:code>/buu-dien/", handover_views.post_says, name="desk-post"),
    path("<str:code>/tra-ket-qua/", handover_views.hand_over, name="desk-hand-over"),
]
