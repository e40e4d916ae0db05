from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0007_signers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Spent',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('until', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'số lần đã thử',
                'verbose_name_plural': 'số lần đã thử',
            },
        ),
    ]
