"""A cancelled receipt stays cancelled, as a receipt stays a receipt (I7)."""

from django.db import migrations

CREATE = """
CREATE TRIGGER receipt_cancellations_are_frozen BEFORE UPDATE OR DELETE ON payments_receiptcancellation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP = "DROP TRIGGER receipt_cancellations_are_frozen ON payments_receiptcancellation;"


class Migration(migrations.Migration):
    """Trigger."""

    dependencies = [("payments", "0003_money_core")]
    operations = [migrations.RunSQL(CREATE, DROP)]
