"""Entries are written without waiting; a chain of links of its own, which cannot be changed, joins them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION audit_link_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_links_are_append_only BEFORE UPDATE OR DELETE ON agencies_auditlink
    FOR EACH ROW EXECUTE FUNCTION audit_link_refuse_change();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER audit_links_are_append_only ON agencies_auditlink;
DROP FUNCTION audit_link_refuse_change();
"""


class Migration(migrations.Migration):
    """The chain."""

    dependencies = [
        ("agencies", "0002_reforms_and_onboarding"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='auditentry',
            name='hash',
        ),
        migrations.RemoveField(
            model_name='auditentry',
            name='previous_hash',
        ),
        migrations.AddField(
            model_name='auditentry',
            name='address',
            field=models.CharField(blank=True, max_length=45, verbose_name='Từ máy'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(max_length=40, verbose_name='Việc'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Người làm'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='agency',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='Cơ quan'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='at',
            field=models.DateTimeField(db_index=True, verbose_name='Lúc'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='detail',
            field=models.JSONField(default=dict, verbose_name='Chi tiết'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='subject',
            field=models.CharField(db_index=True, max_length=80, verbose_name='Đối tượng'),
        ),
        migrations.CreateModel(
            name='AuditLink',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.CharField(max_length=64)),
                ('signature', models.CharField(blank=True, max_length=64)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='link', to='agencies.auditentry')),
            ],
            options={
                'verbose_name': 'mắt xích nhật ký',
                'verbose_name_plural': 'mắt xích nhật ký',
            },
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
    ]
