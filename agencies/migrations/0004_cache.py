"""The table of Django's database cache, as `createcachetable` makes it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_audit_in_a_signed_chain")]

    operations = [
        migrations.RunSQL(
            """CREATE TABLE cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
               CREATE INDEX cache_expires ON cache (expires)""",
            "DROP TABLE cache",
        )
    ]
