"""One partner: its page, value both ways, contacts, dialogue, confirmation by the partner."""
