"""Whoever files a dossier: a name, a number and a phone of the right form that belong to nobody, an address."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from core.values.text import fold

from . import names

#: The three provinces that became one: the number of a card keeps the place it was given for.
_PLACES = ("025", "025", "025", "026", "026", "017")
#: No registry of one place, year and sex ever came to so many births: nobody has a number that ends so.
_NOBODY = 990_000
#: Phones of a block that is valid in form and of which hardly a number was handed out.
_BLOCKS = ("+84998", "+84999")
#: Banks, with the length of their account numbers and what these begin with.
_BANKS = (
    ("Agribank", "27", 13), ("BIDV", "421", 14), ("VietinBank", "10", 12), ("Vietcombank", "0", 10), ("MB", "08", 10),
    ("Techcombank", "19", 14),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose dossier it is. `search_key` is the name as it is searched for."""

    name: str
    search_key: str
    identity_number: str
    phone: str
    email: str
    address: str


def owner(rng: Random, commune: str, *, applicant: str = "individual", year: int) -> Owner:
    """Return somebody of a commune; for an applicant that is no person the name is an enterprise's."""
    name, is_woman = names.person(rng)
    number = identity_number(rng, year - rng.randint(18, 82), is_woman=is_woman)
    if applicant in ("enterprise", "organisation"):
        name = names.organisation(rng)
    folded = fold(name)
    email = f"{folded.replace(' ', '.')}.{rng.randint(1, 999)}@example.com" if rng.random() < 0.22 else ""
    return Owner(name, folded[:120], number, phone(rng), email, address(rng, commune))


def identity_number(rng: Random, birth_year: int, *, is_woman: bool) -> str:
    """Return a căn cước number of the right form that nobody has."""
    century = 2 * (birth_year // 100 - 19) + is_woman
    return f"{rng.choice(_PLACES)}{century}{birth_year % 100:02d}{_NOBODY + rng.randrange(10_000)}"


def phone(rng: Random) -> str:
    """Return a mobile number in E.164."""
    return f"{rng.choice(_BLOCKS)}{rng.randrange(1_000_000):06d}"


def bank_account(rng: Random, holder: str) -> str:
    """Return where a transfer goes, as an accountant's form keeps it."""
    bank, begin, length = rng.choice(_BANKS)
    rest = length - len(begin)
    return f"{bank} · {begin}{rng.randrange(10**rest):0{rest}d} · {holder}"


def address(rng: Random, commune: str) -> str:
    """Return where somebody lives."""
    return f"{street(rng)}, {commune}, Phú Thọ"


def street(rng: Random) -> str:
    """Return the first line of an address."""
    return rng.choice(("Khu {}", "Tổ {}", "Xóm {}", "Thôn {}", "Số nhà {}, đường Hùng Vương")).format(
        rng.randint(1, 60)
    )
