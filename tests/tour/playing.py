"""Plays the acts of the tour: each is one of the sentences below, and means what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotThere

from tests.support.files import pdf
from tests.support.journeys import one_time_code
from tests.tour.reading import Step

BASE = "http://127.0.0.1:8000"
PATIENCE_MS, OFFERED_MS = 15_000, 500
IF_OFFERED = "Where it is offered, "
_CODE = re.compile(r"H44\.\d+-\d{6}-\d{4}")
_PRESSED = {"link": "a", "button": "button", "": "a, button, summary"}


class Unknown(Exception):
    """The tour says something that nobody taught to this player."""


class Player:
    """One who follows the tour: windows, notes, and the demo's accounts."""

    def __init__(self, demo: dict[str, Any], browser: Browser, notes: dict[str, str]) -> None:
        self.demo, self.browser, self.notes = demo, browser, notes
        self.page: Page

    def play(self, step: Step) -> None:
        """Do all acts, then wait until everything promised is to be seen. Raises AssertionError and Unknown."""
        for act in step.acts:
            self.act(act)
        for text in step.seen:
            self.see(self._filled(text))

    def look(self) -> str:
        """Say where the tour stands and what is on the screen."""
        return f"{self.page.url}\n{self.page.inner_text('body')}"

    def _filled(self, text: str) -> str:
        """Put what was noted for its name, and the demo's own address for the tour's."""
        for name, value in self.notes.items():
            text = re.sub(rf"\b{name}\b", value, text)
        return text.replace(BASE, self.demo["base_url"])

    def see(self, text: str) -> None:
        """Wait until a text is on the screen. Raises playwright's TimeoutError."""
        shown = "text => document.body.innerText.replace(/\\s+/g, ' ').includes(text)"
        self.page.wait_for_function(shown, arg=text, timeout=PATIENCE_MS)

    def act(self, act: str) -> None:
        """Do one act. Raises Unknown and what playwright raises."""
        if act.startswith(IF_OFFERED):
            with suppress(NotThere):
                self.page.set_default_timeout(OFFERED_MS)
                self.act(f"{act[len(IF_OFFERED)].upper()}{act[len(IF_OFFERED) + 1 :]}")
            self.page.set_default_timeout(PATIENCE_MS)
            return
        for pattern, do in SENTENCES.items():
            if match := re.fullmatch(pattern, act):
                is_name = act.startswith("Note")
                do(self, *(part if is_name else self._filled(part) for part in match.groups()))
                return
        raise Unknown(act)

    def _new_window(self) -> None:
        for context in self.browser.contexts:
            context.close()
        self.page = self.browser.new_context(viewport={"width": 1280, "height": 860}, locale="vi-VN").new_page()
        self.page.set_default_timeout(PATIENCE_MS)

    def _open(self, address: str) -> None:
        self.page.goto(address)

    def _sign_in(self, who: str) -> None:
        account = self.demo["accounts"][who]
        self._open(f"{self.demo['base_url']}/quay/")
        self.page.fill("[name=login]", account["username"])
        self.page.fill("[name=password]", account["password"])
        self._follow(self.page.locator("main button.primary"))
        self.page.fill("[name=code]", one_time_code(account["otp_secret"]))
        self._follow(self.page.locator("main button.primary"))

    def _follow(self, what: Locator) -> None:
        """Press, and wait for the page it may lead to."""
        what.click()
        self.page.wait_for_load_state()

    def _press(self, name: str) -> None:
        exact = re.compile(rf"^\s*(\d · )?{_flexible(name)}\s*$")
        self._follow(self.page.locator(_PRESSED[""]).filter(has_text=exact).filter(visible=True).first)

    def _press_beginning(self, kind: str, name: str) -> None:
        begun = re.compile(rf"^\s*{_flexible(name)}")
        self._follow(self.page.locator(_PRESSED[kind]).filter(has_text=begun).filter(visible=True).first)

    def _press_having(self, kind: str, name: str) -> None:
        self._follow(
            self.page.locator(_PRESSED[kind]).filter(has_text=re.compile(_flexible(name))).filter(visible=True).first
        )

    def _press_in_row(self, text: str) -> None:
        self._follow(self.page.locator("tbody tr", has_text=text).locator("a").first)

    def _press_first(self) -> None:
        self._follow(self.page.locator("tbody a").first)

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.page.wait_for_load_state()

    def _field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^\s*{_flexible(label)}")).filter(visible=True).first

    def _write(self, text: str, label: str) -> None:
        self._field(label).fill(text)

    def _write_lines(self, lines: str, label: str) -> None:
        self._field(label).fill("\n".join(re.findall(r"`([^`]+)`", lines)))

    def _choose(self, option: str, label: str) -> None:
        self._field(label).select_option(label=option)

    def _choose_file(self, label: str) -> None:
        self._field(label).set_input_files({"name": "d.pdf", "mimeType": "application/pdf", "buffer": pdf("du thao")})

    def _tick(self, label: str) -> None:
        self._field(label).check()

    def _note(self, name: str) -> None:
        found = _CODE.search(self.page.inner_text("h1"))
        assert found, self.page.url
        self.notes[name] = found[0]

    def _note_three(self, text: str, *names: str) -> None:
        rows = self.page.locator("tbody tr", has_text=text)
        expect(rows.nth(len(names) - 1)).to_be_visible()
        for number, name in enumerate(names):
            self.notes[name] = rows.nth(number).locator("a").first.inner_text()

    def _first_tab(self) -> None:
        self.page = self.page.context.pages[0]

    def _new_tab(self, name: str) -> None:
        with self.page.context.expect_page() as opened:
            self.page.get_by_text(name).click()
        self.page = opened.value


def _flexible(name: str) -> str:
    """As a pattern in which any white space is as good as another: amounts have one that does not break."""
    return r"\s+".join(re.escape(word) for word in name.split())


SENTENCES: dict[str, Callable[..., None]] = {
    "Open a new window": Player._new_window,
    r"Open <(.+)>": Player._open,
    r"Sign in as `(\w+)`": Player._sign_in,
    r"Press the key `(\w+)`": Player._key,
    r"Press the first dossier|Press the first link of the table": Player._press_first,
    r"Press the first (link|button) that begins with \*\*(.+)\*\*(?: and an amount)?": Player._press_beginning,
    r"Press the first (link|button) that has \*\*(.+)\*\*": Player._press_having,
    r"Press the first link of a row with “(.+)”": Player._press_in_row,
    r"Press \*\*(Mở ứng dụng ngân hàng thử)\*\*": Player._new_tab,
    r"Press \*\*`?([^*`]+)`?\*\*": Player._press,
    r"Write the lines (.+) into \*\*(.+)\*\*": Player._write_lines,
    r"Write `(.+)` into \*\*(.+)\*\*": Player._write,
    r"Choose a PDF file for \*\*(.+)\*\*": Player._choose_file,
    r"Choose \*\*(.+)\*\* for \*\*(.+)\*\*": Player._choose,
    r"Tick \*\*(.+)\*\*": Player._tick,
    r"Note the code as `(\w+)`": Player._note,
    r"Note the codes of three dossiers with “(.+)” as `(\w)`, `(\w)`, `(\w)`": Player._note_three,
    "Go back to the first tab": Player._first_tab,
}
