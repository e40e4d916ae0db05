"""Addresses of the sandbox. The banks' paths carry a version, which the messages carry too."""

from django.urls import path, re_path
from django.views.generic import TemplateView

from gateways.momo import sandbox
from gateways.payplatform import sandbox as payplatform_sandbox
from gateways.vietinbank import sandbox as vietinbank_sandbox
from gateways.vietinbank_direct import sandbox as vietinbank_direct_sandbox
from gateways.vnpay import sandbox as vnpay_sandbox
from gateways.vnptpay import sandbox as vnptpay_sandbox

from . import control, oidc, phones

urlpatterns = [
    path("", TemplateView.as_view(template_name="sandbox/index.html")),
    re_path(r"^vnptpay/v[0-9.]+/init$", vnptpay_sandbox.init, {"flavour": "single"}),
    re_path(r"^vnptpay/v[0-9.]+/init_m_merch$", vnptpay_sandbox.init, {"flavour": "agency"}),
    re_path(r"^vnptpay/v[0-9.]+/query_transaction$", vnptpay_sandbox.query),
    path("vnptpay/pay/<str:ref>", vnptpay_sandbox.pay_page),
    path("vietinbank/app", vietinbank_sandbox.app_page),
    path("vietinbank/app/<str:bank_ref>", vietinbank_sandbox.done_page),
    path("vietinbank/erp/v1/statement/inquiry", vietinbank_sandbox.statement),
    path("vietinbank/statement", vietinbank_sandbox.settlement_file),
    path("payplatform/init", payplatform_sandbox.init, {"via": "direct"}),
    path("payplatform/query", payplatform_sandbox.query, {"via": "direct"}),
    path("payplatform/lgsp/init", payplatform_sandbox.init, {"via": "lgsp"}),
    path("payplatform/lgsp/query", payplatform_sandbox.query, {"via": "lgsp"}),
    path("payplatform/pay/<str:ref>", payplatform_sandbox.pay_page),
    path("vietinbank_direct/directpay/init-session/v1", vietinbank_direct_sandbox.init_session),
    path("vietinbank_direct/directpay/inq-trx/v1", vietinbank_direct_sandbox.inq_trx),
    path("vietinbank_direct/pay/<str:session>", vietinbank_direct_sandbox.pay_page),
    path("vnpay/paymentv2/vpcpay.html", vnpay_sandbox.entry),
    path("vnpay/merchant_webapi/api/transaction", vnpay_sandbox.api),
    path("vnpay/pay/<str:ref>", vnpay_sandbox.pay_page),
    path("momo/v2/gateway/api/create", sandbox.create),
    path("momo/v2/gateway/api/query", sandbox.query),
    path("momo/v2/gateway/api/refund", sandbox.refund),
    path("momo/v2/gateway/api/refund/query", sandbox.refund_query),
    path("momo/pay/<str:ref>", sandbox.pay_page),
    path("oidc/.well-known/openid-configuration", oidc.discovery),
    path("oidc/jwks", oidc.jwks),
    path("oidc/authorize", oidc.authorize),
    path("oidc/token", oidc.token),
    path("oidc/userinfo", oidc.userinfo),
    path("sms/send", phones.sms),
    path("zalo/message/template", phones.zalo),
    path("phones", phones.phones),
    path("control/health", control.health),
    path("control/faults", control.faults),
    path("control/transactions", control.transactions),
    path("control/pay", control.pay),
    path("control/redeliver", control.redeliver),
]
