"""Certificates: the document, its badge, letters, feedback asked with the result."""
