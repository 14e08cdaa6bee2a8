"""Learning in Solmu: the programme's contents in versions, and how far each participant is."""
