"""Everything that is computed from records, written anew: evidence and the search index."""

from solmu.lib.composed import composed
from solmu.ties import writing


def rebuild_derived() -> None:
    """Write all evidence and the whole search index from the records."""
    writing.rebuild_all(composed("EVIDENCE"))
    for rebuild in composed("INDEXES"):
        rebuild()
