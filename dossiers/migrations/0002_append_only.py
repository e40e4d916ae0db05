"""The timeline cannot be changed or deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    """Trigger; the function came with payments."""

    dependencies = [("dossiers", "0001_initial"), ("payments", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER timeline_is_append_only BEFORE UPDATE OR DELETE ON dossiers_dossierevent "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change();",
            "DROP TRIGGER timeline_is_append_only ON dossiers_dossierevent;",
        )
    ]
