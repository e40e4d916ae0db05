# The count of wrong PINs moves to the rate limits. The column goes one version after the code has stopped using it;
# until then the database fills it in for both versions.

import core.database.encryption
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0003_identity_documents'),
    ]

    operations = [
        migrations.AddField(
            model_name='dossier',
            name='pin',
            field=core.database.encryption.EncryptedTextField(blank=True, db_default='', default='', editable=False, verbose_name='Mã PIN'),
        ),
        migrations.AlterField(
            model_name='dossier',
            name='pin_failures',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name='dossier', name='pin_failures')],
        ),
    ]
