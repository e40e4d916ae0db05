"""The banks' files: read each working morning and matched with the ledger; some have faults. Days are closed after."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState, StatementState

from . import strangers
from .scene import Contract
from .world import World
from .writer.row import Row, naming

#: Of so many lines one is missing in the bank's file, and one differs.
_ONE_FAULT_IN = 330
#: On one morning of so many a transfer comes that names nothing of ours.
_STRANGER = 9
#: Nothing lies open for so long.
_FORGOTTEN_DAYS = 30
#: The last days are not closed yet: that is work for today.
_OPEN_DAYS = 4
_HEADING = "Mã giao dịch;Số tiền;Thời gian giao dịch;Mã thanh toán;Nội dung"


def morning(world: World, day: date, rng: Random) -> None:
    """Read the files of the days since the last working day, if offices work; close those days in the evening."""
    if not world.clock.works(day):
        return
    first = day - timedelta(days=1)
    while not world.clock.works(first):
        first -= timedelta(days=1)
    span = {first + timedelta(days=ahead) for ahead in range((day - first).days)}
    for contract in world.scene.all_contracts():
        rows = [row for past in sorted(span) for row in world.banks[contract.pk, past].rows]
        rows.sort(key=lambda told: told["moment"])
        for past in span:
            world.banks[contract.pk, past].rows.clear()  # whole stories hang on them
        if rows and world.reading(contract.pk, day)[0] < world.now:
            _read(world, contract, rows, day, span, rng)


def _read(
    world: World, contract: Contract, found: list[dict[str, Any]], today: date, span: set[date], rng: Random
) -> None:
    is_last = world.is_last_file(today)
    read, confirmed = world.reading(contract.pk, today)
    days = world.banks
    for row in found:
        if row["event"] is not None:
            days[contract.pk, row["event"]["value_date"]].ours.append(row["event"]["amount"])
    # A file that tells nothing new its uploader confirms; strangers come by transfer.
    is_new = contract.gateway == "vietinbank" or any(told["event"] is None for told in found)
    waiting = StatementState.PROPOSED if is_new else StatementState.PREVIEW
    state = waiting if is_last else StatementState.DONE
    by = rng.choice(contract.accountants)
    # Two people answer for money that only a file tells of. Of today's the first is to be the second person.
    by = contract.accountants[-1] if is_last else by
    other = next(person for person in contract.accountants if person != by)
    at = (read if is_last else confirmed) + timedelta(seconds=2)
    sent = None if state == StatementState.PREVIEW else min(read + (confirmed - read) / 2, world.now)
    name = f"{contract.gateway}_{read:%Y%m%d}.csv"
    statement = world.pages.add(
        "statement",
        read,
        merchant_account_id=contract.pk,
        file_name=name,
        file="",
        state=state,
        uploaded_by_id=by,
        uploaded_at=read,
        proposed_at=sent,
        finished_at=None if is_last else confirmed + timedelta(seconds=5),
        is_countersigned=not is_last,
        confirmed_by_id=None if is_last else other,
        confirmed_at=None if is_last else confirmed,
    )
    subject = naming("statement:", statement)
    world.audit(read, by, "statement_upload", subject, contract.agency_id, file=name)
    if sent:
        world.audit(sent, by, "statement_propose", subject, contract.agency_id, file=name)
    if not is_last:
        world.audit(confirmed, other, "statement_confirm", subject, contract.agency_id, file=name)
    lines: list[Row] = []
    for told in found:
        line = _line(world, contract, statement, told, at, is_last=is_last, rng=rng)
        if line is not None:
            lines.append(line)
    if contract.gateway == "vietinbank" and not is_last and rng.randrange(_STRANGER) == 0:
        lines.append(strangers.transfer(world, contract, statement, at, rng))
    elif contract.gateway == "vietinbank" and is_last:
        lines.append(strangers.unheard(world, contract, statement, at, rng))
    for number, line in enumerate(lines, 2):
        line["line_number"] = number
        if facts := line.get("_facts"):
            facts["line"] = number
        if not is_last:
            days[contract.pk, line["value_date"]].theirs.append(line["amount"])
    text = "\n".join(_as_in_a_file(line) for line in lines)
    if is_last:  # the second person reads it
        content = ContentFile(f"{_HEADING}\n{text}\n".encode())
        statement["file"] = default_storage.save(f"statements/mau/{contract.pk}_{name}", content)
    statement |= {
        "size": len(text),
        "sha256": hashlib.sha256(f"{contract.gateway}{read}{text}".encode()).hexdigest(),
        "row_count": len(lines),
        "rows_done": 0 if is_last else len(lines),
        "total_amount": sum(line["amount"] for line in lines),
        "first_day": min((line["value_date"] for line in lines), default=None),
        "last_day": max((line["value_date"] for line in lines), default=None),
    }
    if not is_last and (world.now - read) > timedelta(days=_OPEN_DAYS):
        _close(world, contract, sorted(span), read.replace(hour=16) + timedelta(minutes=rng.uniform(0, 45)), by)


def _as_in_a_file(line: Row) -> str:
    moment = f"{line['occurred_at']:%d/%m/%Y %H:%M:%S}"
    return f"{line['gateway_ref']};{line['amount']};{moment};{line['merchant_ref']};{line['description']}"


def _line(
    world: World, contract: Contract, statement: Row, told: dict[str, Any], at: datetime, *, is_last: bool, rng: Random
) -> Row | None:
    """Return the line of a transaction, or None where the bank has forgotten it: that gets a discrepancy."""
    event = told["event"]
    is_known = event is not None and not is_last and "_settled" not in told
    world.lines += is_known
    fault = world.lines % _ONE_FAULT_IN
    if is_known and fault == _ONE_FAULT_IN // 3:
        _discrepancy(
            world, contract, event, DiscrepancyKind.NOT_IN_STATEMENT, event["amount"], event["money_key"], at, rng
        )
        return None
    amount, case = told["amount"], None
    if is_known and fault == _ONE_FAULT_IN // 2:
        amount += rng.choice((-1000, 1000, 5000))
        if amount <= 0:
            amount = told["amount"] + 1000
        note = f"{told['bank_ref']}: {amount} / {event['amount']}"
        kind = DiscrepancyKind.AMOUNT_DIFFERS
        case = _discrepancy(world, contract, event, kind, abs(amount - event["amount"]), note, at, rng)
    if facts := told.get("_facts"):
        facts["statement"] = statement
    row_state = RowState.MATCHED
    if is_last:
        row_state = RowState.NEW
    elif "_settled" in told:
        row_state = RowState.SETTLED
    elif case is not None:
        row_state = RowState.DISCREPANCY
    return world.pages.add(
        "statement_row",
        at,
        statement_id=statement,
        merchant_account_id=contract.pk,
        gateway_ref=told["bank_ref"],
        merchant_ref=told["ref"],
        amount=amount,
        currency="VND",
        account=str(contract.bank.get("account", "")) if contract.gateway == "vietinbank" else "",
        occurred_at=told["moment"],
        value_date=told["moment"].date(),
        description=f"Nop phi {told['ref']}",
        state=row_state,
        event_id=None if is_last else event,
        notification_id=told.get("_settled"),
        discrepancy_id=case,
        _facts=facts,
    )


def _discrepancy(
    world: World,
    contract: Contract,
    event: Row,
    kind: DiscrepancyKind,
    amount: int,
    note: str,
    at: datetime,
    rng: Random,
) -> Row:
    """Open what answers for a difference; most are answered within days."""
    bill = event["bill_id"]
    made = world.pages.add(
        "discrepancy",
        at,
        kind=kind,
        agency_id=bill["agency_id"] if bill is not None else contract.agency_id,
        bill_id=bill,
        payment_id=event["payment_id"],
        amount=amount,
        note=note,
        opened_at=at,
        owner_id=rng.choice(contract.accountants),
    )
    answered = world.clock.at_work(rng, at, 20)
    is_old = world.now - at > timedelta(days=_FORGOTTEN_DAYS)
    if answered < world.now and (is_old or rng.random() < 0.85):
        made |= {"closed_at": answered, "resolution": "Ngân hàng xác nhận, đã chỉnh ở sao kê sau"}
        world.audit(
            answered,
            made["owner_id"],
            "close_case",
            naming("case:", made),
            made["agency_id"],
            resolution=made["resolution"],
        )
    return made


def _close(world: World, contract: Contract, span: list[date], closed: datetime, by: int) -> None:
    """Close the days in the afternoon: whatever differs has a discrepancy by then."""
    for day in span:
        both = world.banks[contract.pk, day]
        if not both.ours and not both.theirs:
            continue
        world.pages.add(
            "closed_day",
            closed,
            merchant_account_id=contract.pk,
            day=day,
            our_amount=sum(both.ours),
            our_count=len(both.ours),
            bank_amount=sum(both.theirs),
            bank_count=len(both.theirs),
            explained_amount=sum(both.theirs) - sum(both.ours),
            closed_by_id=by,
            closed_at=closed,
        )
        world.audit(closed, by, "day_close", f"merchant:{contract.pk}:{day}", contract.agency_id)
