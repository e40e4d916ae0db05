"""What our sources must not contain (S-23, S-24, S-45 to S-47): asked by `tests.checks` of every file.

Each rule yields the lines at fault. What is allowed all the same stands in a list here, with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .state_writes import state_writes
from .syntax import nodes, tree

ROOT = Path(__file__).resolve().parent.parent
APPS = ("core", "agencies", "procedures", "payments", "dossiers", "portal", "gateways", "devtools")
#: Where requests of staff are answered: there rows of agencies come from `Staff`, or are narrowed to what it sees.
STAFF_EDGES = ("dossiers/desk/", "payments/accounting/", "payments/exports/definitions/")
#: Tables whose rows belong to an agency, directly or by what they hang on.
OF_AGENCIES = re.compile(
    r"Dossier|Attachment|Result|HandOver|ErasureRequest|PostalOrder|DossierEvent|DossierBill|Message|Rating|Assignment|"
    r"Bill|BillLine|Payment|Receipt|ReceiptSeries|LostNumbers|Refund|Discrepancy|Statement|StatementRow|CashShift|"
    r"ClosedDay|MerchantAccount|ChargeClaim|LedgerEvent|Notification|Reallocation|Agency|BeneficiaryAccount|Membership"
)
#: What narrows a query to what somebody sees, works at, or has just been given by a scoped query.
SCOPED_BY = re.compile(
    r"\bstaff\.|\bself\.(sees|acts_for|counts_for|works_at)\b|\.none\(\)|\bOuterRef\(|"
    r"\b(dossier|bill|payment|discrepancy|merchant_account)=(dossier|payment|discrepancy|merchant_account|staff)|"
    r"\bdossier\.agency_id\b|\b_mine\(staff\)"
)
#: (file, function or class): why its rows need no narrowing.
UNSCOPED = {
    ("payments/exports/definitions/payments.py", "_gateways"): "which gateways the province has is no secret",
    ("dossiers/desk/print_views.py", "print_register"): "the number was found among `works_at` in the line before",
    ("payments/accounting/forms.py", "__init__"): "of accounts and agencies that the view took from `Staff`",
}
#: Templates that print text as it is.
UNESCAPED = {"templates/account/email/": "letters are plain text"}
#: What calls markup safe, and who may.
SAFE = ("mark_safe", "SafeString", "safestring")
MARKED_SAFE = {("portal/templatetags/money.py", "qr"): "the drawing of a QR code: its label is escaped by segno"}
#: What is written into a session past `browser_rights.gain`, because nothing can be opened by it.
SESSION_NOTES = {
    ("dossiers/desk/customer_display/views.py", "show"): "what an officer chose among what is theirs anyway",
    ("dossiers/desk/customer_display/views.py", "show_draft"): "the same",
    ("dossiers/desk/scanner/search_session.py", "keep"): "what an officer typed",
    ("dossiers/post/views.py", "_keep"): "an address of a dossier that is open here, until its code is right",
    ("dossiers/submission/resume_views.py", "resume"): "which draft a one-time code was asked for",
    ("dossiers/submission/views.py", "_handed_in"): "the PIN of what `remember` has just opened",
    ("dossiers/tracking/recover_views.py", "recover"): "which dossier a one-time code was asked for",
    ("payments/checkout/pay_queue.py", "begin"): "the order of bills whose dossiers are open here",
    ("portal/accounts/events.py", "_signed_in"): "when the session of a sign-in began",
    ("portal/accounts/staff.py", "_turned_away"): "when it was last used",
    ("portal/accounts/staff.py", "_lacks_factor"): "that this sign-in, whose key is new, has its second factor",
}
#: `order_by` with names that are not written there, but come out of a module's table of them.
ORDERED_BY = re.compile(r"\bORDERS\[|\bF\(field\)")


def unscoped(path: str, source: str) -> Iterator[int]:
    """Yield where a page of staff reads rows of agencies that nothing narrows to what its reader sees."""
    if not path.startswith(STAFF_EDGES):
        return
    for statement, place in _statements(tree(source)):
        text = ast.unparse(statement)
        if SCOPED_BY.search(text) or (path, place) in UNSCOPED:
            continue
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "objects"
                and OF_AGENCIES.fullmatch(ast.unparse(node.value))
            ):
                yield node.lineno


def _statements(parent: ast.AST, place: str = "") -> Iterator[tuple[ast.stmt, str]]:
    """Yield simple statements with the name of the function around them."""
    for child in ast.iter_child_nodes(parent):
        inside = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else place
        if isinstance(child, ast.stmt) and not hasattr(child, "body"):
            yield child, inside
        elif isinstance(child, ast.stmt | ast.ExceptHandler):
            for test in (getattr(child, "test", None), getattr(child, "iter", None)):
                if test is not None:
                    yield ast.copy_location(ast.Expr(test), child), inside
            yield from _statements(child, inside)


def spread_requests(path: str, source: str) -> Iterator[int]:
    """Yield where names out of a request could become names of a query, or SQL is written past Django."""
    for node in nodes(source):
        if not isinstance(node, ast.Call):
            continue
        spread = [ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg is None]
        if any(re.search(r"\.(GET|POST|COOKIES|query_params)\b|\brequest\.data\b", text) for text in spread):
            yield node.lineno
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("raw", "extra", "RawSQL"):
            yield node.lineno
        names = [argument for argument in node.args if called == "order_by" and not _is_written_out(argument)]
        if any(not ORDERED_BY.search(ast.unparse(name)) for name in names):
            yield node.lineno


def _is_written_out(argument: ast.expr) -> bool:
    """Tell whether an order is a literal, or an expression of Django's around one."""
    return isinstance(argument, ast.Constant | ast.Call)


