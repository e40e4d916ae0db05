"""Loads the fees of a procedure as complete, dated, active schedules.

`data/fee_lines.csv` holds dated lines; a procedure without one gets a schedule from the
main amount of `data/procedures.csv`. Lines whose case differs only by the period
("… (giảm 50%)", "Mức gốc") are the same case at different times. Each span of time
between two changes becomes one schedule with every line that holds in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from psycopg2.extras import DateRange

from procedures.models import Exemption, FeeRule, FeeSchedule, Procedure, ProcedureCase, ScheduleState

#: Each case of these procedures pays every line (enterprise: lệ phí and phí công bố together).
TOGETHER = {"2.001610", "2.001583", "2.001199", "2.002043"}
#: The money is not given back when the dossier is refused (docs/reference/fees.md#refunds).
NOT_REFUNDED = {
    code: f"Không hoàn khi hồ sơ bị từ chối (Cơ sở dữ liệu quốc gia về thủ tục hành chính, thủ tục {code})"
    for code in ("1.001612", "2.000720")
}
QUANTITY_FACTS = {
    "copies": "copies",
    "persons": "persons",
    "cases": "items",
    "n": "items",
    "(n-1)": "children",
}
CERTIFIED_COPY_TIERS = [{"up_to": 2, "price": 2000}, {"up_to": None, "price": 1000}]
CERTIFIED_COPIES = {"2.000815", "2.000942"}

Line = dict[str, str]
MakeCase = Callable[[str, int, bool], ProcedureCase]


def load_dated(procedure: Procedure, lines: list[Line], make_case: MakeCase) -> None:
    """Make the cases that the lines name and a schedule for each span of time."""
    has_fee = any(int(line["amount_vnd"]) or line["formula"] == "determined" for line in lines)
    names = dict.fromkeys(_case_name(procedure, line) for line in lines)
    cases = {name: make_case(name, position, has_fee) for position, name in enumerate(names)}
    periods = [_period(line) for line in lines]
    edges: list[date | None] = [
        *sorted({starts for starts, _ in periods} | {ends for _, ends in periods if ends}),
        None,
    ]
    version = 0
    for starts, ends in pairwise(edges):
        members = [line for line, (first, last) in zip(lines, periods, strict=True) if _holds(first, last, starts)]
        if not members:
            continue
        version += 1
        schedule = _schedule(procedure, version, DateRange(starts, ends), _joined(members, "legal_basis"))
        schedule.note = _joined(members, "source")[:500]
        FeeRule.objects.bulk_create(
            _rule(schedule, cases[_case_name(procedure, line)], line, position) for position, line in enumerate(members)
        )
        _load_exemptions(schedule, _joined(members, "exemptions"))
        _activate(schedule)


def load_main_amount(procedure: Procedure, row: Line, begins: date, make_case: MakeCase) -> None:
    """Make one case and one schedule from the main amount of a procedure."""
    amount = int(row["fee_vnd"] or 0)
    case = make_case("Trường hợp chung", 0, amount > 0)
    line = {
        "fee_kind": row["fee_kind"] if row["fee_kind"] in ("phi", "le_phi") else "le_phi",
        "channel": "all",
        "unit": row["unit"],
        "amount_vnd": str(amount),
        "formula": "amount*copies" if row["unit"] in ("bản", "văn bản") else "amount",
        "case_vi": "Trường hợp chung",
        "legal_basis": row["legal_basis"][:255],
    }
    schedule = _schedule(procedure, 1, DateRange(begins, None), row["legal_basis"])
    schedule.note = row["certainty_vi"][:500]
    FeeRule.objects.bulk_create([_rule(schedule, case, line, 0)])
    if amount:
        _load_exemptions(schedule, row["note"] + row["certainty"])
    _activate(schedule)


def _period(line: Line) -> tuple[date, date | None]:
    ends = date.fromisoformat(line["valid_to"]) + timedelta(days=1) if line["valid_to"] else None
    return date.fromisoformat(line["valid_from"]), ends


def _holds(first: date, last: date | None, on: date | None) -> bool:
    return on is not None and first <= on and (last is None or on < last)


def _joined(lines: list[Line], field: str) -> str:
    return "; ".join(dict.fromkeys(line[field] for line in lines if line[field]))


def _case_name(procedure: Procedure, line: Line) -> str:
    if procedure.code in TOGETHER:
        return "Đăng ký thành lập"
    name = re.sub(r" \((giảm 50%|mức gốc trở lại, dự kiến)\)| trực tuyến \(ưu đãi\)", "", line["case_vi"])
    return "Cấp thẻ" if name.startswith("Mức ") else name


def _schedule(procedure: Procedure, version: int, during: DateRange, legal_basis: str) -> FeeSchedule:
    return FeeSchedule.objects.create(
        procedure=procedure, version=version, valid_during=during, legal_basis=legal_basis[:255]
    )


def _activate(schedule: FeeSchedule) -> None:
    schedule.state = ScheduleState.ACTIVE
    schedule.save(update_fields=["state", "note"])


def _rule(schedule: FeeSchedule, case: ProcedureCase, line: Line, position: int) -> FeeRule:
    code, formula = schedule.procedure.code, line["formula"]
    quantity = next((fact for word, fact in QUANTITY_FACTS.items() if formula.endswith(f"*{word}")), "")
    is_certified_copy = code in CERTIFIED_COPIES
    name = re.sub(r" (qua mạng )?\([^)]*\)$", "", line["case_vi"]) if code in TOGETHER else case.name
    return FeeRule(
        schedule=schedule,
        case=case,
        # One code per thing to pay, so that a price for one channel replaces the general one.
        code=f"{code}-{line['fee_kind']}",
        name=name,
        kind=line["fee_kind"],
        channel={"direct": "counter", "online": "online"}.get(line["channel"], "any"),
        applicant=line.get("applicant") or "any",
        area=line.get("area") or "any",
        unit=line["unit"],
        price=int(line["amount_vnd"]),
        is_to_be_determined=formula == "determined",
        quantity_fact="pages" if is_certified_copy else ("items" if "max(n-2" in formula else quantity),
        times_fact="copies" if is_certified_copy else "",
        free_quantity=2 if "max(n-2,0)*3000" in formula else (1 if "(n-1)" in formula else 0),
        tiers=CERTIFIED_COPY_TIERS if is_certified_copy else [],
        cap=200_000 if is_certified_copy else None,
        refund_policy=FeeRule.Refund.NONE if code in NOT_REFUNDED else FeeRule.Refund.MANUAL,
        refund_text=NOT_REFUNDED.get(code, ""),
        legal_basis=line["legal_basis"],
        position=position,
    )


#: What the free texts call the groups → our slug, its name and what shows it.
_GROUPS = {
    "ho-ngheo": ("Hộ nghèo", "giấy chứng nhận hộ nghèo", ("hộ nghèo", "poor")),
    "nguoi-co-cong": ("Người có công với cách mạng", "giấy xác nhận người có công", ("có công", "merit")),
    "nguoi-khuyet-tat": ("Người khuyết tật", "giấy xác nhận khuyết tật", ("khuyết tật", "disabled")),
    "nguoi-cao-tuoi": ("Người cao tuổi", "căn cước", ("cao tuổi", "elderly")),
    "tre-em": ("Trẻ em", "giấy khai sinh hoặc căn cước", ("trẻ em", "children")),
    "dtts": (
        "Đồng bào dân tộc thiểu số ở vùng đặc biệt khó khăn",
        "xác nhận nơi cư trú và dân tộc",
        ("dtts", "đbkk", "ethnic"),
    ),
}


def _load_exemptions(schedule: FeeSchedule, text: str) -> None:
    Exemption.objects.bulk_create(
        Exemption(schedule=schedule, group=slug, name=name, evidence=evidence)
        for slug, (name, evidence, words) in _GROUPS.items()
        if any(word in text.lower() for word in words) or ("TT 75/2022 Điều 4" in text and slug != "dtts")
    )
