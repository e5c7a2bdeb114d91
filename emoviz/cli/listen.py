"""`emoviz listen`: a line for every half-second that is heard, and its track and sound in files."""

import argparse
import math
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from emoviz import errors
from emoviz.cli.arguments import add_model, hand_over, seconds
from emoviz.devices.microphone import Microphone
from emoviz.live.listening import POLL_S, Listening, News, Recorded
from emoviz.live.tracker import LiveUpdate
from emoviz.models import estimator
from emoviz.system import files
from emoviz.system.terminal import complain, quiet_libraries
from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.saying import Sayer
from emoviz.tracks.trail import time_of
from emoviz.units import Values


@dataclass(frozen=True)
class ListenRequest:
    """Which input is to be listened to and for how long; where its track and its sound go."""

    device: str
    seconds: float
    output: Path | None
    record: Path | None
    model: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of `emoviz listen`."""
    parser.description = (
        "Prints a line for every half-second that is heard, until Ctrl+C. 'emoviz devices' lists "
        "the inputs."
    )
    parser.add_argument(
        "--device", default="", metavar="NAME", help="the input (default: the system's)"
    )
    parser.add_argument(
        "--seconds", type=seconds, default=math.inf, metavar="N", help="end after N seconds"
    )
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE.csv", help="write the track at the end"
    )
    parser.add_argument("--record", type=Path, metavar="FILE.flac", help="write what is heard")
    add_model(parser)
    hand_over(parser, ListenRequest, listen)


@quiet_libraries()
def listen(request: ListenRequest) -> int:
    """Listen to an input until so many seconds have been heard or an interrupt comes.

    Gives the exit status. Raises `errors.EmovizError`; what was heard before an input was lost is
    written all the same.
    """
    for target in filter(None, (request.output, request.record)):
        files.check_target(target)
    listening = Listening(Microphone(request.device), estimator.load(request.model))
    listening.record_to = request.record
    lines = _Lines(sys.stdout)
    lost: errors.InputDeviceLostError | None = None
    with _interrupted() as stop:
        while not stop.wait(POLL_S) and listening.heard_s < request.seconds:
            try:
                lines.take(listening.step(request.seconds))
            except errors.InputDeviceLostError as error:
                lost = error
                break
        lines.take(listening.end())
    if request.output is not None and lines.values is not None:
        recorded = lines.recorded
        trajectory = recorded.trajectory if recorded else listening.trajectory(lines.values)
        trajectory.save_csv(request.output)
    if lost is not None:
        raise lost
    if lines.values is None:
        raise errors.NothingHeardError
    return 1 if lines.failed else 0


class _Lines:
    """Prints a line for each new value, and keeps what is wanted in the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._sayer = Sayer(Circumplex.music())
        self._printed = 0
        self.values: Values | None = None
        self.recorded: Recorded | None = None
        self.failed = False

    def take(self, news: News) -> None:
        if news.update is not None:
            self._print(news.update)
        if news.problem is not None:
            self.failed = True
            complain(str(news.problem))
        self.recorded = news.recorded or self.recorded

    def _print(self, update: LiveUpdate) -> None:
        self.values = update.values
        said = self._sayer.said(update.values)
        for index in range(self._printed, len(update.values)):
            valence, arousal, *deviations = update.values[index].tolist()
            if math.isnan(valence):
                print(f"{time_of(index):8.1f} s   silent", file=self._stream, flush=True)
                continue
            shown = [f"{value:+.2f}" for value in (valence, arousal)]
            if deviations:
                shown = [f"{text} ± {sd:.2f}" for text, sd in zip(shown, deviations, strict=True)]
            numbers = f"valence {shown[0]}   arousal {shown[1]}"
            line = f"{time_of(index):8.1f} s   {numbers}   {said[index]}"
            print(line, file=self._stream, flush=True)
        self._printed = len(update.values)


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Give what is set by an interrupt (Ctrl+C) instead of what that does otherwise."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
