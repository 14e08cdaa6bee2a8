"""What holds for every template: how much it may hold, and the error that says what is wrong."""

MOST_CLAUSES = 100
LONGEST_TEXT = 20_000


class BaseError(ValueError):
    """The template can't be changed so; the sentence says why, `field` where."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
