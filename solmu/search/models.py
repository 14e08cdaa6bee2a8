"""The search index: one row a record, written with the record in the same transaction."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from solmu.search.querysets import EntryQuerySet

# The kind of entries whose title is a person's name.
PERSON = "contact"


class Entry(models.Model):
    """What can be found of one record, and who may find it.

    `institution_id` is the institution that alone may find it; empty with `public` for all.
    `network_id` is the network in which all may find it.
    `leaders_only` narrows it further: in an institution to leaders and the author's person, in a
    network to all but guests.
    """

    kind = models.CharField(max_length=30)
    record_id = models.BigIntegerField()
    institution_id = models.BigIntegerField(null=True, blank=True)
    network_id = models.BigIntegerField(null=True, blank=True)
    public = models.BooleanField(default=False)
    leaders_only = models.BooleanField(default=False)
    author_id = models.BigIntegerField(null=True, blank=True)
    title = models.TextField()
    text = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="fi")
    url = models.CharField(max_length=300)
    words = SearchVectorField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record_id", "institution_id"],
                nulls_distinct=False,
                name="search_entry_is_one_a_record",
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="search_words"),
            # As icontains asks; of people the beginnings of their names are enough.
            GinIndex(
                OpClass(Upper("title"), "gin_trgm_ops"),
                condition=~Q(kind=PERSON),
                name="search_title_trigrams",
            ),
        ]

    def __str__(self) -> str:
        return self.title
