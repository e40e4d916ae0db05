"""The dossiers app: connects itself to payments, which does not import it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    """Registers what follows from settled bills, its invariant and its leftovers."""

    name = "dossiers"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        """Connect."""
        from core import rate_limits
        from payments import search, sweeper
        from payments.settlement import ledger_check
        from procedures.schedules import lifecycle, preview

        from .attachments import scan
        from .fees import bill_lookup, close_bills, delay_notices, history, receivers  # noqa: F401 - connects itself
        from .messages import outbox as messages
        from .one_time_codes import codes as one_time_codes
        from .submission import drafts

        sweeper.register("messages", messages.send_waiting)
        sweeper.register("long checks", delay_notices.tell_due)
        sweeper.register("one-time codes", one_time_codes.send_waiting)
        sweeper.register("dossiers that ended", close_bills.end_due)
        sweeper.register("papers", scan.check_due)
        sweeper.register("drafts", drafts.forget_expired)
        sweeper.register("what was tried", rate_limits.forget_old)
        # Neither procedures nor payments know the other: who knows both joins them.
        sweeper.register("fee schedules", lifecycle.activate_due)
        preview.register(history.charged_since)
        search.register(bill_lookup.bills_of)
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
