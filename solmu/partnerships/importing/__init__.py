"""The import of an institution's own spreadsheet of partners: words, plan, one transaction, undo."""
