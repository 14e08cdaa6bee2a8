"""Drawing the questions of an attempt from the bank. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from random import Random, SystemRandom

# (question, its part, how many options it has)
type Banked = tuple[int, int, int]
type Paper = list[tuple[int, list[int]]]


def shares(parts: dict[int, int], count: int) -> dict[int, int]:
    """How many questions each part gives: evenly, and what a small part lacks from the others."""
    wanted = min(count, sum(parts.values()))
    given = dict.fromkeys(sorted(parts), 0)
    while sum(given.values()) < wanted:
        # The part that has given least and still has some; the first of equals.
        open_parts = [part for part in given if given[part] < parts[part]]
        given[min(open_parts, key=lambda part: (given[part], part))] += 1
    return given


def draw(bank: Iterable[Banked], count: int, chance: Random | None = None) -> Paper:
    """Questions by part in a random order, each with a random order of its options."""
    chance = chance or SystemRandom()
    by_part: dict[int, list[Banked]] = defaultdict(list)
    for question in bank:
        by_part[question[1]].append(question)
    given = shares({part: len(found) for part, found in by_part.items()}, count)
    drawn = [one for part, number in given.items() for one in chance.sample(by_part[part], number)]
    chance.shuffle(drawn)
    return [(key, chance.sample(range(options), options)) for key, _part, options in drawn]
