"""`python -m tests.drills.moving '[[case, bill reference], …]'`: two persons move money to the bills it was for."""

from __future__ import annotations

import json
import sys

import django


def main(pairs: list[tuple[int, str]]) -> None:
    """One proposes each move, the other approves it, as at `/doi-soat/`."""
    from agencies.models import User
    from payments import reallocation
    from payments.models import Discrepancy

    maker, checker = (User.objects.get_or_create(username=name)[0] for name in ("drill-maker", "drill-checker"))
    for number, reference in pairs:
        case = Discrepancy.objects.get(pk=number)
        wish = reallocation.ReallocationRequest([reference], case.remaining_amount, "restore", f"restore-{number}")
        reallocation.approve(reallocation.propose(case, wish, maker=maker), checker=checker)


if __name__ == "__main__":
    django.setup()
    main(json.loads(sys.argv[1]))
