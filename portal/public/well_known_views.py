"""What machines look for at every site: where not to go, and whom to tell of a weakness."""

from __future__ import annotations

from datetime import UTC, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from portal.templatetags.contact import HOTLINE

#: Pages of one person or of the staff, and what is asked by forms: nothing of it belongs into a search engine.
PRIVATE = (
    *("/admin/", "/api/v1/", "/bao-cao/", "/bien-lai/", "/doi-soat/", "/gateways/", "/ho-so/", "/nop-ho-so/"),
    *("/quay/", "/tai-khoan/", "/thanh-toan/", "/tra-cuu/", "/xac-minh/"),
)
#: RFC 9116 wants less than a year; whoever reads the file gets a date that has not passed.
VALID = timedelta(days=180)
PLAIN = "text/plain; charset=utf-8"


@require_GET
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what is not for them."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


@require_GET
@cache_control(public=True, max_age=86400)
def security(request: HttpRequest) -> HttpResponse:
    """Tell whom to write to about a weakness (RFC 9116)."""
    contacts = settings.SECURITY_CONTACT or [f"tel:+84{HOTLINE.replace(' ', '').removeprefix('0')}"]
    expires = (timezone.now() + VALID).astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {expires}",
        "Preferred-Languages: vi, en",
        f"Canonical: {settings.BASE_URL}{reverse('security-txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)
