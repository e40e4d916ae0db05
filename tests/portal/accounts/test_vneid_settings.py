"""What a provider is asked for, and what it calls its answers, is for whoever runs the installation to say (F9)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from portal.accounts.vneid.protocol import VneidProtocol
from portal.accounts.vneid.provider import VneidProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> VneidProvider:
    app = {
        "provider_id": "vneid",
        "name": "VNeID",
        "client_id": "portal",
        "secret": "s",
        "settings": {"server_url": "https://id.example", "scope": settings.VNEID_SCOPE},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"vneid": {"APPS": [app]}}
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    return VneidProtocol(request).get_provider()


def test_the_telephone_is_asked_for_as_the_standard_says(provider: VneidProvider) -> None:
    assert provider.get_scope() == ["openid", "profile", "email", "phone"]


def test_claims_are_read_by_the_names_the_settings_give(provider: VneidProvider, settings: Any) -> None:
    settings.VNEID_NAME_CLAIM, settings.VNEID_PHONE_CLAIM = "ho_ten", "sdt"
    settings.VNEID_EMAIL_CLAIM, settings.VNEID_IDENTITY_CLAIM = "thu", "so_dinh_danh"
    userinfo = {"sub": "1", "ho_ten": "Nguyễn Văn An", "sdt": "0912000101", "thu": "an@example.vn", "name": "x"}
    login = provider.sociallogin_from_response(provider.request, {"userinfo": userinfo | {"so_dinh_danh": "025"}})
    claims = login.claims
    assert (claims.name, claims.phone, claims.email) == ("Nguyễn Văn An", "0912000101", "an@example.vn")
    assert claims.identity_number == "025"
