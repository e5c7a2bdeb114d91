"""How fast a run is, and what is said of it."""

from emoviz.cli.progress import Throughput, clock_text, summary
from emoviz.library.batch import Fate, Tally


def test_the_throughput_is_that_of_the_songs_that_took_time() -> None:
    now_s = 0.0
    throughput = Throughput(1000, clock=lambda: now_s)
    assert throughput.text == ""
    for _ in range(400):
        throughput.count(Fate.KNOWN)
    for _ in range(20):
        throughput.count(Fate.TRACKED)
    now_s = 10.0
    assert throughput.songs_per_s == 2.0
    assert throughput.text == "2.0 songs/s, 4:50 left"


def test_durations_and_counts_are_said() -> None:
    assert [clock_text(s) for s in (0.4, 59.6, 3723.0)] == ["0:00", "1:00", "1:02:03"]
    tally = Tally()
    for fate in (Fate.TRACKED, Fate.TRACKED, Fate.FAILED):
        tally.add(fate)
    assert summary(tally, 61.0) == "2 tracked, 0 known already, 1 failed; 1:01"
