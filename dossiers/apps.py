"""The dossiers app: connects itself to payments, which does not know it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    """Registers what follows from settled bills, its invariant and its leftovers."""

    name = "dossiers"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        """Connect."""
        from agencies import limits
        from payments import finding, ledger_check, sweeping
        from procedures import preview, schedule_life

        from . import (
            checking_papers,
            drafts,
            ending,
            fee_history,
            long_checks,
            messages,
            money_search,
            one_time_codes,
            receivers,  # noqa: F401 - connects itself
        )

        sweeping.register("messages", messages.send_waiting)
        sweeping.register("long checks", long_checks.tell_due)
        sweeping.register("one-time codes", one_time_codes.send_waiting)
        sweeping.register("dossiers that ended", ending.end_due)
        sweeping.register("papers", checking_papers.check_due)
        sweeping.register("drafts", drafts.forget_expired)
        sweeping.register("what was tried", limits.forget_old)
        # Neither procedures nor payments know the other: who knows both joins them.
        sweeping.register("fee schedules", schedule_life.activate_due)
        preview.register(fee_history.charged_since)
        finding.register(money_search.bills_of)
        ledger_check.register(
            "I3",
            "no result was handed over while a bill of its dossier was not settled",
            """SELECT over.dossier_id, state.key, state.value
               FROM dossiers_handover over, jsonb_each_text(over.bill_states) state
               WHERE state.value NOT IN ('paid', 'waived', 'partly_refunded', 'cancelled')
               UNION ALL
               SELECT id, code, 'no hand-over record' FROM dossiers_dossier
               WHERE state = 10 AND NOT EXISTS (
                    SELECT FROM dossiers_handover WHERE dossier_id = dossiers_dossier.id)""",
        )
        ledger_check.register(
            "I9",
            "each kind of message exists once per subject and channel",
            """SELECT subject, kind, channel FROM dossiers_message
               GROUP BY subject, kind, channel HAVING count(*) > 1""",
        )
