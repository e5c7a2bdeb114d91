"""One song, in a file or in memory, to a track."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

import emoviz
from emoviz import errors
from emoviz.models.estimator import Estimator
from emoviz.songs.song import Song
from emoviz.system import paths
from emoviz.tracking.tracker import File2Track
from tests.support.audio import music, write_music, write_sound_tracks
from tests.support.models import copy_shipped

RATE_HZ = 22050


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("song") / "song.wav"
    write_music(path, 40.0, RATE_HZ, subtype="FLOAT")
    return path


@pytest.fixture(scope="module")
def expected(song: Path, shipped_model: Estimator) -> emoviz.Track:
    return File2Track(shipped_model)(Song.open(song), report=lambda _: None)


def test_a_song_gives_what_the_program_gives(song: Path, expected: emoviz.Track) -> None:
    assert emoviz.track(song, model="cae") == expected
    assert emoviz.track(str(song), model="cae") == expected


def test_progress_comes_up_to_one(song: Path, expected: emoviz.Track) -> None:
    told: list[float] = []
    assert emoviz.track(song, model="cae", progress=told.append) == expected
    assert told == sorted(told)
    assert told[0] >= 0.0
    assert told[-1] == 1.0


def test_progress_cancels_by_saying_false(song: Path) -> None:
    told: list[float] = []

    def enough(done: float) -> bool:
        told.append(done)
        return len(told) < 3

    with pytest.raises(emoviz.AnalysisCancelledError):
        emoviz.track(song, model="cae", progress=enough)
    assert len(told) == 3
    samples, rate_hz = soundfile.read(song)
    with pytest.raises(emoviz.AnalysisCancelledError):
        emoviz.track_samples(samples, rate_hz, model="cae", progress=lambda _: False)


def test_an_error_of_progress_comes_out(song: Path) -> None:
    def fail(_: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        emoviz.track(song, model="cae", progress=fail)


def test_damage_is_a_warning_at_the_line_of_the_caller(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "quiet.wav", np.zeros(RATE_HZ), RATE_HZ)
    with pytest.warns(UserWarning, match=r"quiet\.wav: the song is silent") as caught:
        emoviz.track(tmp_path / "quiet.wav", model="cae")
    assert caught[0].filename == __file__


def test_what_is_wrong_is_said(tmp_path: Path, song: Path) -> None:
    with pytest.raises(errors.SongNotFoundError):
        emoviz.track(tmp_path / "nothing.wav", model="cae")
    with pytest.raises(errors.ModelNotFoundError):
        emoviz.track(song, model="mozart")


def test_models_are_told_and_a_broken_one_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [model.name for model in emoviz.installed_models()] == ["cae", "musicnn"]
    copy_shipped(tmp_path / "cae")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.toml").write_text("nothing")
    monkeypatch.setattr(paths, "models", lambda: tmp_path)
    with pytest.warns(UserWarning, match="broken"):
        assert [model.name for model in emoviz.installed_models()] == ["cae"]


def test_samples_give_what_their_file_gives(song: Path, expected: emoviz.Track) -> None:
    samples, rate_hz = soundfile.read(song, dtype="float32")
    found = emoviz.track_samples(samples, rate_hz, model="cae", title="in memory")
    np.testing.assert_array_equal(found.values, expected.values)
    assert found.provenance.song_title == "in memory"
    assert found.provenance.song_file == "samples"
    doubles = emoviz.track_samples(samples.astype(float), float(rate_hz), model="cae")
    assert doubles.provenance.song_sha256 == found.provenance.song_sha256
    assert doubles.provenance.song_sha256 != expected.provenance.song_sha256


SOUND = music(3.0, RATE_HZ)[:, 0].astype(float)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(SOUND.astype(np.float32), id="float32"),
        pytest.param(SOUND.astype(np.longdouble), id="longdouble"),
        pytest.param(SOUND.astype(np.float32).astype(">f4"), id="big-endian"),
        pytest.param(SOUND[:, np.newaxis], id="one channel"),
        pytest.param(np.stack([SOUND, SOUND], axis=1), id="two channels"),
        pytest.param(np.stack([SOUND, SOUND * 0, -SOUND], axis=1), id="powers of channels"),
        pytest.param(SOUND.tolist(), id="a list"),
    ],
)
def test_samples_of_any_form_sound_the_same(samples: npt.ArrayLike) -> None:
    expected = emoviz.track_samples(SOUND, RATE_HZ, model="cae")
    found = emoviz.track_samples(samples, RATE_HZ, model="cae")
    np.testing.assert_allclose(found.values, expected.values, atol=2e-6)


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i2"])
def test_integers_are_divided_by_their_full_scale(kind: str) -> None:
    bits = 8 * np.dtype(kind).itemsize
    # 24 bits are what single precision holds.
    steps = np.round(SOUND * (2 ** (min(bits, 24) - 1) - 1)).astype(np.int64)
    whole = steps << max(bits - 24, 0)
    if "u" in kind:
        whole = whole.astype(np.uint64) + np.uint64(2 ** (bits - 1))
    expected = emoviz.track_samples(steps / 2.0 ** (min(bits, 24) - 1), RATE_HZ, model="cae")
    found = emoviz.track_samples(whole.astype(kind), RATE_HZ, model="cae")
    np.testing.assert_allclose(found.values, expected.values, atol=2e-6)


def test_samples_are_resampled() -> None:
    expected = emoviz.track_samples(music(12.0, RATE_HZ), RATE_HZ, model="cae")
    found = emoviz.track_samples(music(12.0, 48000), 48000, model="cae")
    assert len(found) == len(expected) == 24
    assert np.abs(found.values[:, :2] - expected.values[:, :2]).mean() < 0.1


NAN, ENDLESS = SOUND.copy(), SOUND.copy()
NAN[30000], ENDLESS[30000] = np.nan, np.inf


@pytest.mark.parametrize(
    ("samples", "rate_hz", "sentence"),
    [
        (NAN, RATE_HZ, "number 30000 is NaN; put 0"),
        (ENDLESS, RATE_HZ, "one of them is inf"),
        (SOUND * 32768, RATE_HZ, "full scale of floats is 1; divide"),
        (SOUND.reshape(1, -1), RATE_HZ, r"shape is \(1, 66150\).*transposed"),
        (SOUND.reshape(-1, 2, 5), RATE_HZ, "shape is"),
        (np.zeros((RATE_HZ, 0)), RATE_HZ, "shape is"),
        (np.float64(0.5), RATE_HZ, "shape is"),
        (np.zeros(0), RATE_HZ, "at least half a second"),
        (SOUND[:9000], RATE_HZ, "are 0.41 s; a prediction needs"),
        (SOUND > 0, RATE_HZ, "kind bool"),
        (SOUND * 1j, RATE_HZ, "kind complex128"),
        (["a", "b"], RATE_HZ, "kind <U1"),
        ([[0.0, 1.0], [2.0]], RATE_HZ, "no array"),
        (SOUND, 0, "a rate of 0 Hz"),
        (SOUND, -44100, "a rate of"),
        (SOUND, 44100.5, "a rate of"),
        (SOUND, np.nan, "a rate of nan"),
        (SOUND, np.inf, "a rate of inf"),
        (SOUND, 44.1, "a rate of 44.1 Hz"),
        (SOUND, 10**9, "a rate of"),
    ],
)
def test_what_is_no_sound_is_refused(samples: npt.ArrayLike, rate_hz: float, sentence: str) -> None:
    with pytest.raises(errors.SamplesError, match=sentence) as caught:
        emoviz.track_samples(samples, rate_hz, model="cae")
    assert isinstance(caught.value, ValueError)


def test_labels_are_read_and_it_is_said_how(tmp_path: Path) -> None:
    for name in ("valence.csv", "arousal.csv"):
        (tmp_path / name).write_text("song_id;sample_500ms\n2;0,25\n", encoding="utf-8")
    with pytest.warns(UserWarning, match="semicolons between its columns and commas in its"):
        found = emoviz.load_labels(tmp_path / "valence.csv")
    assert found.of("2").tolist() == [[0.25, 0.25]]
    assert found.name_for(Path("song 2.mp3")) == "2"


def test_one_of_several_sound_tracks_is_chosen_and_said(tmp_path: Path) -> None:
    film = tmp_path / "film.mka"
    write_sound_tracks(film, [music(4.0, RATE_HZ), music(2.0, RATE_HZ, 1)], RATE_HZ)
    with pytest.warns(UserWarning, match="of its 2 sound tracks number 2 was heard, as chosen"):
        track = emoviz.track(film, model="cae", sound_track=2)
    assert len(track) == 4
    with pytest.raises(emoviz.errors.SongError, match="none of number 3"):
        emoviz.track(film, model="cae", sound_track=3)
