"""The month's routine: steps from a start, their trace, the board, the day."""
