from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0006_discrepancy_without_stored_advice'),
    ]

    operations = [
        migrations.RenameField(
            model_name='payment',
            old_name='refunded_amount',
            new_name='reserved_amount',
        ),
        migrations.AlterField(
            model_name='payment',
            name='reserved_amount',
            field=models.BigIntegerField(default=0, verbose_name='Đã hoàn hoặc đang chờ hoàn (đồng)'),
        ),
    ]
