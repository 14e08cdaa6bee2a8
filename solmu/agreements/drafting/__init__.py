"""Drafting together: from a base to a text that both sides agree on."""
