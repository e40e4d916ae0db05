from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]

    operations = [migrations.RenameField(model_name="citizen", old_name="told_at", new_name="confirmed_at")]
