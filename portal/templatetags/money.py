"""Amounts, times and QR codes as people see them."""

from __future__ import annotations

from datetime import datetime

import segno
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from num2words import num2words

from core.values import closed_names, money
from core.values import text as texts
from core.values.identity import phone_as_spoken
from core.values.language import is_english

register = template.Library()


@register.filter
def dong(amount: int) -> str:
    """150000 → "150.000 đ", in English "150,000 VND" (a no-break space, so that it never wraps)."""
    return money.dong_for_reader(amount)


@register.filter
def briefly(text: str) -> str:
    """A procedure's official name, cut where it begins to enumerate."""
    return texts.briefly(text)


@register.filter
def named(text: object) -> str:
    """A name out of a closed list, in English where there is one; else marked as Vietnamese."""
    return closed_names.marked_for_reader(text)


@register.filter
def named_briefly(text: object) -> str:
    """As `named`, cut where an official name begins to enumerate."""
    return closed_names.marked_for_reader(text, is_brief=True)


@register.filter
def spoken(address: str) -> str:
    """A telephone number as people here read it; an e-mail address as it is."""
    return address if "@" in address else phone_as_spoken(address)


@register.filter
def in_words(amount: int) -> str:
    """150000 → "Một trăm năm mươi nghìn đồng", in English "One hundred and fifty thousand đồng"."""
    if is_english():
        return f"{num2words(amount, lang='en')} đồng".capitalize()
    return f"{num2words(amount, lang='vi')} đồng".capitalize()


@register.filter
def local_time(moment: datetime | None) -> str:
    """An aware time as "09:31 23/11/2026" in Viet Nam."""
    return timezone.localtime(moment).strftime("%H:%M %d/%m/%Y") if moment else ""


@register.filter
def exact_time(moment: datetime | None) -> str:
    """As `local_time`, with seconds: in a log the order within a minute shows which came first."""
    return timezone.localtime(moment).strftime("%H:%M:%S %d/%m/%Y") if moment else ""


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago something began, in one unit: Django's own words lack Vietnamese."""
    if moment is None:
        return ""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 60:
        return gettext("%(n)s phút") % {"n": max(minutes, 0)}
    if minutes < 24 * 60:
        return gettext("%(n)s giờ") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s ngày", "%(n)s ngày", days) % {"n": days}


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as inline SVG, black on white, with a text alternative."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(  # noqa: S308 - the label is escaped by segno, the text becomes modules
        code.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", title=label)
    )
