"""Who may write a state: one module an app, which checks every move against the table of states.

A state that is written anywhere else can take a way that no table lists and that leaves no
event (docs/reference: states). Asked of every source by `tests.source_rules`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .syntax import nodes

#: The modules that own the states of money and of dossiers, and all their writes.
OWNERS = ("payments/transitions.py", "dossiers/processing/transitions.py")
#: Columns that hold a state.
NAMES = ("state", "status")
#: (file, what is written): smaller states with two or three values and one writer, which no ledger tells of.
WRITTEN_ELSEWHERE: dict[tuple[str, str], str] = {
    **dict.fromkeys(
        [
            ("payments/settlement/apply.py", "notification.state"),
            ("payments/settlement/bulk.py", "UPDATE payments_notification"),
            ("payments/callbacks/inbox.py", "notification.state"),
            ("payments/callbacks/dead_letters.py", "update(state=NotificationState.NEW)"),
            ("payments/callbacks/dead_letters.py", "update(state=NotificationState.IGNORED)"),
        ],
        "a notification is processed once; what it changes is in the ledger",
    ),
    **dict.fromkeys(
        [
            ("payments/reconciliation/statements.py", "update(state=StatementState.PREVIEW)"),
            ("payments/reconciliation/statements.py", "update(state=StatementState.REFUSED)"),
            ("payments/reconciliation/confirmation.py", "held.state"),
            ("payments/reconciliation/confirmation.py", "update(state=StatementState.REFUSED)"),
            ("payments/reconciliation/confirmation.py", "update(state=RowState.FOREIGN)"),
            ("payments/reconciliation/matching.py", "update(state=after)"),
            ("payments/reconciliation/matching.py", "row.state"),
            ("payments/reconciliation/likely.py", "row.state"),
            ("payments/reconciliation/likely.py", "update(state=StatementState.APPLYING)"),
            ("payments/reconciliation/matching.py", "UPDATE payments_statementrow"),
            ("payments/reconciliation/taken_back.py", "row.state"),
            ("payments/reconciliation/foreign.py", "row.state"),
            ("payments/reconciliation/row_days.py", "update(state=RowState.LOCKED)"),
            ("payments/reconciliation/row_days.py", "update(state=RowState.NEW)"),
            ("payments/reconciliation/row_days.py", "update(state=StatementState.APPLYING)"),
        ],
        "how far a statement and its rows are; what they change goes through the inbox",
    ),
    ("payments/reconciliation/previews.py", "facts.state"): "a copy in memory, which a preview moves on",
    ("payments/exports/write.py", "update(state=ExportState.WORKING)"): "how far a file is",
    ("payments/exports/write.py", "update(state=ExportState.EXPIRED)"): "how far a file is",
    ("payments/api/idempotency.py", "record.status"): "the HTTP status of a kept answer",
    ("procedures/schedules/lifecycle.py", "locked_schedule.state"): "owns the life of fee schedules",
    ("procedures/schedules/lifecycle.py", "other.state"): "owns the life of fee schedules",
    ("procedures/schedules/lifecycle.py", "schedule.state"): "owns the life of fee schedules",
    ("procedures/loading/fees.py", "schedule.state"): "the schedules we bring along, which nobody proposed",
    ("procedures/errors.py", "self.state"): "what an error tells of",
    ("dossiers/attachments/scan.py", "attachment.state"): "the result of a scan",
    ("dossiers/handover/release.py", "update(state=PostalState.POSTED)"): "where a letter is",
    ("dossiers/handover/release.py", "update(state=PostalState.ORDERED)"): "where a letter is",
    ("dossiers/post/orders.py", "made.state"): "where a letter is",
    ("dossiers/processing/signing.py", "waiting.state"): "whether a draft waits for its signature",
    ("dossiers/processing/undo.py", "update(state=SigningState.WAITING)"): "whether a draft waits for its signature",
    ("devtools/sandbox/delivery.py", "update(state=state)"): "the sandbox's own queue",
    ("devtools/sandbox/delivery.py", "update(state='sending')"): "the sandbox's own queue",
    ("devtools/sandbox/delivery.py", "UPDATE notifications"): "the sandbox's own queue",
}
#: A statement that sets columns; the table stands before them, unless it is put in from elsewhere.
SQL = re.compile(
    r"(?:\bUPDATE\s+(?:ONLY\s+)?(?P<table>[\w.\"]+)(?:\s+AS)?(?:\s+(?!SET\b)\w+)?\s+)?"
    r"\bSET\b(?P<columns>(?:(?!\b(?:FROM|WHERE|SET|RETURNING)\b)[^;])*)",
    re.IGNORECASE,
)
SETS_STATE = re.compile(r"\b(?:state|status)\b\s*=(?!=)", re.IGNORECASE)


def state_writes(path: str, source: str) -> Iterator[int]:
    """Yield where a state is written outside of the modules that own it."""
    if path in OWNERS:
        return
    for line, what in writes(source):
        if (path, what) not in WRITTEN_ELSEWHERE:
            yield line


def writes(source: str) -> Iterator[tuple[int, str]]:
    parts = {id(part) for node in nodes(source) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes(source):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in parts:
            for table in _tables_set_by(_text(node)):
                yield node.lineno, f"UPDATE {table}"
        elif isinstance(node, ast.Call):
            yield from _written_by(node)
        for target in _targets(node):
            if isinstance(target, ast.Attribute) and target.attr in NAMES:
                yield target.lineno, ast.unparse(target)


def _tables_set_by(text: str) -> Iterator[str]:
    for statement in SQL.finditer(text):
        if SETS_STATE.search(statement["columns"]):
            yield statement["table"] or "?"


def _targets(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every single target of a statement that assigns, taken out of tuples."""
    waiting = [*getattr(node, "targets", []), getattr(node, "target", None), getattr(node, "optional_vars", None)]
    if isinstance(node, ast.Delete):
        return
    while waiting:
        target = waiting.pop()
        if isinstance(target, ast.Tuple | ast.List):
            waiting += target.elts
        elif isinstance(target, ast.Starred):
            waiting.append(target.value)
        elif target is not None:
            yield target


def _written_by(call: ast.Call) -> Iterator[tuple[int, str]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("update", "update_or_create"):
        for keyword in call.keywords:
            if keyword.arg in NAMES:
                yield call.lineno, f"update({keyword.arg}={ast.unparse(keyword.value)})"
            elif isinstance(keyword.value, ast.Dict) and any(_is_state(key) for key in keyword.value.keys):
                yield call.lineno, f"{name}({ast.unparse(keyword.value)})"
    if name in ("setattr", "__setattr__") and any(_is_state(argument) for argument in call.args):
        yield call.lineno, "setattr"


def _is_state(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value in NAMES


def _text(node: ast.JoinedStr | ast.Constant) -> str:
    """Return the text of a string; what is put into it counts as a word."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else " x " for part in node.values)
