"""Addresses of the accountants, below `/doi-soat/`."""

from django.urls import path

from . import cases, days, overview, proposals, receipts, refunds, shifts, statements

urlpatterns = [
    path("", overview.overview, name="accounting"),
    path("sao-ke/", statements.statements, name="accounting-statements"),
    path("sao-ke/<int:pk>/", statements.statement, name="accounting-statement"),
    path("sao-ke/<int:pk>/tien-do/", statements.progress, name="accounting-progress"),
    path("sao-ke/<int:pk>/xac-nhan/", statements.confirm, name="accounting-confirm"),
    path("sao-ke/<int:pk>/bo/", statements.discard, name="accounting-discard"),
    path("ngay/<int:account>/<str:day>/", days.day, name="accounting-day"),
    path("ngay/<int:account>/<str:day>/mo-vu-viec/", days.open_cases, name="accounting-day-cases"),
    path("ngay/<int:account>/<str:day>/khoa/", days.close, name="accounting-day-close"),
    path("ngay/<int:account>/<str:day>/mo-lai/", days.reopen, name="accounting-day-reopen"),
    path("sai-lech/", cases.cases, name="accounting-cases"),
    path("sai-lech/<int:pk>/", cases.case, name="accounting-case"),
    path("sai-lech/<int:pk>/nhan/", cases.take_over, name="accounting-case-take"),
    path("sai-lech/<int:pk>/hoan-tien/", cases.propose_refund, name="accounting-case-refund"),
    path("sai-lech/<int:pk>/chuyen/", cases.propose_move, name="accounting-case-move"),
    path("sai-lech/<int:pk>/chuyen/<int:move>/", cases.decide_move, name="accounting-move"),
    path("sai-lech/<int:pk>/dong/", cases.close, name="accounting-case-close"),
    path("sai-lech/<int:pk>/minh-chung/", cases.proof, name="accounting-case-proof"),
    path("hoan-tien/", refunds.refund_list, name="accounting-refunds"),
    path("hoan-tien/<int:pk>/", refunds.refund, name="accounting-refund"),
    path("hoan-tien/<int:pk>/duyet/", refunds.approve, name="accounting-approve"),
    path("hoan-tien/<int:pk>/khong-duyet/", refunds.reject, name="accounting-reject"),
    path("hoan-tien/<int:pk>/chuyen-khoan/", refunds.record_transfer, name="accounting-transfer"),
    path("lan-nop/<int:pk>/hoan-tien/", proposals.propose, name="accounting-propose"),
    path("bien-lai/", receipts.receipts, name="accounting-receipts"),
    path("bien-lai.csv", receipts.receipts_csv, name="accounting-receipts-csv"),
    path("ca-thu/", shifts.shifts, name="accounting-shifts"),
    path("ca-thu/mo/", shifts.open_shift, name="accounting-shift-open"),
    path("ca-thu/<int:pk>/dong/", shifts.close_shift, name="accounting-shift-close"),
]
