import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0008_limits")]

    operations = [
        migrations.AddField(
            model_name="reform",
            name="memory",
            field=models.JSONField(db_default={}, default=dict, editable=False, verbose_name="Trước khi sắp xếp"),
        ),
        migrations.AddField(
            model_name="reform",
            name="taken_back_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="Hủy lúc"),
        ),
        migrations.AddField(
            model_name="reform",
            name="taken_back_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Người hủy",
            ),
        ),
    ]
