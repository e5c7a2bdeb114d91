"""How numbers are written in the window."""

import pytest

from emoviz.gui.texts import format_time, signed


@pytest.mark.parametrize(
    ("time_s", "text", "with_tenths"),
    [
        (0.0, "0:00", "0:00.0"),
        (42.59, "0:42", "0:42.5"),
        (59.99, "0:59", "0:59.9"),
        (60.0, "1:00", "1:00.0"),
        (3723.4, "1:02:03", "1:02:03.4"),
    ],
)
def test_times(time_s: float, text: str, with_tenths: str) -> None:
    assert format_time(time_s) == text
    assert format_time(time_s, tenths=True) == with_tenths


@pytest.mark.parametrize(
    ("value", "text"), [(0.254, "+0.25"), (-0.254, "−0.25"), (-0.001, "+0.00"), (0.0, "+0.00")]
)
def test_values(value: float, text: str) -> None:
    assert signed(value) == text
