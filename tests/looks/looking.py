"""What Chromium finds wrong with a page: axe at every width, nothing sideways, the keyboard's way, its weight.

axe costs half a second a page, most of it for telling what is good and where, and for contrast. It is loaded once a
document and asked for the faults alone. Of contrast it is asked for one text in each ink: the same colours over the
same ones, in the same size, are as good to read on every page, but where something may lie over something else. At
another width of the same document all other rules are asked again of what shows only there, or in other colours, unless
another page showed the same there (a menu that every page has); of the whole page, those that depend on places and on
what else shows: the others read what did not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

PHONE, TABLET, DESK = 360, 768, 1280
WIDTHS = (PHONE, TABLET, DESK)
#: 1280 px at 400 %.
NARROWEST = 320
#: The least a page of ours can weigh: less, and the measure is broken.
LEAST_BYTES, MOST_BYTES = 4_000, 150_000
_OURS = Path(__file__).with_suffix(".js").read_text()
#: Rules that depend on where things stand, or on what else of the page shows.
_OF_THE_WHOLE = [
    "bypass",
    "heading-order",
    "landmark-no-duplicate-banner",
    "landmark-no-duplicate-contentinfo",
    "landmark-no-duplicate-main",
    "landmark-one-main",
    "landmark-unique",
    "page-has-heading-one",
    "region",
    "scrollable-region-focusable",
    "skip-link",
    "target-size",
]
_AXE = """([options, isPart]) => axe.run(isPart ? {include: looking.fresh} : document, options)
  .then(({violations}) => looking.told(violations))"""
# None of our pages has a frame, and its style sheets turn nothing with the device.
_QUICK: dict[str, Any] = {"iframes": False, "preload": False, "selectors": False}
_OF_CONTRAST = _QUICK | {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations", "passes"],
    "elementRef": True,
}
_OPTIONS = _QUICK | {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}},
    "elementRef": False,
}
#: By width, what pages showed there and not at the width before.
_looked_at: defaultdict[int, set[str]] = defaultdict(set)
#: In which inks pages were written: what the contrast of a text depends on (looking.js).
_inks: set[str] = set()


def open_eyes(page: Page, script: str = f"{AXE_SCRIPT}\n{_OURS}\n0") -> None:
    """Load axe and ours into the document, once."""
    if not page.evaluate("'looking' in window"):
        page.evaluate(script)


def axe(page: Page, rules: Sequence[str] = (), *, is_part: bool = False) -> list[str]:
    """Return what axe finds by all rules but contrast or by these, on the page or on what the last look found new."""
    only: dict[str, Any] = {"runOnly": {"type": "rule", "values": list(rules)}, "rules": {}} if rules else {}
    return list(page.evaluate(_AXE, [_OPTIONS | only, is_part]))


def contrast_faults(page: Page) -> list[str]:
    """Return what is hard to read as the page shows now, in inks that were not found well on a page before."""
    faults, well = page.evaluate("([known, options]) => looking.contrast(known, options)", [list(_inks), _OF_CONTRAST])
    _inks.update(well)
    return list(faults)


def faults_at(page: Page, widths: Sequence[int] = WIDTHS) -> list[str]:
    """Return what is wrong at each of the widths; the page is left at the last of them."""
    open_eyes(page)
    faults: list[str] = []
    hard_to_read: set[str] = set()
    for number, width in enumerate(widths):
        page.set_viewport_size({"width": width, "height": 900})
        is_first = not number
        known = _looked_at[width]
        fresh = page.evaluate("([isFirst, known]) => looking.look(isFirst, known)", [is_first, list(known)])
        violations = axe(page) if is_first else axe(page, _OF_THE_WHOLE)
        if fresh and not is_first:
            violations += axe(page, is_part=True)
            known.update(fresh)
        violations += [fault for fault in contrast_faults(page) if fault not in hard_to_read]
        hard_to_read.update(violations)
        faults += [f"{width} px: {violation}" for violation in dict.fromkeys(violations)]
        if page.evaluate("looking.spills()"):
            faults.append(f"{width} px: spills sideways")
    return faults


def faults_of_a_citizens_page(page: Page) -> list[str]:
    """Return what else must be well on the pages of people with old phones, weak eyes or no mouse."""
    open_eyes(page)
    faults = []
    page.set_viewport_size({"width": NARROWEST, "height": 740})
    if page.evaluate("looking.spills()"):
        faults.append(f"{NARROWEST} px: spills sideways")
    faults += [f"lower than 44 px: {small}" for small in page.evaluate("looking.smallActions()")]
    weight = page.evaluate("looking.weight()")
    if not LEAST_BYTES < weight <= MOST_BYTES:
        faults.append(f"the first load weighs {weight} bytes")
    for look in ({"color_scheme": "dark"}, {"forced_colors": "active"}):
        page.emulate_media(**look)  # type: ignore[arg-type]
        faults += [f"{look}: {fault}" for fault in contrast_faults(page)]
        page.emulate_media(color_scheme="light", forced_colors="none")
    return faults + list(_faults_by_keyboard(page))


def _faults_by_keyboard(page: Page) -> Iterator[str]:
    """Tab through the whole page: each control in the document's order, each seen, out at the end."""
    for _ in range(page.evaluate("looking.beginWalk()")):
        page.keyboard.down("Tab")
    for _ in range(20):  # a field of a date has stops of its own
        if page.evaluate("looking.isAtEnd()"):
            break
        page.keyboard.down("Tab")
    page.keyboard.up("Tab")
    yield from page.evaluate("looking.walkFaults()")


def faults_without_script(page: Page, plain: Page) -> list[str]:
    """Compare with the same address opened without script: nothing is missing there, nothing does nothing."""
    open_eyes(page)
    open_eyes(plain, _OURS)
    with_script, without = page.evaluate("looking.ways()"), plain.evaluate("looking.ways()")
    missing = set(with_script["offered"]) - set(without["offered"]) - set(without["kept"])
    return [f"only a script shows {way}" for way in sorted(missing)] + [
        f"does nothing without script: {dead}" for dead in without["dead"]
    ]
