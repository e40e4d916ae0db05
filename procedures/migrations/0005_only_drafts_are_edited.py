"""One active schedule a day; and what was proposed stays what the second person approves.

Replaces the function of 0002: not only active schedules are frozen, only drafts are open.
A rule written while its schedule is being proposed waits for that and is refused (FOR SHARE).
"""

from importlib import import_module

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.functions.comparison
from django.db import migrations, models

EARLIER = import_module("procedures.migrations.0002_active_schedules_are_frozen").CREATE
CREATE = """
CREATE OR REPLACE FUNCTION refuse_active_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    IF TG_TABLE_NAME = 'procedures_feeschedule' THEN
        IF OLD.state = 'draft' THEN RETURN coalesce(NEW, OLD); END IF;
        IF TG_OP = 'UPDATE' AND (
            -- back to the desk or on to the next hand; nothing else may change on the way
            OLD.state IN ('proposed', 'approved') AND NEW.state IN ('draft', 'proposed', 'approved', 'active')
            AND NOT (OLD.state = 'proposed' AND NEW.state = 'active')
            AND (to_jsonb(NEW) - 'state' - 'approved_by_id') = (to_jsonb(OLD) - 'state' - 'approved_by_id')
            AND (OLD.state = 'proposed' OR NEW.state = 'draft' OR NEW.approved_by_id = OLD.approved_by_id)
            OR OLD.state = 'active' AND NEW.state IN ('active', 'retired')
            AND lower(NEW.valid_during) = lower(OLD.valid_during)
            AND (to_jsonb(NEW) - 'state' - 'valid_during') = (to_jsonb(OLD) - 'state' - 'valid_during')
        ) THEN RETURN NEW; END IF;
    ELSE
        SELECT state INTO held FROM procedures_feeschedule
         WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.schedule_id ELSE OLD.schedule_id END FOR SHARE;
        IF held IS NULL OR held = 'draft' THEN
            IF TG_OP <> 'UPDATE' OR NEW.schedule_id = OLD.schedule_id THEN RETURN coalesce(NEW, OLD); END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'an active fee schedule cannot be changed: make a new version'
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    """Constraint and function."""

    dependencies = [("procedures", "0004_one_schedule_a_day")]
    operations = [
        migrations.AddConstraint(
            model_name='feeschedule',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'active')), expressions=[('procedure', '='), (django.db.models.functions.comparison.Coalesce('agency', models.Value(0)), '='), ('valid_during', '&&')], name='schedule_active_once_a_day', violation_error_message='Đã có biểu phí khác áp dụng trong thời gian này.'),
        ),
        migrations.RunSQL(CREATE, EARLIER.split("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    ]
