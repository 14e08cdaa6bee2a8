"""The strategic picture on any date: list, map, board, what changed, what waits."""
