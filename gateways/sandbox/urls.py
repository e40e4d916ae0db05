"""Addresses of the sandbox."""

from django.urls import path

from . import control, vietinbank, vnptpay

urlpatterns = [
    path("vnptpay/v<str:version>/init", vnptpay.init),
    path("vnptpay/v<str:version>/init_m_merch", vnptpay.init),
    path("vnptpay/v<str:version>/query_transaction", vnptpay.query),
    path("vnptpay/pay/<str:order>", vnptpay.pay_page),
    path("vietinbank/app", vietinbank.app_page),
    path("vietinbank/erp/v1/statement/inquiry", vietinbank.statement),
    path("control/health", control.health),
    path("control/faults", control.faults),
    path("control/transactions", control.transactions),
    path("control/pay", control.pay),
    path("control/redeliver", control.redeliver),
]
