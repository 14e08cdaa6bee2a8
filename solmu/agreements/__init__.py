"""Agreements: base templates, drafting together, signing, and the life of what was agreed."""
