"""Which modules are mutated, with the tests that must notice: each module's own."""

from __future__ import annotations

_STATEMENTS = (
    "tests/payments/reconciliation/test_statements.py",
    "tests/payments/reconciliation/test_identity.py",
    "tests/payments/reconciliation/test_codes.py",
)
_REFUNDS = (
    "tests/payments/refunds/test_rules.py",
    "tests/payments/refunds/test_transfers.py",
    "tests/payments/refunds/test_workflow.py",
)
_CALLBACKS = (
    "tests/payments/callbacks/test_receiving.py",
    "tests/payments/callbacks/test_draining.py",
    "tests/payments/callbacks/test_answers.py",
    "tests/payments/callbacks/test_dead_letter_rules.py",
    "tests/payments/callbacks/test_at_the_door.py",
)
_FEES = ("tests/procedures/fees/test_edges.py", "tests/procedures/fees/test_engine.py")
_CODECS = ("tests/gateways/test_codecs.py", "tests/gateways/test_hmac_vectors.py")
_CONFORMANCE = (
    "tests/conformance/test_conformance.py",
    "tests/conformance/test_outgoing.py",
    "tests/conformance/test_refunds.py",
)
_OF_GATEWAYS = {
    "momo": ("tests/gateways/test_momo.py", "tests/gateways/test_momo_fields.py"),
    "payplatform": ("tests/gateways/test_payplatform.py",),
    "vietinbank": ("tests/gateways/test_vietinbank.py", "tests/gateways/test_vietinbank_fields.py"),
    "vietinbank_direct": ("tests/gateways/test_vietinbank_direct.py", "tests/gateways/test_direct_fields.py"),
    "vnpay": ("tests/gateways/test_vnpay.py", "tests/gateways/test_vnpay_fields.py"),
    "vnptpay": ("tests/gateways/test_vnptpay.py",),
}
#: Sixty examples of a bank's answer take longer than all other tests: what they find has a test by name.
_NO_FUZZ = " and not anything and not whatever"

#: Path of a module: the tests that are run on its mutants, the quickest first; "-k" leaves out those of other gateways.
MODULES: dict[str, tuple[str, ...]] = {
    "payments/states.py": ("tests/payments/test_states.py",),
    "payments/transitions.py": ("tests/payments/test_states.py",),
    "payments/settlement/rules.py": ("tests/payments/settlement/test_rules.py",),
    "payments/settlement/parts.py": (
        "tests/payments/settlement/test_unused_parts.py",
        "tests/payments/settlement/test_parts.py",
    ),
    "payments/settlement/likeness.py": (
        "tests/payments/settlement/test_twins.py",
        "tests/payments/settlement/test_likeness.py",
    ),
    "payments/settlement/apply.py": (
        "tests/payments/settlement/test_apply.py",
        "tests/payments/settlement/test_doubts.py",
    ),
    "payments/settlement/bulk.py": ("tests/payments/settlement/test_bulk.py",),
    "payments/reallocation.py": ("tests/payments/test_reallocation_rules.py",),
    "payments/discrepancies.py": ("tests/payments/test_case_rules.py", "tests/payments/test_asked_back.py"),
    "payments/reconciliation/formats/values.py": ("tests/payments/reconciliation/test_corpus.py",),
    "payments/reconciliation/formats/table.py": ("tests/payments/reconciliation/test_corpus.py",),
    "payments/reconciliation/formats/headings.py": ("tests/payments/reconciliation/test_corpus.py",),
    "payments/reconciliation/formats/swift.py": ("tests/payments/reconciliation/test_corpus.py",),
    "payments/reconciliation/formats/iso20022.py": ("tests/payments/reconciliation/test_corpus.py",),
    "payments/reconciliation/codes.py": ("tests/payments/reconciliation/test_codes.py",),
    "payments/reconciliation/identity.py": ("tests/payments/reconciliation/test_identity.py",),
    "payments/reconciliation/matching.py": (
        "tests/payments/reconciliation/test_matching_rules.py",
        "tests/payments/reconciliation/test_matching_work.py",
        "tests/payments/reconciliation/test_matching.py",
    ),
    "payments/reconciliation/taken_back.py": ("tests/payments/reconciliation/test_taken_back.py",),
    "payments/reconciliation/fates.py": ("tests/payments/reconciliation/test_fates.py",),
    "payments/reconciliation/row_days.py": ("tests/payments/reconciliation/test_row_days.py",),
    "payments/reconciliation/likely.py": (
        "tests/payments/reconciliation/test_likely.py",
        "tests/payments/settlement/test_likeness.py",
        "tests/payments/reconciliation/test_identity.py",
    ),
    "payments/reconciliation/foreign.py": (
        "tests/payments/reconciliation/test_foreign.py",
        "tests/payments/reconciliation/test_wrong_file.py",
        "tests/payments/reconciliation/test_identity.py",
    ),
    "payments/reconciliation/daily_totals.py": _STATEMENTS[:2],
    "payments/refunds/workflow.py": _REFUNDS,
    "payments/refunds/dispatch.py": (*_REFUNDS[2:], "tests/payments/refunds/test_dispatch.py"),
    "payments/receipts/issue.py": ("tests/payments/receipts/test_issue.py",),
    "payments/cash_desk/collect.py": (
        "tests/payments/cash_desk/test_rules.py",
        "tests/payments/cash_desk/test_drawers.py",
    ),
    **dict.fromkeys(
        (
            f"payments/callbacks/{name}.py"
            for name in ("dead_letters", "handle", "inbox", "incoming", "rejected", "requests")
        ),
        _CALLBACKS,
    ),
    "payments/callbacks/views.py": (
        "tests/payments/callbacks/test_at_the_door.py",
        "tests/payments/callbacks/test_addresses.py",
        "tests/payments/callbacks/test_returns.py",
        "tests/payments/callbacks/test_unreadable.py",
    ),
    "payments/webhooks/dispatch.py": (
        "tests/payments/webhooks/test_rules.py",
        "tests/payments/webhooks/test_dispatch.py",
        "tests/payments/webhooks/test_fairness.py",
    ),
    "procedures/fees/quote.py": _FEES,
    "procedures/fees/amounts.py": _FEES,
    "procedures/fees/selection.py": _FEES,
    "dossiers/handover/release.py": ("tests/dossiers/handover",),
    "gateways/codecs/vietqr.py": ("tests/gateways/test_vietqr.py", "tests/gateways/test_vectors.py"),
    "gateways/codecs/field_signatures.py": _CODECS,
    "gateways/codecs/hmac.py": _CODECS,
    "gateways/vietinbank/statement.py": ("tests/gateways/test_vietinbank.py",),
    **{
        f"gateways/{gateway}/{part}.py": (*tests, *_CONFORMANCE, "-k", f"({gateway} or fields){_NO_FUZZ}")
        for gateway, tests in _OF_GATEWAYS.items()
        for part in ("adapter", "messages")
    },
    "gateways/vnpt_family/adapter.py": (
        "tests/gateways/test_vnpt_family.py",
        "tests/gateways/test_vnptpay.py",
        "tests/gateways/test_payplatform.py",
        *_CONFORMANCE,
        "-k",
        "(vnpt or payplatform)" + _NO_FUZZ,
    ),
}
