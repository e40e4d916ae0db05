"""Addresses of the sandbox. The banks' paths carry a version, which the messages carry too."""

from django.urls import path, re_path
from django.views.generic import TemplateView

from . import (
    control,
    momo,
    oidc,
    payplatform,
    vietinbank,
    vietinbank_direct,
    vnpay,
    vnptpay,
)

urlpatterns = [
    path("", TemplateView.as_view(template_name="sandbox/index.html")),
    re_path(r"^vnptpay/v[0-9.]+/init$", vnptpay.init, {"flavour": "single"}),
    re_path(r"^vnptpay/v[0-9.]+/init_m_merch$", vnptpay.init, {"flavour": "agency"}),
    re_path(r"^vnptpay/v[0-9.]+/query_transaction$", vnptpay.query),
    path("vnptpay/pay/<str:ref>", vnptpay.pay_page),
    path("vietinbank/app", vietinbank.app_page),
    path("vietinbank/app/<str:bank_ref>", vietinbank.done_page),
    path("vietinbank/erp/v1/statement/inquiry", vietinbank.statement),
    path("vietinbank/statement", vietinbank.settlement_file),
    path("payplatform/init", payplatform.init, {"via": "direct"}),
    path("payplatform/query", payplatform.query, {"via": "direct"}),
    path("payplatform/lgsp/init", payplatform.init, {"via": "lgsp"}),
    path("payplatform/lgsp/query", payplatform.query, {"via": "lgsp"}),
    path("payplatform/pay/<str:ref>", payplatform.pay_page),
    path("vietinbank_direct/directpay/init-session/v1", vietinbank_direct.init_session),
    path("vietinbank_direct/directpay/inq-trx/v1", vietinbank_direct.inq_trx),
    path("vietinbank_direct/pay/<str:session>", vietinbank_direct.pay_page),
    path("vnpay/paymentv2/vpcpay.html", vnpay.entry),
    path("vnpay/merchant_webapi/api/transaction", vnpay.api),
    path("vnpay/pay/<str:ref>", vnpay.pay_page),
    path("momo/v2/gateway/api/create", momo.create),
    path("momo/v2/gateway/api/query", momo.query),
    path("momo/v2/gateway/api/refund", momo.refund),
    path("momo/v2/gateway/api/refund/query", momo.refund_query),
    path("momo/pay/<str:ref>", momo.pay_page),
    path("oidc/.well-known/openid-configuration", oidc.discovery),
    path("oidc/jwks", oidc.jwks),
    path("oidc/authorize", oidc.authorize),
    path("oidc/token", oidc.token),
    path("oidc/userinfo", oidc.userinfo),
    path("control/health", control.health),
    path("control/faults", control.faults),
    path("control/transactions", control.transactions),
    path("control/pay", control.pay),
    path("control/redeliver", control.redeliver),
]
