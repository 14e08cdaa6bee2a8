"""Sealed documents: certificates of institutions, codes to check by, and what a file proves."""