def open_forms(path: str, source: str) -> Iterator[int]:
    """Yield where a form or a serializer takes every field of its model, those of tomorrow too."""
    for node in nodes(source):
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            for line in node.body:
                if isinstance(line, ast.Assign):
                    name, value = ast.unparse(line.targets[0]), ast.unparse(line.value)
                    if (name == "fields" and "__all__" in value) or name == "exclude":
                        yield line.lineno


def cut_files(path: str, source: str) -> Iterator[int]:
    """Yield where a table to take away ends after some rows without a word."""
    for node in nodes(source):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("csv_file", "csv_lines", "write_xlsx"):
            continue
        if any(isinstance(inside, ast.Slice) for inside in ast.walk(node)):
            yield node.lineno


def called_safe(path: str, source: str) -> Iterator[int]:
    """Yield where Python calls its own markup safe."""
    if not any(name in source for name in SAFE):
        return
    for statement, place in _statements(tree(source)):
        for node in ast.walk(statement):
            name = getattr(node, "id", getattr(node, "attr", ""))
            is_use = isinstance(node, ast.Name | ast.Attribute) and name in SAFE
            if is_use and (path, place) not in MARKED_SAFE:
                yield node.lineno  # type: ignore[attr-defined]


def unescaped(path: str, source: str) -> Iterator[int]:
    """Yield where a template prints a value as markup."""
    if path.startswith(tuple(UNESCAPED)):
        return
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"\|\s*safe(seq)?\b|autoescape\s+off", line):
            yield number


def unrenewed(path: str, source: str) -> Iterator[int]:
    """Yield where a session is given something, while its key stays the one somebody else may hold."""
    if path == "core/browser_rights.py" or "session" not in source:
        return
    for statement, place in _statements(tree(source)):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        for target in (each for several in targets for each in getattr(several, "elts", [several])):
            is_session = isinstance(target, ast.Subscript) and re.search(r"\bsession$", ast.unparse(target.value))
            if is_session and (path, place) not in SESSION_NOTES:
                yield statement.lineno


def separated_keys(path: str, source: str) -> Iterator[int]:
    """Yield where a template prints the key of a row as it prints a quantity, from 1000 on with a separator."""
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"\{\{\s*[\w.]+\.(pk|id|object_id)\s*(\||\}\})(?!unlocalize|stringformat)", line):
            yield number


#: Of templates.
TEMPLATE_RULES = {
    unescaped: "a value is printed as markup",
    separated_keys: "the key of a row is printed with a thousands separator: `|unlocalize`",
}
RULES = {
    unscoped: "rows of agencies that nothing narrows to what the reader sees",
    spread_requests: "names from outside may become names of a query",
    open_forms: "a form takes every field there is",
    cut_files: "a file that ends after some rows: give all, or refuse and name the limit",
    called_safe: "markup is called safe",
    unrenewed: "a session gains something past `browser_rights.gain`, which changes its key",
    state_writes: "a state is written outside of the module that owns it",
}


def faults(below: str = "") -> Iterator[str]:
    """Yield every fault of our sources as file:line: what; of those whose path begins so."""
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if path.startswith(below) and "/migrations/" not in path:
                source = file.read_text()
                for rule, meaning in RULES.items():
                    yield from (f"{path}:{line}: {meaning}" for line in rule(path, source))
    for folder in (ROOT / "templates", ROOT / "devtools/sandbox/templates", *ROOT.glob("gateways/*/templates")):
        for file in sorted(folder.rglob("*.*")):
            path = str(file.relative_to(ROOT))
            if path.startswith(below):
                source = file.read_text()
                for rule, meaning in TEMPLATE_RULES.items():
                    yield from (f"{path}:{line}: {meaning}" for line in rule(path, source))
