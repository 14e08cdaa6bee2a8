"""Extensions and functions that the other rooms' tables stand on."""

from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

# Sorting without ICU: Finnish and Swedish put å ä ö last, other marks fold to their letter (ü as y);
# English folds all of them. Immutable, so that generated columns and indexes can use it; not
# strict, so that it is written into the statement (three times as fast on an import).
SORT_KEY = r"""
CREATE FUNCTION solmu_sort_key(value text, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN language = 'en'
    THEN translate(lower(value), 'åäöæøüéèêëáàâãíìîïóòôõúùûñçšžčćłńśźżýÿāēīūģķļņß',
                                 'aaoaoueeeeaaaaiiiioooouuuncszcclnszzyyaeiugklns')
    ELSE translate(lower(value), 'åäöæøüéèêëáàâãíìîïóòôõúùûñçšžčćłńśźżýÿāēīūģķļņß',
                                 '{|}|}yeeeeaaaaiiiioooouuuncszcclnszzyyaeiugklns')
  END
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        UnaccentExtension(),
        migrations.RunSQL(SORT_KEY, "DROP FUNCTION solmu_sort_key(text, text)"),
    ]
