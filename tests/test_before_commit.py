"""The guard of transaction blocks finds what tells others too early, by whatever name and however far down."""

from __future__ import annotations

import celery
import pytest

from core.background import wakeup

from . import before_commit
from .before_commit import HARMLESS, SENDING_METHODS, announcing_functions, early_announcements, read

IMPORTS = (
    "from django.db import transaction\nfrom core import live\nfrom core.background import wakeup\n"
    "from payments import helper\nfrom .tasks import mend\n"
)


def lines(body: str, **others: str) -> list[int]:
    """The lines, counted from the first of `body`, at which the module `payments.page` tells others too early."""
    sources = [
        read("payments.page", IMPORTS + body),
        *(read(f"payments.{name}", text) for name, text in others.items()),
    ]
    return [line - IMPORTS.count("\n") for module, line, _ in early_announcements(sources) if module == "payments.page"]


@pytest.mark.parametrize(
    "call",
    [
        *(f"{name.removeprefix('core.').removeprefix('background.')}(x)" for name in sorted(announcing_functions())),
        *(f"mend.{name}()" for name in SENDING_METHODS),
        "current_app.send_task('payments.mend')",
        "x = [live.publish([bill]) for bill in bills]",
    ],
)
def test_whatever_tells_others_is_found_inside_a_block_and_not_after_it(call: str) -> None:
    assert lines(f"with transaction.atomic():\n    row.save()\n    {call}\n") == [3]
    assert lines(f"with transaction.atomic(durable=True):\n    if x:\n        {call}\n") == [3]
    assert lines(f"@transaction.atomic\ndef change(row):\n    {call}\n") == [3]
    assert lines(f"@receiver(bills_settled)\ndef note(sender, **kwargs):\n    {call}\n") == [3]
    assert lines(f"with transaction.atomic():\n    row.save()\n{call}\n") == []


def test_what_waits_for_the_commit_may_be_said_inside() -> None:
    assert lines("with transaction.atomic():\n    transaction.on_commit(lambda: live.publish([1]))\n") == []
    assert (
        lines("with transaction.atomic():\n    def later():\n        wakeup.notify_worker()\n    on_commit(later)\n")
        == []
    )


def test_a_function_that_is_imported_by_another_name_is_found() -> None:
    assert lines(
        "from core.background.wakeup import notify_worker as wake\nwith transaction.atomic():\n    wake()\n"
    ) == [3]
    assert lines(
        "import core.background.wakeup\nwith transaction.atomic():\n    core.background.wakeup.notify_worker()\n"
    ) == [3]


def test_a_function_that_calls_another_that_tells_others_is_found() -> None:
    helper = "from .deeper import announce\ndef settle():\n    announce()\n"
    deeper = "from core import live\ndef announce():\n    live.publish([])\ndef harmless():\n    pass\n"
    assert lines("with transaction.atomic():\n    helper.settle()\n", helper=helper, deeper=deeper) == [2]
    assert lines("with transaction.atomic():\n    helper.announce()\n", helper=helper, deeper=deeper) == [2]
    assert lines("with transaction.atomic():\n    helper.harmless()\n", helper=helper, deeper=deeper) == []


def test_a_renamed_function_is_guarded_by_its_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "wake_up", wakeup.notify_worker, raising=False)
    assert lines("with transaction.atomic():\n    wakeup.wake_up()\n") == [2]


def test_the_list_is_that_of_the_modules() -> None:
    defined = {f"{module.__name__}.{name}" for module in before_commit.ANNOUNCERS for name in vars(module)}
    assert defined >= HARMLESS.keys(), "a function that is called harmless is gone"
    assert announcing_functions() and not announcing_functions() & HARMLESS.keys()
    for name in SENDING_METHODS:
        assert hasattr(celery.Task, name) or hasattr(celery.Celery, name), f"Celery has no {name}"


def test_our_own_sources_tell_nobody_before_the_commit() -> None:
    assert list(before_commit.faults()) == []
