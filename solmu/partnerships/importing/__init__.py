"""The import of an institution's own spreadsheet: words, plan, one transaction, undo."""
