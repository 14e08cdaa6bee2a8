"""Base templates: written as clauses, approved, copied by others, read from and written to Word."""
