"""Addresses that gateways call: two for every gateway, and those a gateway declares (`gateways.addresses`).

A gateway that writes the slash at the end differently must be understood, never redirected (R-28).
"""

from __future__ import annotations

from django.urls import re_path

from gateways import registry
from gateways.addresses import Purpose

from . import views

_VIEWS = {Purpose.NOTIFY: views.notify, Purpose.INQUIRE: views.inquire}

urlpatterns = [
    *(
        re_path(address.pattern, _VIEWS[address.purpose], {"gateway": slug}, name=f"{slug}-{address.purpose}")
        for slug, address in registry.addresses()
    ),
    re_path(rf"^gateways/(?P<gateway>{registry.SLUG.pattern})/notify/?$", views.notify, name="gateway-notify"),
    re_path(rf"^gateways/(?P<gateway>{registry.SLUG.pattern})/return/?$", views.returned, name="gateway-return"),
]
