"""What an officer sees and hears at the desk: the state from two metres, its colours to any eye, time, the tone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from PIL import ImageChops, ImageStat
from playwright.sync_api import Browser, Page, expect

from agencies.models import Agency
from dossiers.models import Dossier
from payments.cash_desk import collect as cash_desk
from payments.models import Bill, Payment
from payments.states import BillState
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.screens import Picture, desk_of, officer_of, picture_of

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
WORDS = {
    "paid": "ĐÃ NỘP",
    "not_paid": "CHƯA NỘP",
    "checking": "ĐANG KIỂM TRA",
    "exempt": "MIỄN",
    "refunded": "ĐÃ HOÀN",
}
EYES = ("none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia")
MEASURE = """block => {
  const words = block.querySelector('strong'), sign = block.querySelector('svg').getBoundingClientRect();
  const main = document.querySelector('main'), padding = parseFloat(getComputedStyle(main).paddingLeft);
  return {
    letters: parseFloat(getComputedStyle(words).fontSize), sign: Math.min(sign.width, sign.height),
    missing: main.clientWidth - 2 * padding - block.getBoundingClientRect().width,
    isWhole: words.scrollWidth <= words.clientWidth + 1,
  };
}"""


def dossier_in(state: str, agency: Agency) -> Dossier:
    """A dossier whose fee is in this state."""
    dossier = factories.dossier(agency, amount=0 if state == "exempt" else 10_000)
    if state == "paid":
        pay(dossier)
    elif state == "checking":
        factories.payment(of=dossier.bills.get(), returned_at=timezone.now())
    elif state == "refunded":
        Bill.objects.filter(pk=dossier.bills.get().pk).update(state=BillState.REFUNDED)
    return dossier


def pay(dossier: Dossier) -> None:
    """Somebody pays at another counter."""
    cashier = factories.officer(dossier.agency)
    cash_desk.open_shift(cashier, dossier.agency, opening_amount=0)
    cash_desk.take(dossier.bills.get(), cash_desk.Taking("cash", 10_000), cashier=cashier)


def contrast(picture: Picture) -> float:
    """Return the contrast (WCAG) between the darkest and the lightest that covers at least one hundredth."""
    shades = sorted(_luminance(*pixel) for pixel in pixels_of(picture.resize((80, 40))))
    dark, light = shades[len(shades) // 100], shades[-len(shades) // 100]
    return (light + 0.05) / (dark + 0.05)


def pixels_of(picture: Picture) -> Iterator[tuple[int, int, int]]:
    """Yield red, green and blue of each."""
    raw = picture.tobytes()
    return zip(raw[0::3], raw[1::3], raw[2::3], strict=True)


def _luminance(*pixel: int) -> float:
    parts = [part / 255 for part in pixel]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def form_of(sign: Picture) -> Picture:
    """Only the lines of a sign: no colour, no shade."""
    grey = sign.resize((64, 64)).convert("L")
    middle = sum(ImageStat.Stat(grey).extrema[0]) / 2
    return grey.point(lambda shade: 255 if shade > middle else 0)


def difference(one: Picture, other: Picture) -> float:
    """Return which share of two pictures differs."""
    differing = ImageChops.difference(one, other).convert("L").point(lambda by: 255 if by else 0)
    return ImageStat.Stat(differing).mean[0] / 255


def test_the_state_is_read_from_two_metres_by_any_eye(live_server: Any, browser: Browser) -> None:
    agency = factories.agency()
    desk = desk_of(officer_of(agency), browser, live_server.url, viewport={"width": 1280, "height": 900})
    eyes = desk.context.new_cdp_session(desk)
    signs: dict[str, dict[str, Picture]] = {eye: {} for eye in EYES}
    for state, words in WORDS.items():
        desk.goto(f"/quay/{dossier_in(state, agency).code}/")
        block = desk.locator(f"#state [data-state={state}]")
        assert block.locator("strong").inner_text() == words
        for width in (768, 1280):
            desk.set_viewport_size({"width": width, "height": 900})
            measured = block.evaluate(MEASURE)
            assert measured["letters"] >= 48 and measured["sign"] >= 48, (state, width, measured)
            assert abs(measured["missing"]) < 2 and measured["isWhole"], (state, width, measured)
        assert Axe().run(desk).response["violations"] == []
        for eye in EYES:
            eyes.send("Emulation.setEmulatedVisionDeficiency", {"type": eye})
            letters = picture_of(block.locator("strong"))
            assert contrast(letters) >= 4.5, (state, eye)
            signs[eye][state] = form_of(picture_of(block.locator("svg")))
            if eye == "achromatopsia":
                assert all(max(pixel) - min(pixel) < 3 for pixel in pixels_of(letters)), "no eye was played"
    for eye, one, other in ((eye, *pair) for eye in EYES for pair in combinations(WORDS, 2)):
        # Exempt and refunded share the sign "nothing is owed"; their words differ.
        if {one, other} != {"exempt", "refunded"}:
            assert difference(signs[eye][one], signs[eye][other]) > 0.03, (eye, one, other)
    desk.context.close()


def test_a_dossier_with_a_story_of_money_fits_a_phone(live_server: Any, browser: Browser) -> None:
    agency = factories.agency()
    dossier = factories.dossier(agency, amount=10_000)
    payment = factories.payment(of=dossier.bills.get())
    post(confirm(payment, amount=payment.amount - 1_000))
    desk = desk_of(officer_of(agency), browser, live_server.url, viewport={"width": 360, "height": 740})
    desk.goto(f"/quay/{dossier.code}/")
    assert desk.locator("#attempts").count() == 1
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360
    desk.context.close()


COUNT_TONES = """() => {
  const made = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    sessionStorage.tones = Number(sessionStorage.tones || 0) + 1;
    return made.call(this);
  };
}"""


@pytest.fixture
def watching(live_server: Any, browser: Browser) -> Iterator[Callable[[], Page]]:
    """Open the desk of one officer, whose tones are counted (and played)."""
    user = officer_of(factories.agency())
    windows = []

    def open_desk() -> Page:
        desk = desk_of(user, browser, live_server.url)
        desk.add_init_script(f"({COUNT_TONES})()")
        windows.append(desk.context)
        desk.agency = user.memberships.get().agency  # type: ignore[attr-defined]
        return desk

    yield open_desk
    for window in windows:
        window.close()


def tones(desk: Page) -> int:
    return int(desk.evaluate("Number(sessionStorage.tones || 0)"))


def test_a_tone_tells_of_money_to_who_wants_it_and_says_it_once_to_who_listens(watching: Callable[[], Page]) -> None:
    desk = watching()
    agency: Agency = desk.agency  # type: ignore[attr-defined]
    quiet, loud = factories.dossier(agency), factories.dossier(agency)
    desk.goto(f"/quay/{quiet.code}/")
    assert desk.get_attribute("#state", "aria-live") == "polite"
    assert desk.get_attribute("[data-sound]", "aria-pressed") == "false"
    # What did not change is not put there again: it would be read aloud every five seconds.
    desk.evaluate("document.querySelector('#state .state').isTheSame = true")
    with desk.expect_response("**/trang-thai/**"):
        pass
    with desk.expect_response("**/trang-thai/**"):
        pass
    assert desk.evaluate("document.querySelector('#state .state').isTheSame")
    pay(quiet)
    expect(desk.locator("#state [data-state=paid]")).to_be_visible(timeout=10_000)
    assert tones(desk) == 0
    desk.goto(f"/quay/{loud.code}/")
    desk.keyboard.press("Shift+F10")
    assert tones(desk) == 2  # it lets itself be heard
    desk.reload()
    assert desk.get_attribute("[data-sound]", "aria-pressed") == "true"  # this browser remembers
    before = desk.evaluate("performance.timeOrigin")
    pay(loud)
    expect(desk.locator("#state [data-state=paid]")).to_be_visible(timeout=10_000)
    desk.wait_for_function("before => performance.timeOrigin > before", arg=before)  # the page made itself anew
    assert tones(desk) == 4
    desk.reload()
    assert tones(desk) == 4
    desk.keyboard.press("Shift+F10")
    desk.reload()
    assert desk.get_attribute("[data-sound]", "aria-pressed") == "false"


def test_time_is_told_by_the_servers_clock(watching: Callable[[], Page]) -> None:
    desk = watching()
    dossier = factories.dossier(desk.agency)  # type: ignore[attr-defined]
    payment = factories.payment(of=dossier.bills.get())
    Payment.objects.filter(pk=payment.pk).update(checked_at=timezone.now() - timedelta(seconds=20))
    desk.clock.set_system_time(timezone.now() - timedelta(minutes=7))  # the clock of the office's machine is wrong
    desk.goto(f"/quay/{dossier.code}/")
    expect(desk.locator("#freshness")).to_contain_text("cách đây 2")
    desk.keyboard.press("Control+Enter")
    left = desk.locator("[data-left]")
    expect(left).to_contain_text("(còn 5")
    first = left.inner_text()
    expect(left).not_to_have_text(first)
    desk.clock.set_system_time(timezone.now() - timedelta(minutes=7) + timedelta(seconds=61))
    expect(desk.locator("form[data-since]")).to_be_hidden()


def test_a_code_typed_into_the_box_stands_in_the_address_without_a_secret(live_server: Any, browser: Browser) -> None:
    dossier = factories.dossier()
    desk = desk_of(officer_of(dossier.agency), browser, live_server.url)
    addresses: list[str] = []
    desk.on("request", lambda request: addresses.append(request.url))
    desk.goto("/quay/")
    desk.fill("#q", dossier.code)
    with desk.expect_navigation():
        desk.press("#q", "Enter")
    assert any(dossier.code in address for address in addresses)
    assert not any("csrf" in address for address in addresses)
    desk.context.close()


def test_a_phone_stands_in_no_address_and_nothing_typed_leaves_the_filter(live_server: Any, browser: Browser) -> None:
    dossier = factories.dossier()
    factories.dossier(dossier.agency)  # of the same phone
    desk = desk_of(officer_of(dossier.agency), browser, live_server.url)
    desk.goto("/quay/?viec=tiep-nhan")
    desk.press("#q", "Enter")
    expect(desk.locator("nav.views [aria-current]")).to_have_text("Chờ tiếp nhận")
    assert desk.url.endswith("?viec=tiep-nhan")
    desk.fill("#q", "84912345678")
    with desk.expect_navigation():
        desk.press("#q", "Enter")
    assert "912345678" not in desk.url
    expect(desk.locator(".worklist")).to_contain_text(dossier.code)
    desk.context.close()
