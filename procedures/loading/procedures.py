"""Loading the 81 procedures, who receives their dossiers, their fees and the calendar."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from psycopg2.extras import DateRange

from agencies.models import Agency, Level
from core.values.text import fold
from procedures.calendar.fill import fill_hours, fill_year
from procedures.models import CollectWhen, DocumentRequirement, Procedure, ProcedureCase, Question

from .fees import load_dated, load_main_amount

DATA = settings.PROVINCE_DATA
BEGINNING = date(2017, 1, 1)
ON_SUBMIT = {"1.001612", "2.000720"}
ON_ACCEPT = {"1.004222", "1.004194", "1.002755", "1.010038", "2.000488", "3.000333"}

Progress = Callable[[int, int, str], None]


def load(progress: Progress = lambda done, total, label: None) -> None:
    """Load procedures, cases and schedules once; a second call changes nothing."""
    if not Procedure.objects.exists():
        _load(progress)
    _classify()
    _ask()
    _decide()


def _load(progress: Progress) -> None:
    with transaction.atomic():
        lines = defaultdict(list)
        for line in _rows("fee_lines.csv"):
            lines[line["procedure_code"]].append(line)
        rows = list(_rows("procedures.csv"))
        for number, row in enumerate(rows, 1):
            procedure = _load_procedure(row)
            make_case = partial(_case, procedure)
            if row["code"] in lines:
                load_dated(procedure, lines[row["code"]], make_case)
            else:
                load_main_amount(procedure, row, BEGINNING, make_case)
            progress(number, len(rows), "thủ tục và biểu phí")
        _offer(list(Procedure.objects.all()))
        fill_hours(BEGINNING)
        for year in range(BEGINNING.year, timezone.localdate().year + 2):
            fill_year(year)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _classify() -> None:
    """Sort the procedures that nobody has sorted yet: an installation older than the topics gets them, too."""
    topics = {row["code"]: row for row in _rows("topics.csv")}
    for procedure in Procedure.objects.filter(sector="", code__in=topics):
        row = topics[procedure.code]
        procedure.sector, procedure.keywords = row["sector"], row["keywords"]
        procedure.life_events, procedure.audiences = row["life_events"].split(), row["audiences"].split()
        procedure.save()


def _ask() -> None:
    """Give the procedures their own questions and papers, where nobody has written any yet."""
    if Question.objects.exists():
        return
    procedures = {procedure.code: procedure for procedure in Procedure.objects.all()}
    for position, row in enumerate(_rows("questions.csv")):
        Question.objects.create(
            procedure=procedures[row["procedure_code"]],
            options=[option for option in row["options"].split("|") if option],
            is_required=row["is_required"] == "1",
            position=position,
            **{name: row[name] for name in ("slug", "label", "label_en", "help_text", "kind", "day_lies")},
        )
    for position, row in enumerate(_rows("documents.csv"), 1):
        procedures[row["procedure_code"]].documents.create(
            name=row["name"], is_required=row["is_required"] == "1", position=position
        )


def _decide() -> None:
    """Say which answers the cases are for, where nobody has said it of any case yet."""
    if ProcedureCase.objects.exclude(decided_by=None).exists():
        return
    for row in _rows("conditions.csv"):
        case = ProcedureCase.objects.get(procedure__code=row["procedure_code"], name=row["case_vi"])
        case.decided_by = case.procedure.questions.filter(slug=row["question"]).first()
        if case.decided_by is None:  # the administration has questions of its own
            continue
        case.at_least, case.at_most = (int(row[name]) if row[name] else None for name in ("at_least", "at_most"))
        case.answers = [answer for answer in row["answers"].split("|") if answer]
        case.full_clean()
        case.save()


def _load_procedure(row: dict[str, str]) -> Procedure:
    procedure = Procedure.objects.create(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        department=row["department"],
        level=row["level"],
        note=row["note"],
        # 2.000488 went to the police on 01/03/2025 under another code
        # (docs/reference/fees.md#national-procedure-database).
        valid_during=DateRange(BEGINNING, date(2025, 3, 1) if row["code"] == "2.000488" else None),
    )
    DocumentRequirement.objects.create(
        procedure=procedure, name="Tờ khai theo mẫu, giấy tờ chứng minh (nếu có)", is_required=False
    )
    return procedure


def _case(procedure: Procedure, name: str, position: int, has_fee: bool) -> ProcedureCase:
    collect_when = _collect_when(procedure.code, has_fee=has_fee)
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
            responsible = named or (police if procedure.department.startswith("Công an") else centre)
            offering = [responsible] if responsible else []
        links += [Through(procedure_id=procedure.pk, agency_id=agency.pk) for agency in offering]
    Through.objects.bulk_create(links, batch_size=2000)
