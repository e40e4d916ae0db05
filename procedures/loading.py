"""Loading the 81 procedures and their fees as dated, active schedules.

`data/fee_lines.csv` holds 64 dated lines; a procedure without one gets a schedule from
the main amount of `data/procedures.csv`. Lines whose case differs only by the period
("… (giảm 50%)", "Mức gốc") are the same case at different times.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from psycopg2.extras import DateRange

from agencies.models import Agency, Level
from agencies.text import fold

from .models import (
    CollectWhen,
    DocumentRequirement,
    Exemption,
    FeeRule,
    FeeSchedule,
    Procedure,
    ProcedureCase,
    ScheduleState,
)

DATA = Path(__file__).parent / "data"
BEGINNING = date(2017, 1, 1)
#: Each case of these procedures pays every line (enterprise: lệ phí and phí công bố together).
TOGETHER = {"2.001610", "2.001583", "2.001199", "2.002043"}
ON_SUBMIT = {"1.001612", "2.000720"}
ON_ACCEPT = {"1.004222", "1.004194", "1.002755", "1.010038", "2.000488", "3.000333"}
QUANTITY_FACTS = {
    "copies": "copies",
    "persons": "persons",
    "cases": "items",
    "n": "items",
    "(n-1)": "children",
}
CERTIFIED_COPY_TIERS = [{"up_to": 2, "price": 2000}, {"up_to": None, "price": 1000}]
CERTIFIED_COPIES = {"2.000815", "2.000942"}

Progress = Callable[[int, int, str], None]


def load(progress: Progress = lambda done, total, label: None) -> None:
    """Load procedures, cases and schedules once; a second call changes nothing."""
    if Procedure.objects.exists():
        return
    with transaction.atomic():
        lines = defaultdict(list)
        for line in _rows("fee_lines.csv"):
            lines[line["procedure_code"]].append(line)
        rows = list(_rows("procedures.csv"))
        for number, row in enumerate(rows, 1):
            procedure = _load_procedure(row)
            if row["code"] in lines:
                _load_dated(procedure, row, lines[row["code"]])
            else:
                _load_main_amount(procedure, row)
            progress(number, len(rows), "thủ tục và biểu phí")
        _offer(list(Procedure.objects.all()))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _load_procedure(row: dict[str, str]) -> Procedure:
    procedure = Procedure.objects.create(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        department=row["department"],
        level=row["level"],
        note=row["note"],
        # 2.000488 went to the police on 01/03/2025 under another code (domain.md 3).
        valid_during=DateRange(BEGINNING, date(2025, 3, 1) if row["code"] == "2.000488" else None),
    )
    DocumentRequirement.objects.create(
        procedure=procedure, name="Tờ khai theo mẫu, giấy tờ chứng minh (nếu có)", is_required=False
    )
    return procedure


def _case(procedure: Procedure, name: str, position: int, collect_when: str) -> ProcedureCase:
    slug = slugify(f"{procedure.code.replace('.', '-')}-{fold(name)}")[:80].strip("-")
    return ProcedureCase.objects.create(
        procedure=procedure, slug=slug, name=name, collect_when=collect_when, position=position
    )


def _collect_when(code: str, *, has_fee: bool) -> str:
    if not has_fee:
        return CollectWhen.NONE
    if code in ON_SUBMIT:
        return CollectWhen.ON_SUBMIT
    return CollectWhen.ON_ACCEPT if code in ON_ACCEPT else CollectWhen.BEFORE_RESULT


def _case_name(procedure: Procedure, line: dict[str, str]) -> str:
    if procedure.code in TOGETHER:
        return "Đăng ký thành lập"
    name = re.sub(r" \(giảm 50%\)| trực tuyến \(ưu đãi\)", "", line["case_vi"])
    return "Cấp thẻ" if name.startswith("Mức ") else name


def _load_dated(procedure: Procedure, row: dict[str, str], lines: list[dict[str, str]]) -> None:
    cases: dict[str, ProcedureCase] = {}
    has_fee = any(int(line["amount_vnd"]) for line in lines)
    for line in lines:
        name = _case_name(procedure, line)
        if name not in cases:
            cases[name] = _case(procedure, name, len(cases), _collect_when(procedure.code, has_fee=has_fee))
    periods: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for line in lines:
        periods[line["valid_from"], line["valid_to"], line["legal_basis"]].append(line)
    for version, (period, members) in enumerate(sorted(periods.items()), 1):
        schedule = _schedule(procedure, version, *period, note=members[0]["source"])
        rules = [
            _rule(schedule, cases[_case_name(procedure, line)], line, position) for position, line in enumerate(members)
        ]
        FeeRule.objects.bulk_create(rules)
        _load_exemptions(schedule, "; ".join(line["exemptions"] for line in members))
        _activate(schedule)


def _schedule(
    procedure: Procedure, version: int, valid_from: str, valid_to: str, legal_basis: str, *, note: str
) -> FeeSchedule:
    end = date.fromisoformat(valid_to) + timedelta(days=1) if valid_to else None
    return FeeSchedule.objects.create(
        procedure=procedure,
        version=version,
        valid_during=DateRange(date.fromisoformat(valid_from), end),
        legal_basis=legal_basis,
        note=note[:500],
    )


def _activate(schedule: FeeSchedule) -> None:
    schedule.state = ScheduleState.ACTIVE
    schedule.save(update_fields=["state"])


def _rule(schedule: FeeSchedule, case: ProcedureCase, line: dict[str, str], position: int) -> FeeRule:
    channel = {"direct": "counter", "online": "online"}.get(line["channel"], "any")
    formula = line["formula"]
    quantity = next((fact for word, fact in QUANTITY_FACTS.items() if formula.endswith(f"*{word}")), "")
    is_certified_copy = schedule.procedure.code in CERTIFIED_COPIES
    # One code per thing to pay, so that a price for one channel replaces the general one.
    code = f"{schedule.procedure.code}-{line['fee_kind']}"
    return FeeRule(
        schedule=schedule,
        case=case,
        code=code,
        name=re.sub(r" \((giảm 50%|miễn)\)", "", line["case_vi"]) if schedule.procedure.code in TOGETHER else case.name,
        kind=line["fee_kind"],
        channel=channel,
        unit=line["unit"],
        price=int(line["amount_vnd"]),
        quantity_fact="pages" if is_certified_copy else ("items" if "max(n-2" in formula else quantity),
        times_fact="copies" if is_certified_copy else "",
        free_quantity=2 if "max(n-2,0)*3000" in formula else (1 if "(n-1)" in formula else 0),
        tiers=CERTIFIED_COPY_TIERS if is_certified_copy else [],
        cap=200_000 if is_certified_copy else None,
        position=position,
    )


def _load_main_amount(procedure: Procedure, row: dict[str, str]) -> None:
    amount = int(row["fee_vnd"] or 0)
    case = _case(procedure, "Trường hợp chung", 0, _collect_when(procedure.code, has_fee=amount > 0))
    line = {
        "fee_kind": row["fee_kind"] if row["fee_kind"] in ("phi", "le_phi") else "le_phi",
        "channel": "all",
        "unit": row["unit"],
        "amount_vnd": str(amount),
        "formula": "amount*copies" if row["unit"] in ("bản", "văn bản") else "amount",
        "case_vi": "Trường hợp chung",
    }
    schedule = _schedule(procedure, 1, BEGINNING.isoformat(), "", row["legal_basis"][:255], note=row["certainty"])
    FeeRule.objects.bulk_create([_rule(schedule, case, line, 0)])
    if amount:
        _load_exemptions(schedule, row["note"] + row["certainty"])
    _activate(schedule)


#: What the free texts call the groups → our slug and its name.
_GROUPS = {
    "ho-ngheo": ("Hộ nghèo", ("hộ nghèo", "poor")),
    "nguoi-co-cong": ("Người có công với cách mạng", ("có công", "merit")),
    "nguoi-khuyet-tat": ("Người khuyết tật", ("khuyết tật", "disabled")),
    "nguoi-cao-tuoi": ("Người cao tuổi", ("cao tuổi", "elderly")),
    "tre-em": ("Trẻ em", ("trẻ em", "children")),
    "dtts": ("Đồng bào dân tộc thiểu số ở vùng đặc biệt khó khăn", ("dtts", "đbkk", "ethnic")),
}


def _load_exemptions(schedule: FeeSchedule, text: str) -> None:
    Exemption.objects.bulk_create(
        Exemption(schedule=schedule, group=slug, name=name)
        for slug, (name, words) in _GROUPS.items()
        if any(word in text.lower() for word in words) or ("TT 75/2022 Điều 4" in text and slug != "dtts")
    )


def _offer(procedures: list[Procedure]) -> None:
    """Say who receives which dossiers today, from the level and department of 2026."""
    today = timezone.localdate()
    current = Agency.objects.existing_on(today)
    communes = list(current.filter(level=Level.COMMUNE, parent__code="H44"))
    by_name = {agency.name: agency for agency in current.exclude(level=Level.COMMUNE)}
    centre = current.filter(level=Level.CENTRE).order_by("identifier").first()
    Through = Procedure.agencies.through
    links = []
    for procedure in procedures:
        if procedure.level == "xa":
            offering = communes
        else:
            named = next((a for name, a in by_name.items() if procedure.department.startswith(name)), None)
            police = next((a for name, a in by_name.items() if name.startswith("Công an")), None)
            found = named or (police if procedure.department.startswith("Công an") else centre)
            offering = [found] if found else []
        links += [Through(procedure_id=procedure.pk, agency_id=agency.pk) for agency in offering]
    Through.objects.bulk_create(links, batch_size=2000)
