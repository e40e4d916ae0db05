"""Addresses of the sandbox. The banks' paths carry a version, which the messages carry too."""

from django.urls import include, path

from . import control
from .citizens import oidc, phones
from .plugins import sandboxes

urlpatterns = [
    path("", control.index),
    *(path(f"{slug}/", include(list(sandbox.urls))) for slug, sandbox in sandboxes().items()),
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
