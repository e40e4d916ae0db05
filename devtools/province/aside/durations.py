"""How long procedures take: an administrator has entered it where the installation still has the default.

As the national database of procedures prints it, from memory: enough for a demo, nothing to decide by.
"""

from __future__ import annotations

from collections.abc import Iterable

from procedures.models import DurationUnit, ProcedureCase

U = DurationUnit
#: Procedures by how long they take; online it may be shorter. Zero working days: on the day itself.
_DURATIONS: tuple[tuple[int, DurationUnit, int | None, str], ...] = (
    (0, U.WORKING_DAY, None, "2.000815 2.000942 2.000884 2.000908 1.001193 1.000656 2.000635 1.011441 1.011443"),
    (1, U.WORKING_DAY, None, "1.000894 2.000927 1.001308"),
    (2, U.WORKING_DAY, None, "2.001035 2.000913 2.001016 2.001019 2.001406 2.000992 2.001008"),
    (4, U.HOUR, None, "1.012789"),
    (3, U.WORKING_DAY, 2, "1.001612 2.000720 2.001610 2.001583 2.001199 2.002043"),
    (5, U.WORKING_DAY, None, "1.010038 1.002809 3.000348 1.001022 1.001731"),
    (7, U.WORKING_DAY, None, "1.004222 2.001194 2.002307"),
    (8, U.WORKING_DAY, 7, "1.001456"),
    (10, U.WORKING_DAY, 9, "3.000333 1.012786 3.000346 1.012906 1.006424 2.000205"),
    (15, U.WORKING_DAY, None, "1.013225 1.013229 1.013226 2.000181 2.000620 1.004628 1.004623 2.001827 1.013855"),
    (20, U.CALENDAR_DAY, None, "1.014092 1.013237 1.008891 1.004359 1.001776 2.000528"),
    (30, U.CALENDAR_DAY, None, "2.001263 1.012278 1.004594 1.014203 1.010727"),
    (3, U.MONTH, None, "1.003160 1.003976"),
)  # fmt: skip


_SAME_DAY_HOURS = 1.2


def enter() -> None:
    """Write durations down, and leave what somebody has changed."""
    cases = {
        case.pk: case
        for case in ProcedureCase.objects.filter(
            duration_days=3, duration_unit=U.WORKING_DAY, online_duration=None
        ).select_related("procedure")
    }
    by_code: dict[str, list[ProcedureCase]] = {}
    for case in cases.values():
        by_code.setdefault(case.procedure.code, []).append(case)
    for value, unit, online, codes in _DURATIONS:
        for case in _of(by_code, codes.split()):
            case.duration_days, case.duration_unit, case.online_duration = value, unit, online
    ProcedureCase.objects.bulk_update(cases.values(), ["duration_days", "duration_unit", "online_duration"])


def _of(by_code: dict[str, list[ProcedureCase]], codes: Iterable[str]) -> Iterable[ProcedureCase]:
    return (case for code in codes for case in by_code.get(code, ()))


def working_hours(case: ProcedureCase, channel: str) -> float:
    """Return about how many working hours an office has for a case; what is due on its day has no time to lie."""
    value = case.duration_by(channel)
    match case.duration_unit:
        case U.HOUR:
            return value
        case U.CALENDAR_DAY:
            return value * 8 * 5 / 7
        case U.MONTH:
            return value * 8 * 21
        case _:
            return value * 8 if value else _SAME_DAY_HOURS
