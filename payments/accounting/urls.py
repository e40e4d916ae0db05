"""Addresses below `/doi-soat/`."""

from django.urls import path

from . import (
    day_views,
    discrepancy_views,
    export_views,
    payment_views,
    receipt_views,
    saved_filter_views,
    shift_views,
    statement_views,
)
from .overview import views
from .refunds import proposal_views
from .refunds import views as refunds_views

urlpatterns = [
    path("", views.overview, name="accounting"),
    path("sao-ke/", statement_views.statements, name="accounting-statements"),
    path("sao-ke/<int:pk>/", statement_views.statement, name="accounting-statement"),
    path("sao-ke/<int:pk>/tien-do/", statement_views.progress, name="accounting-progress"),
    path("sao-ke/<int:pk>/xac-nhan/", statement_views.confirm, name="accounting-confirm"),
    path("sao-ke/<int:pk>/cot/", statement_views.columns, name="accounting-statement-columns"),
    path("sao-ke/<int:pk>/dong-vu-viec/", statement_views.close_cases, name="accounting-statement-close"),
    path("sao-ke/<int:pk>/bo/", statement_views.discard, name="accounting-discard"),
    path("ngay/<int:account>/<str:day>/", day_views.day, name="accounting-day"),
    path("ngay/<int:account>/<str:day>/mo-vu-viec/", day_views.open_cases, name="accounting-day-cases"),
    path("ngay/<int:account>/<str:day>/khoa/", day_views.close, name="accounting-day-close"),
    path("ngay/<int:account>/<str:day>/mo-lai/", day_views.reopen, name="accounting-day-reopen"),
    path("sai-lech/", discrepancy_views.cases, name="accounting-cases"),
    path("sai-lech/<int:pk>/", discrepancy_views.case, name="accounting-case"),
    path("sai-lech/<int:pk>/nhan/", discrepancy_views.take_over, name="accounting-case-take"),
    path("sai-lech/<int:pk>/hoan-tien/", discrepancy_views.propose_refund, name="accounting-case-refund"),
    path("sai-lech/<int:pk>/nhan-de-xuat/", discrepancy_views.accept, name="accounting-case-accept"),
    path("sai-lech/<int:pk>/mot-hay-hai/", discrepancy_views.decide_likeness, name="accounting-case-likely"),
    path("sai-lech/<int:pk>/chuyen/", discrepancy_views.propose_reallocation, name="accounting-case-move"),
    path("sai-lech/<int:pk>/chuyen/<int:move>/", discrepancy_views.decide_reallocation, name="accounting-move"),
    path("sai-lech/<int:pk>/dong/", discrepancy_views.close, name="accounting-case-close"),
    path("sai-lech/<int:pk>/minh-chung/", discrepancy_views.proof, name="accounting-case-proof"),
    path("hoan-tien/", refunds_views.refund_list, name="accounting-refunds"),
    path("hoan-tien/<int:pk>/", refunds_views.refund, name="accounting-refund"),
    path("hoan-tien/<int:pk>/duyet/", refunds_views.approve, name="accounting-approve"),
    path("hoan-tien/<int:pk>/tai-khoan/", refunds_views.give_account, name="accounting-refund-account"),
    path("hoan-tien/<int:pk>/khong-duyet/", refunds_views.reject, name="accounting-reject"),
    path("hoan-tien/<int:pk>/chuyen-khoan/", refunds_views.record_transfer, name="accounting-transfer"),
    path("lan-nop/", payment_views.payments, name="accounting-payments"),
    path("lan-nop/<int:pk>/", payment_views.payment, name="accounting-payment"),
    path("lan-nop/<int:pk>/hoan-tien/", proposal_views.propose, name="accounting-propose"),
    path("bien-lai/", receipt_views.receipts, name="accounting-receipts"),
    path("bien-lai/bang-ke/", receipt_views.receipt_list, name="accounting-receipt-list"),
    path("bo-loc/<slug:listing>/", saved_filter_views.save, name="accounting-filter-save"),
    path("bo-loc/<int:pk>/sua/", saved_filter_views.change, name="accounting-filter"),
    path("xuat/<slug:listing>/<slug:form>/", export_views.export, name="accounting-export"),
    path("tao-tep/<slug:listing>/", export_views.ask, name="accounting-export-ask"),
    path("tep/", export_views.exports, name="accounting-exports"),
    path("tep/trang-thai/", export_views.exports_state, name="accounting-exports-state"),
    path("tep/<int:pk>/", export_views.exported_file, name="accounting-exported-file"),
    path("tep/cac-cot/", export_views.columns, name="accounting-columns"),
    path("ca-thu/", shift_views.shifts, name="accounting-shifts"),
    path("ca-thu/mo/", shift_views.open_shift, name="accounting-shift-open"),
    path("ca-thu/<int:pk>/dong/", shift_views.close_shift, name="accounting-shift-close"),
]
