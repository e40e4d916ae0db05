"""Every form of every page, sent by everybody who sees it: untouched, emptied field by field, filled in, row added.

No answer is an error of the server or a refusal of what the page offered itself; the page changes, or says by name
what is wrong. Whose page it is stands in `matrix.csv`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.support.form_crawler import Crawler
from tests.support.inhabited_world import inhabited_world, pages
from tests.support.numbers_with_points import numbers_with_points
from tests.support.template_lookups import failed_lookups, unexpected

PARTS = {"administration": True, "everything else": False}
#: Who, what → why the answer is a refusal all the same.
REFUSED = {
    ("former", "account_reauthenticate with plausible values"): "nothing is open to whose role is over",
    ("agency_admin", "admin:agencies_membership_changelist with plausible values"): "they ended their own role",
}


@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_every_form_can_be_sent_by_who_sees_it(part: str, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)
    try:
        world = inhabited_world()
        with Crawler() as crawler, failed_lookups() as failed:  # see tests/nets/test_templates.py
            for path, visitors in pages(world, is_administration=PARTS[part]):
                for who in visitors:
                    if not crawler.open(who, world.actors[who, True].client, path):
                        break  # a file, not a page: nobody else finds a form in it
    finally:
        logging.disable(logging.NOTSET)
    assert crawler.sent > 100, "the control"
    faults = [fault for fault in crawler.faults if not _is_expected(fault)]
    faults += unexpected(failed)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "tag",
    [
        '<input type="hidden" name="so" value="18.787">',
        '<option value="2.026">',
        '<a href="?so=18.787&amp;den=1">',
        '<a href="/lan-nop/1.018.787/">',
        '<p id="row-18.787">',
        '<h2 aria-labelledby="g18.787">',
    ],
)
def test_a_number_of_a_row_with_a_point_is_found(tag: str) -> None:
    assert list(numbers_with_points(tag))


@pytest.mark.parametrize(
    "tag",
    [
        '<input name="amount" value="18.787">',
        '<input type="hidden" name="code" value="2.000884">',
        '<a href="/quay/H44.902-261130-0001/">',
        '<button aria-label="Nộp 18.787" title="18.787">',
        '<p data-words="Đã nhận 18.787 đ">',
    ],
)
def test_an_amount_and_a_code_are_left_alone(tag: str) -> None:
    assert not list(numbers_with_points(tag))


def _is_expected(fault: str) -> bool:
    return any(fault.startswith(f"{who} ") and what in fault and fault.endswith(": 403") for who, what in REFUSED)
