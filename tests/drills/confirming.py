"""`python -m tests.drills.confirming`: a second person confirms what the banks' files tell that the ledger lacks."""

from __future__ import annotations

import django


def main() -> None:
    """Confirm every file that waits, as at `/doi-soat/`, and match it."""
    from agencies.models import User
    from payments.models import Statement
    from payments.reconciliation import confirmation, matching

    checker = User.objects.get_or_create(username="drill-checker")[0]
    for statement in Statement.objects.filter(state="proposed"):
        confirmation.countersign(statement, actor=checker)
    matching.work_due()


if __name__ == "__main__":
    django.setup()
    main()
