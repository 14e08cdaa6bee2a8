"""More statistics of names: how many match decides whether they are walked or looked up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("organisations", "0006_names_of_records")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE organisations_organisation ALTER COLUMN called SET STATISTICS 400",
            "ALTER TABLE organisations_organisation ALTER COLUMN called SET STATISTICS DEFAULT",
        ),
    ]
