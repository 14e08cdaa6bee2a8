"""The table of Django's database cache: what all processes have to know at once, for a while."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_drop_theme")]

    operations = [
        migrations.RunSQL(
            # Unlogged: quick to write, and nothing in it is worth keeping over a crash.
            """
            CREATE UNLOGGED TABLE accounts_shared_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX accounts_shared_cache_expires ON accounts_shared_cache (expires);
            """,
            "DROP TABLE accounts_shared_cache",
        ),
    ]
