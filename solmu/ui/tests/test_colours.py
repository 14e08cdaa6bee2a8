"""Every pair of colours that a component draws can be read, on paper and in the dark."""

import pytest

from solmu.ui.colours import MARK_PAIRS, TEXT_PAIRS, contrast, palette


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(text: str, ground: str, theme: int) -> None:
    colours = palette()

    assert contrast(colours[text][theme], colours[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("mark", "ground"), MARK_PAIRS)
def test_mark_is_discernible(mark: str, ground: str, theme: int) -> None:
    colours = palette()

    assert contrast(colours[mark][theme], colours[ground][theme]) >= 3


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == 21
