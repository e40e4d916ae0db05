"""Every task of the counter without a mouse: at most five keys each, beside what is typed or scanned; focus is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from agencies.models import Agency, Role, User
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, HandOver
from payments.cash_desk import collect as cash_desk
from payments.models import CounterPayment
from tests.support import factories, running
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.journeys import IS_SEEN
from tests.support.screens import desk_of, officer_of

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
MOST_KEYS = 5
#: A page puts the focus where work begins when it is first drawn: nobody presses a key before.
FOCUS_IS_PUT = (
    "() => { const first = document.querySelector('[autofocus]'); return !first || first.matches(':focus'); }"
)


@dataclass
class Keyboard:
    """Counts the keys of one task; what is typed or scanned is no key. Looks at where the focus is after each."""

    page: Page
    pressed: int = 0

    def __call__(self, *keys: str) -> Keyboard:
        if not self.pressed:
            self.page.wait_for_function(FOCUS_IS_PUT)
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
        focused = self.page.locator(":focus")
        assert focused.count() == 0 or focused.evaluate(IS_SEEN), f"after {keys}: who sees the focus?"
        return self

    def leading_on(self, *keys: str) -> None:
        """Press keys of which the last opens another page."""
        self(*keys[:-1])
        with self.page.expect_navigation():
            self.page.keyboard.press(keys[-1])
        self.page.wait_for_function(FOCUS_IS_PUT)
        self.pressed += 1

    def opening(self, key: str) -> Page:
        """Press a key that opens another window."""
        with self.page.context.expect_page() as opened:
            self.page.keyboard.press(key)
        self.pressed += 1
        return opened.value

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)


def is_in(dossier: Dossier, state: int) -> bool:
    return Dossier.objects.get(pk=dossier.pk).state == state


def test_every_task_of_the_counter_takes_at_most_five_keys(live_server: Any, browser: Browser) -> None:
    agency = factories.agency()
    user = officer_of(agency, Role.CASHIER)
    cash_desk.open_shift(user, agency, opening_amount=0)
    desk = desk_of(user, browser, live_server.url, viewport={"width": 1280, "height": 900})
    for task in TASKS:
        desk.bring_to_front()  # a task before may have opened another window
        keys = Keyboard(desk)
        task(keys, agency, user)
        assert 0 < keys.pressed <= MOST_KEYS, f"{task.__name__}: {keys.pressed} keys"
    desk.context.close()


def at(keys: Keyboard, dossier: Dossier) -> Dossier:
    """Its page stands open, with the focus where it is put."""
    keys.page.goto(f"/quay/{dossier.code}/")
    return dossier


def find(keys: Keyboard, agency: Agency, user: User) -> None:
    keys.page.goto(f"/quay/{factories.dossier(agency).code}/xu-ly/?viec=giao")  # the focus is elsewhere
    wanted = factories.dossier(agency)
    keys("F2").types(wanted.code)
    keys.leading_on("Enter")
    assert wanted.code in keys.page.url


def check_now(keys: Keyboard, agency: Agency, user: User) -> None:
    at(keys, factories.dossier(agency))
    keys.leading_on("F8")
    expect(keys.page.locator("main")).to_contain_text("Chưa có lần thanh toán nào")


def accept(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency))
    keys.leading_on("Control+Enter")
    assert is_in(dossier, 2)


def take_it_back(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency))
    keys.page.keyboard.press("Control+Enter")
    keys.page.wait_for_selector("[data-key='ctrl+z']")
    keys.leading_on("Control+z")
    assert is_in(dossier, 1)


def record_the_result(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency, state=4, amount=0))
    keys.leading_on("Control+Enter")
    keys.types("15/2026")
    keys("Tab").types("Chủ tịch phường")
    keys.leading_on("Control+Enter")
    assert is_in(dossier, 9)


def give_it_to_a_colleague(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency, state=4, amount=0))
    keys.leading_on("F6", "1")
    keys("ArrowDown")
    keys.leading_on("Control+Enter")
    assert Dossier.objects.get(pk=dossier.pk).assignee


def ask_for_papers(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency, amount=0))
    labels = keys.page.locator("nav.decisions a").all_inner_texts()
    number = next(place for place, label in enumerate(labels, 1) if "bổ sung" in label)
    keys.leading_on("F6", str(number))
    keys.types("Bản sao giấy khai sinh")
    keys("Tab").types("Thiếu giấy tờ")
    keys.leading_on("Control+Enter")
    assert is_in(dossier, 5)


def take_cash(keys: Keyboard, agency: Agency, user: User) -> None:
    at(keys, factories.dossier(agency))
    keys("F7").types("50000")
    keys.leading_on("Enter")
    expect(keys.page.locator("main")).to_contain_text("40.000")
    keys.leading_on("Enter")
    expect(keys.page.locator("main")).to_contain_text("Trả lại khách 40.000")


def take_a_card(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency))
    keys("Shift+F7").types("POS0001")
    keys.leading_on("Enter")
    keys.leading_on("Enter")
    taken = CounterPayment.objects.get(payment__bill=dossier.bills.get())
    assert (taken.tender, taken.terminal_ref) == ("pos", "POS0001")


def hand_over(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency, state=9, amount=0))
    keys("F4").types("0123")
    keys.leading_on("Enter")
    assert is_in(dossier, 10)


def undo_a_hand_over(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = factories.dossier(agency, state=9, amount=0)
    release(dossier, officer=user, receiver=Receiver("Lê Văn An", "family"))
    at(keys, dossier)
    keys.leading_on("Control+z")
    assert is_in(dossier, 9)


def hand_over_several(keys: Keyboard, agency: Agency, user: User) -> None:
    factories.dossier(agency, state=9, amount=0)
    keys.page.goto("/quay/?viec=san-sang")
    first = keys.page.locator(".worklist a.code").first.inner_text()
    keys("ArrowDown", "Space")
    keys.leading_on("F4")
    keys("F4").types("0123")
    keys.leading_on("Enter")
    assert HandOver.objects.get(dossier__code=first).batch


def open_the_first_of_the_list(keys: Keyboard, agency: Agency, user: User) -> None:
    keys.page.goto("/quay/")
    first = keys.page.locator(".worklist a.code").first.inner_text()
    keys.leading_on("ArrowDown", "Enter")
    assert first in keys.page.url


def go_up_and_down_the_list(keys: Keyboard, agency: Agency, user: User) -> None:
    keys.page.goto("/quay/")
    links = keys.page.locator(".worklist a.code")
    keys("ArrowDown", "ArrowDown")
    expect(links.nth(1)).to_be_focused()
    keys("ArrowUp")
    expect(links.nth(0)).to_be_focused()
    keys("F2")
    expect(keys.page.locator("#q")).to_be_focused()


def print_the_slip(keys: Keyboard, agency: Agency, user: User) -> None:
    dossier = at(keys, factories.dossier(agency, state=2))
    for key, size in (("F9", "80"), ("Shift+F9", "a5")):
        with keys.page.context.expect_event("request", lambda request: request.method == "POST") as sent:
            keys.opening(key)
        assert f"kho={size}" in (sent.value.post_data or "")
        sent.value.response()
    running.wait_until(lambda: dossier.printings.count() == 2, "both are counted")


def open_the_citizens_window(keys: Keyboard, agency: Agency, user: User) -> None:
    at(keys, factories.dossier(agency))
    window = keys.opening("F10")
    expect(window.locator("svg.qr")).to_be_visible()
    window.close()


def turn_the_tone_on_and_off(keys: Keyboard, agency: Agency, user: User) -> None:
    keys.page.goto("/quay/")
    keys("Shift+F10")
    expect(keys.page.locator("[data-sound]")).to_have_attribute("aria-pressed", "true")
    keys("Shift+F10")
    expect(keys.page.locator("[data-sound]")).to_have_attribute("aria-pressed", "false")


def read_the_keys(keys: Keyboard, agency: Agency, user: User) -> None:
    keys.page.goto("/quay/")
    keys("?")
    shown = keys.page.inner_text("#keys")
    assert all(
        name in shown for name in ("F2", "F4", "F6", "F7", "F8", "F9", "F10", "Shift", "Ctrl", "Enter", "Z", "↓")
    )
    keys("Escape")
    expect(keys.page.locator("#keys")).to_be_hidden()


TASKS: tuple[Callable[[Keyboard, Agency, User], None], ...] = (
    find,
    check_now,
    accept,
    take_it_back,
    record_the_result,
    give_it_to_a_colleague,
    ask_for_papers,
    take_cash,
    take_a_card,
    undo_a_hand_over,
    hand_over,
    hand_over_several,
    open_the_first_of_the_list,
    go_up_and_down_the_list,
    print_the_slip,
    open_the_citizens_window,
    turn_the_tone_on_and_off,
    read_the_keys,
)
