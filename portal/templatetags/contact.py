"""How to reach the people who help: one number on every page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

#: As people read it; every page and poster takes it from here.
HOTLINE = "0210 2222 555"

register = template.Library()


@register.simple_tag
def hotline() -> SafeString:
    """The number as a link that a telephone dials."""
    return format_html('<a href="tel:{}">{}</a>', HOTLINE.replace(" ", ""), HOTLINE)


@register.simple_tag
def hotline_number() -> str:
    """The number alone, within a sentence."""
    return HOTLINE
