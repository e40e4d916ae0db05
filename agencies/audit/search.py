"""Finds audit entries by what their list shows: who, what was done, to which object, at which office."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Q

from core.values.text import fold

from .words import KINDS, WORDS, Kind

#: Of one kind so many objects are looked for; whoever finds more types more.
MOST_OBJECTS = 200
#: Shorter texts are in the words of too many acts.
_TELLING = 3


def matching(text: str) -> Q:
    """Return the condition on entries whose line holds this text: codes as typed, words with or without marks."""
    text = text.replace("\x00", "").strip()
    if not text:
        return Q()
    folded = fold(text)
    condition = Q(subject__icontains=text) | Q(detail__name__icontains=text) | Q(address=text)
    condition |= Q(actor__username__icontains=text) | Q(actor__full_name__icontains=text)
    condition |= Q(agency__search_key__contains=folded)
    if len(folded) >= _TELLING:
        condition |= Q(action__in=[act for act, words in WORDS.items() if folded in fold(str(words))])
    for kind, named in KINDS.items():
        condition |= _of_kind(kind, named, text)
        name = fold(str(named.name))
        if folded == name or folded.startswith(f"{name} "):
            rest = " ".join(text.split()[len(name.split()) :])
            condition |= Q(subject__startswith=f"{kind}:") & (_called(kind, named, rest) if rest else Q())
    return condition


def _called(kind: str, named: Kind, text: str) -> Q:
    """Return the condition on entries about objects of one kind that are called so."""
    return Q(subject__icontains=text) | Q(detail__name__icontains=text) | _of_kind(kind, named, text)


def _of_kind(kind: str, named: Kind, text: str) -> Q:
    condition = Q(pk__in=())
    for key in _keys(named, text):
        condition |= Q(subject=f"{kind}:{key}")
        if kind == "merchant":
            condition |= Q(subject__startswith=f"{kind}:{key}:")  # one of its days
    return condition


def _keys(named: Kind, text: str) -> Iterator[int]:
    """Yield the numbers of the rows that are called so."""
    if named.found_by:
        model, *lookups = named.found_by
        called = Q()
        for lookup in lookups:
            # A code is looked up as it is written, so that its index serves.
            is_part = lookup.endswith("__icontains")
            called |= Q(**({lookup: text} if is_part else {f"{lookup}__in": [text, text.upper()]}))
        rows = apps.get_model(model)._default_manager.filter(called).order_by("-pk")
        yield from rows.values_list("pk", flat=True)[:MOST_OBJECTS]
