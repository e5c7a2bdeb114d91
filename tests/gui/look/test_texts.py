"""How numbers are written in the window."""

import pytest

from emoviz.gui.look.texts import signed


@pytest.mark.parametrize(
    ("value", "text"), [(0.254, "+0.25"), (-0.254, "−0.25"), (-0.001, "+0.00"), (0.0, "+0.00")]
)
def test_values(value: float, text: str) -> None:
    assert signed(value) == text
