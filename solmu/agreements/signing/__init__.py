"""Signing: asking, identifying, signing or declining, the record, the sealed document."""
