"""Many songs: what becomes of each."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from emoviz import errors
from emoviz.library import tracking
from emoviz.library.tracking import analyze, track_with
from emoviz.models.estimator import Estimator
from emoviz.songs.finding import find_songs
from emoviz.songs.song import DecodersOf, Song
from emoviz.tracking.tracker import File2Track, Update
from tests.support.audio import write_music

RATE_HZ = 22050
Params = ParamSpec("Params")
Answer = TypeVar("Answer")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("album")
    (folder / "disc 2").mkdir()
    write_music(folder / "b.wav", 3.0, RATE_HZ)
    write_music(folder / "a.FLAC", 4.0, RATE_HZ, format="FLAC")
    write_music(folder / "disc 2" / "c.ogg", 5.0, RATE_HZ)
    (folder / "cover.jpg").write_bytes(b"picture")
    (folder / "notes.txt").write_text("text")
    (folder / "folder.wav").mkdir()
    (folder / "bad.mp3").write_text("not audio")
    return folder


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_bad_file_does_not_stop_the_rest(
    album: Path, jobs: int, shipped_model: Estimator
) -> None:
    songs = [place for place, _ in find_songs([album])]
    outcomes = {outcome.path: outcome for outcome in analyze(songs, "cae", jobs)}
    assert set(outcomes) == set(songs)
    bad = outcomes.pop(album / "bad.mp3")
    assert bad.track is None
    assert bad.error.startswith(f"{album / 'bad.mp3'}: this is not audio")
    lengths = {}
    for path, outcome in outcomes.items():
        assert not outcome.error
        assert outcome.track is not None
        lengths[path.name] = len(outcome.track)
    assert lengths == {"a.FLAC": 8, "b.wav": 6, "c.ogg": 10}


def test_processes_give_what_one_process_gives(album: Path) -> None:
    songs = [album / "a.FLAC", album / "b.wav"]
    alone = {outcome.path: outcome.track for outcome in analyze(songs, "cae", 1)}
    together = {outcome.path: outcome.track for outcome in analyze(songs, "cae", 2)}
    assert alone == together


def test_progress_is_told_of_a_lone_song(album: Path, shipped_model: Estimator) -> None:
    updates: list[Update] = []
    (outcome,) = analyze([album / "b.wav"], "cae", 4, updates.append)
    assert updates[-1].decoded
    expected = File2Track(shipped_model)(Song.open(album / "b.wav"), report=lambda _: None)
    assert outcome.track == expected


@pytest.mark.parametrize("songs", [["a.FLAC", "b.wav"], ["a.FLAC"], ["bad.mp3"]])
def test_an_unknown_model_is_said_before_anything_is_done(album: Path, songs: list[str]) -> None:
    with pytest.raises(errors.ModelNotFoundError, match="'mozart'"):
        next(analyze([album / song for song in songs], "mozart", jobs=2))


def _die_of_deadly_songs() -> None:
    real_open = Song.open

    def dies_of_some(path: Path, decoders_of: DecodersOf, sound_track: int | None) -> Song:
        if "mistaken" in path.name:
            raise RuntimeError("a decoder's own mistake")
        if "deadly" in path.name:
            os.kill(os.getpid(), signal.SIGKILL if "1" in path.name else signal.SIGSEGV)
        return real_open(path, decoders_of, sound_track)

    Song.open = dies_of_some  # type: ignore[method-assign, assignment]


def _mortal_processes(jobs: int) -> Executor:
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _die_of_deadly_songs)


def test_an_error_nobody_thought_of_does_not_stop_the_rest(tmp_path: Path) -> None:
    songs = [tmp_path / "mistaken.wav", tmp_path / "z.wav"]
    for song in songs:
        write_music(song, 2.0, RATE_HZ)
    bad, good = track_with(_mortal_processes, songs, "cae", 1)
    assert bad.error.startswith(f"{songs[0]}: the analysis failed as nobody expected")
    assert "RuntimeError" in bad.trace
    assert good.track is not None
    assert not good.trace


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.more)])
def test_a_song_that_ends_its_process_is_given_up_and_the_rest_goes_on(
    tmp_path: Path, jobs: int
) -> None:
    songs = [tmp_path / f"{number:02}.wav" for number in range(12)]
    songs[3:3], songs[9:9] = [tmp_path / "deadly 1.wav"], [tmp_path / "deadly 2.wav"]
    for song in songs:
        write_music(song, 2.0, RATE_HZ)
    outcomes = list(track_with(_mortal_processes, iter(songs), "cae", jobs))
    assert sorted(outcome.path for outcome in outcomes) == sorted(songs)
    failed = {outcome.path.name: outcome.error for outcome in outcomes if outcome.error}
    assert sorted(failed) == ["deadly 1.wav", "deadly 2.wav"]
    assert "a process was ended twice before this song was done" in failed["deadly 1.wav"]


def _begin_to_hang(leash: Connection, tell: Connection, patience_s: float) -> None:
    real_open = Song.open

    def hangs(path: Path, decoders_of: DecodersOf, sound_track: int | None) -> Song:
        if "endless" in path.name:
            threading.Event().wait()
        return real_open(path, decoders_of, sound_track)

    Song.open = hangs  # type: ignore[method-assign, assignment]
    tracking._begin_work(leash, tell, patience_s)


def test_of_many_songs_one_whose_decoder_hangs_is_given_up_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "_begin_work", _begin_to_hang)
    songs = [tmp_path / f"{number}.wav" for number in range(5)]
    songs.insert(2, tmp_path / "endless.wav")
    for song in songs:
        write_music(song, 2.0, RATE_HZ)
    outcomes = {outcome.path: outcome for outcome in analyze(songs, "cae", 1, patience_s=4.0)}
    assert sorted(outcomes) == sorted(songs)
    lost = outcomes.pop(songs[2])
    assert lost.error.startswith(f"{songs[2]}: decoding broke off (nothing came of it for 4 s)")
    assert all(outcome.track is not None for outcome in outcomes.values())


def test_songs_are_drawn_as_there_is_need(tmp_path: Path) -> None:
    songs = [tmp_path / f"{number}.wav" for number in range(20)]
    for song in songs:
        write_music(song, 1.0, RATE_HZ)
    drawn: list[Path] = []

    def draw(song: Path) -> Path:
        drawn.append(song)
        return song

    done = 0
    for outcome in analyze(map(draw, songs), "cae", 2):
        assert outcome.track is not None
        done += 1
        assert len(drawn) - done < 6
    assert done == 20


class AtOnce(Executor):
    """Has done everything before it is waited for."""

    def submit(
        self,
        fn: Callable[Params, Answer],
        /,
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> Future[Answer]:
        """Do it here."""
        future: Future[Answer] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_no_song_is_lost_when_all_that_are_under_way_are_done_at_once(tmp_path: Path) -> None:
    songs = [tmp_path / f"{number}.wav" for number in range(7)]
    for song in songs:
        song.write_bytes(b"no song")
    outcomes = list(track_with(lambda _: AtOnce(), iter(songs), "cae", 1))
    assert sorted(outcome.path for outcome in outcomes) == songs
