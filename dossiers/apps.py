"""The dossiers app: connects itself to payments, which does not import it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    """Registers what follows from settled bills, its invariant and its leftovers."""

    name = "dossiers"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        """Connect."""
        from payments import search
        from payments.settlement import ledger_check
        from procedures.schedules import preview

        from .fees import bill_lookup, history, receivers  # noqa: F401 - connects itself
        from .tracking import receivers as tracking_receivers  # noqa: F401 - connects itself

        # Neither procedures nor payments know the other: who knows both joins them.
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
