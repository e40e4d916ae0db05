"""The words net: retired words stay away, and what a sentence promises is what the code keeps.

Two words for one thing and English on Vietnamese pages are held by tests/portal/test_words.py and test_english.py.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from portal.assets import translations

from . import sources

ROOT = Path(settings.BASE_DIR)
#: Retired words → the field's term (docs/glossary.md). As identifiers, or parts of them, in what ships.
RETIRED = {
    "ring": "notify_worker, enqueue",
    "bell": "wake-up",
    "rung": "debounced, woken",
    "trial": "test_payment",
    "quarantine": "dead_letters",
    "in_house": "internal",
    "closed_until": "open_until",
    "why_held": "hold_reason",
    "sudo": "reauthentication",
    "second_window": "customer_display",
    "window_code": "display_qr",
}
#: Words that say nothing of the thing they name: as whole names they name nothing in what ships.
VAGUE = ("found", "told", "asked", "known", "news")
#: A number in a sentence → where the code keeps it (a duration, seconds, or a whole number).
PROMISES = {
    r"30 ngày qua sẽ nộp số tiền khác": ("procedures.schedules.preview.LOOK_BACK", timedelta(days=30)),
    r"dùng trong 5 phút": ("dossiers.one_time_codes.codes.LIFE", timedelta(minutes=5)),
    r"một giờ, cách nhau 30 giây": ("dossiers.one_time_codes.codes.PAUSE", timedelta(seconds=30)),
    r"hết hạn trong 60 ngày": ("procedures.schedules.validation.EXPIRY_NOTICE", timedelta(days=60)),
    r"đăng nhập 12 giờ": ("portal.accounts.staff.LONGEST_SECONDS", 12 * 3600),
    r"không làm việc 30 phút": ("portal.accounts.staff.IDLE_SECONDS", 30 * 60),
    r"tự xóa sau 24 giờ": ("payments.exports.write.KEPT", timedelta(hours=24)),
    r"được giữ 30 ngày": ("dossiers.models.drafts.KEPT", timedelta(days=30)),
    r"trong 60 giây|đã quá 60 giây": ("dossiers.processing.transitions.UNDO_WITHIN", timedelta(seconds=60)),
    r"dài nhất 7 ngày": ("portal.administration.read_only.views.LONGEST", timedelta(days=7)),
    r"dài nhất 7 ngày kể từ": ("portal.administration.gateway_care.forms.LONGEST", timedelta(days=7)),
    r"hoặc 3 ngày": ("payments.discrepancies.PATIENCE", timedelta(days=3)),
    r"Hết hạn trong 30 ngày": ("agencies.roles.terms.ENDING_SOON", timedelta(days=30)),
    r"29 ngày (qua|gần nhất)": ("portal.reports.funnel.DRAFTS_KNOWN", timedelta(days=29)),
    r"đổi sau mỗi 5 phút": ("dossiers.desk.customer_display.qr_views.CHANGES_EVERY", 300),
    r"tài khoản của người kia trong 30 ngày": ("agencies.independence.FRESH", timedelta(days=30)),
    r"đang chờ đủ 24 giờ": ("payments.merchants.contract_changes.COOLING", timedelta(hours=24)),
    r"rõ quá 30 phút": ("payments.states.UNCLEAR_AFTER", timedelta(minutes=30)),
    r"Trong 90 ngày qua": ("payments.merchants.outages.LOOK_BACK", timedelta(days=90)),
    r"Số liệu 24 giờ qua": ("payments.merchants.statistics.SPAN", timedelta(hours=24)),
    r"sau 15 phút không ai dùng": ("portal.shared_computer_views.IDLE", timedelta(minutes=15)),
    r"Chờ 5 giây rồi": ("payments.status_queries.interactive.EVERY", 5),
    r"Sau 4 giây ngân hàng": ("payments.status_queries.interactive.PATIENCE", 4.0),
}
#: Spans of a picture or of a comparison: the page draws what it says, nothing is promised.
SPANS = re.compile(r"\b(14|24|30) (ngày|giờ)( qua)?\b|hai ngày khác nhau|một phút: xem")
NUMBERED = re.compile(r"\b(\d+|một|hai|ba|năm|mười) (giây|phút|giờ|ngày)\b", re.IGNORECASE)


@cache
def identifiers() -> Counter[str]:
    """Return how often each name is bound or used in what ships."""
    names: Counter[str] = Counter()
    for source in sources.modules().values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Name):
                names[node.id] += 1
            elif isinstance(node, ast.arg):
                names[node.arg] += 1
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names[node.name] += 1
            elif isinstance(node, ast.Attribute):
                names[node.attr] += 1
    return names


def texts() -> list[str]:
    """Return every text of the site, in Vietnamese."""
    ids = [text for _context, text in translations.messages_in(settings.BASE_DIR)]
    return sorted({each for text in ids for each in ([text] if isinstance(text, str) else text)})


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_word_names_nothing(word: str) -> None:
    uses = [name for name in identifiers() if re.search(rf"(?<![a-z]){word}s?(?![a-z])", name.lower())]
    assert uses == [], f"say {RETIRED[word]}"


@pytest.mark.parametrize("word", VAGUE)
def test_a_vague_word_names_nothing(word: str) -> None:
    assert identifiers()[word] == 0, f"name the thing: what is {word}?"


@pytest.mark.parametrize("word", RETIRED)
def test_no_file_is_called_by_a_retired_word(word: str) -> None:
    files = [path for path in sources.modules() if re.search(rf"(?<![a-z]){word}s?(?![a-z])", Path(path).stem)]
    assert files == []


def test_a_number_in_a_sentence_is_the_one_the_code_keeps() -> None:
    unknown, broken = [], []
    for text in texts():
        if not NUMBERED.search(text) or SPANS.search(text):
            continue
        kept = [value for pattern, value in PROMISES.items() if re.search(pattern, text)]
        if not kept:
            unknown.append(text)
        broken += [f"{text!r}: {name} is {import_string(name)}" for name, said in kept if import_string(name) != said]
    assert unknown == [], "a new promise: name in PROMISES what keeps it"
    assert broken == []


def test_every_promise_is_made_by_some_text() -> None:
    every = texts()
    assert [pattern for pattern in PROMISES if not any(re.search(pattern, text) for text in every)] == []
