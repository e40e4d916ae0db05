"""The ledger cannot be changed or deleted, not even by a mistake in our own code (I1)."""

from django.db import migrations

CREATE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct with a new row', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON payments_ledgerevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_are_frozen BEFORE UPDATE OR DELETE ON payments_receipt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bill_lines_are_frozen BEFORE UPDATE OR DELETE ON payments_billline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON agencies_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP = """
DROP TRIGGER ledger_is_append_only ON payments_ledgerevent;
DROP TRIGGER receipts_are_frozen ON payments_receipt;
DROP TRIGGER bill_lines_are_frozen ON payments_billline;
DROP TRIGGER audit_is_append_only ON agencies_auditentry;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("payments", "0001_initial"), ("agencies", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
