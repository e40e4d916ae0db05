"""The inputs a form has to ask for before an amount can be computed, with labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .records import ANY, Reduction, Rule

#: Labels are marked for translation here and translated where a form asks; explanations, which bills keep, are not.
FACT_LABELS = {
    "pages": (gettext_noop("Số trang"), "trang"),
    "copies": (gettext_noop("Số bản"), "bản"),
    "persons": (gettext_noop("Số người"), "người"),
    "children": (gettext_noop("Số trẻ"), "trẻ"),
    "items": (gettext_noop("Số lượng"), ""),
}
#: Where pages are counted, each paper has its own number of them, and of copies.
_PER_PAPER = ("pages", "copies")
#: Who applies; `household` is a household business (hộ kinh doanh), not a family.
APPLICANTS = {
    "individual": gettext_noop("Cá nhân"),
    "household": gettext_noop("Hộ kinh doanh"),
    "enterprise": gettext_noop("Doanh nghiệp"),
    "organisation": gettext_noop("Cơ quan, tổ chức khác"),
}
AREAS = {
    "ward": gettext_noop("Phường, thị trấn"),
    "commune": gettext_noop("Xã"),
    "difficult": gettext_noop("Xã đặc biệt khó khăn, xã đảo"),
}
TIMINGS = {"on_time": gettext_noop("Đúng hạn"), "late": gettext_noop("Quá hạn")}
_CHANNELS = {"online": "nộp trực tuyến", "counter": "nộp tại quầy"}


@dataclass(frozen=True, slots=True)
class FactField:
    """A quantity a form must ask for."""

    name: str
    label: str
    unit: str
    is_per_paper: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """A choice a form must offer: `name` is a field of `Facts`, or `timing` for `is_late`."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]


def fact_fields(rules: Iterable[Rule]) -> list[FactField]:
    """Return the quantities that the rules ask for, each once, in order."""
    names = dict.fromkeys(
        name for rule in rules for name in (rule.quantity_fact, rule.times_fact) if name in FACT_LABELS
    )
    are_papers = "pages" in names
    return [
        FactField(name, _(FACT_LABELS[name][0]), FACT_LABELS[name][1], are_papers and name in _PER_PAPER)
        for name in names
    ]


def choice_fields(rules: Iterable[Rule]) -> list[ChoiceField]:
    """Return the choices on which some rule depends: who applies, where, on time or late."""
    rule_list = list(rules)
    distinctions = (
        ("applicant", _("Người nộp là"), APPLICANTS),
        ("area", _("Địa bàn"), AREAS),
        ("timing", _("Thời điểm đăng ký"), TIMINGS),
    )
    return [
        ChoiceField(name, label, tuple((value, _(words)) for value, words in options.items()))
        for name, label, options in distinctions
        if any(getattr(rule, name) != ANY for rule in rule_list)
    ]


def groups(rules: Iterable[Rule]) -> dict[str, str]:
    """Return the exemption groups that the rules know, slug → name."""
    return {slug: reduction.name for slug, reduction in group_fields(rules).items()}


def group_fields(rules: Iterable[Rule]) -> dict[str, Reduction]:
    """Return the groups with what they must show as evidence; a reduction for all is not asked."""
    return {reduction.group: reduction for rule in rules for reduction in rule.reductions if reduction.group}


def conditions(rule: Rule) -> str:
    """Say for whom a rule holds, "" when for everybody: "hộ kinh doanh, nộp trực tuyến"."""
    named = (
        APPLICANTS.get(rule.applicant, ""),
        AREAS.get(rule.area, ""),
        TIMINGS.get(rule.timing, ""),
        _CHANNELS.get(rule.channel, ""),
    )
    return ", ".join(name[:1].lower() + name[1:] for name in named if name)
