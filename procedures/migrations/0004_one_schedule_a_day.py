"""Where several schedules of a procedure were active on one day, join them into complete ones.

Needed before `schedule_active_once_a_day` can hold. The old ones are retired and keep
their rules, which frozen bills name; lines keep the legal basis they came from.
"""

from django.db import migrations
from psycopg2.extras import DateRange


def join(apps, schema_editor):
    Schedule = apps.get_model("procedures", "FeeSchedule")
    active = Schedule.objects.filter(state="active").order_by("procedure_id", "version")
    by_procedure = {}
    for schedule in active.prefetch_related("rules", "exemptions"):
        by_procedure.setdefault(schedule.procedure_id, []).append(schedule)
    for procedure_id, schedules in by_procedure.items():
        edges = sorted({s.valid_during.lower for s in schedules} | {s.valid_during.upper for s in schedules} - {None})
        spans = list(zip(edges, [*edges[1:], None]))
        members = [[s for s in schedules if starts in s.valid_during] for starts, _ in spans]
        if all(len(found) <= 1 for found in members):
            continue
        version = max(Schedule.objects.filter(procedure_id=procedure_id).values_list("version", flat=True))
        Schedule.objects.filter(pk__in=[s.pk for s in schedules]).update(state="retired")
        for (starts, ends), found in zip(spans, members):
            if found:
                version += 1
                _make(apps, procedure_id, version, DateRange(starts, ends), found)


def _make(apps, procedure_id, version, valid_during, members):
    made = apps.get_model("procedures", "FeeSchedule").objects.create(
        procedure_id=procedure_id,
        version=version,
        valid_during=valid_during,
        legal_basis="; ".join(dict.fromkeys(s.legal_basis for s in members))[:255],
        note="; ".join(dict.fromkeys(s.note for s in members))[:500],
    )
    groups = set()
    position = 0
    for schedule in members:
        for rule in schedule.rules.all():
            rule.pk, rule.schedule, rule.legal_basis, rule.position = None, made, schedule.legal_basis, position
            rule._state.adding = True
            rule.save()
            position += 1
        for exemption in schedule.exemptions.all():
            if exemption.group not in groups:
                groups.add(exemption.group)
                exemption.pk, exemption.schedule = None, made
                exemption._state.adding = True
                exemption.save()
    made.state = "active"
    made.save(update_fields=["state"])


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("procedures", "0003_rules_by_person_and_calendar")]
    operations = [migrations.RunPython(join, migrations.RunPython.noop, elidable=True)]
