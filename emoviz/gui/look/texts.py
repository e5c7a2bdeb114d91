"""How numbers are written in the window."""


def format_time(time_s: float, decimals: int = 0) -> str:
    """Write a time as 0:42 or 1:02:03, or with decimals of its seconds as 0:42.5."""
    # Cut, not rounded: a clock shows the second that runs.
    whole, part = divmod(int(time_s * 10**decimals + 1e-6), 10**decimals)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{part:0{decimals}}" if decimals else text


def signed(value: float) -> str:
    """Write a valence or arousal as +0.25 or −0.25, with the minus that is as wide as the plus."""
    return f"{value:+z.2f}".replace("-", "−")


def with_deviation(value: float, deviation: float | None) -> str:
    """Write a valence or arousal, with its deviation where there is one: +0.25 ± 0.16."""
    return signed(value) if deviation is None else f"{signed(value)} ± {deviation:.2f}"
