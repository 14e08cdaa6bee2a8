"""A new institution, with its ladder of levels and its lists of contents and themes."""
