"""An active fee schedule and its rules cannot be edited: bills were computed from them."""

from django.db import migrations

CREATE = """
CREATE FUNCTION refuse_active_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    IF TG_TABLE_NAME = 'procedures_feeschedule' THEN
        IF OLD.state NOT IN ('active', 'retired') THEN RETURN coalesce(NEW, OLD); END IF;
        IF TG_OP = 'UPDATE' AND OLD.state = 'active'
           AND NEW.state IN ('active', 'retired')
           AND lower(NEW.valid_during) = lower(OLD.valid_during)
           AND (to_jsonb(NEW) - 'state' - 'valid_during') = (to_jsonb(OLD) - 'state' - 'valid_during')
        THEN RETURN NEW; END IF;
    ELSE
        SELECT state INTO held FROM procedures_feeschedule
         WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.schedule_id ELSE OLD.schedule_id END;
        IF held IS NULL OR held NOT IN ('active', 'retired') THEN RETURN coalesce(NEW, OLD); END IF;
    END IF;
    RAISE EXCEPTION 'an active fee schedule cannot be changed: make a new version'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER active_schedule_is_frozen BEFORE UPDATE OR DELETE ON procedures_feeschedule
    FOR EACH ROW EXECUTE FUNCTION refuse_active_schedule();
CREATE TRIGGER active_rules_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_feerule
    FOR EACH ROW EXECUTE FUNCTION refuse_active_schedule();
CREATE TRIGGER active_exemptions_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_exemption
    FOR EACH ROW EXECUTE FUNCTION refuse_active_schedule();
"""
DROP = """
DROP TRIGGER active_schedule_is_frozen ON procedures_feeschedule;
DROP TRIGGER active_rules_are_frozen ON procedures_feerule;
DROP TRIGGER active_exemptions_are_frozen ON procedures_exemption;
DROP FUNCTION refuse_active_schedule();
"""


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("procedures", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
