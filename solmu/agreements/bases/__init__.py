"""Base templates: writing, approving, publishing, copying, importing a Word file."""
