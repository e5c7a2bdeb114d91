"""Songs tracked by a real Dask scheduler and its workers, some of which are ended in the middle."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import distributed
import pytest
import soundfile

from emoviz import errors
from emoviz.library.cluster import analyze_on
from emoviz.library.store import Library
from emoviz.library.tracking import analyze
from tests.support.audio import music, wait_until, write_music
from tests.support.patience import DEADLINE_S
from tests.support.program import ROOT, Program

pytestmark = pytest.mark.more

RATE_HZ = 22050
SONGS = 10


class Cluster:
    """A scheduler and workers on the loop-back interface, in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        said = folder / "scheduler.json"
        self._scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", said)
        wait_until(lambda: said.exists() and said.read_bytes().endswith(b"}"))
        self.address: str = json.loads(said.read_text())["address"]

    def add_worker(self, root: Path = ROOT, place: Path | None = None) -> int:
        """Start a worker with the emoviz that is in `root` and give its process."""
        options = (self.address, "--nthreads", "1", "--no-nanny")
        return self._start("worker", *options, root=root, place=place).pid

    def wait_for_workers(self, count: int) -> None:
        """Wait until as many workers have joined."""
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, DEADLINE_S)

    def wait_until_busy(self, worker: int) -> None:
        """Wait until the worker of that process tracks a song."""
        with distributed.Client(self.address, set_as_default=False) as client:
            processes = client.run(os.getpid)
            (address,) = (name for name, process in processes.items() if process == worker)
            wait_until(lambda: client.processing([address])[address])

    def lose_scheduler(self) -> None:
        """End the scheduler without a word to anybody."""
        self._scheduler.kill()
        self._scheduler.wait()

    def stop(self) -> None:
        """End what still runs."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(
        self, verb: str, *options: object, root: Path = ROOT, place: Path | None = None
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", verb, *options]
        with (self._folder / f"{verb}{len(self._processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*map(str, command), "--host", "127.0.0.1", "--no-dashboard"],
                cwd=place or self._folder,
                env=os.environ
                | {"PYTHONPATH": str(root), "DASK_TEMPORARY_DIRECTORY": str(self._folder)},
                stderr=log,
            )
        self._processes.append(process)
        return process


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    running = Cluster(folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("album")
    for number in range(SONGS):
        # Of its own, for a song is known by its bytes.
        soundfile.write(folder / f"{number}.flac", music(30.0, RATE_HZ, seed=number), RATE_HZ)
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path, tmp_path / "home")
    yield program
    program.end()


def test_a_worker_that_is_killed_in_the_middle_costs_no_song_and_doubles_none(
    cluster: Cluster, album: Path
) -> None:
    songs = sorted(album.iterdir())
    victim, _ = cluster.add_worker(), cluster.add_worker()
    cluster.wait_for_workers(2)
    outcomes = analyze_on(cluster.address, songs, "cae")
    found = [next(outcomes)]
    cluster.wait_until_busy(victim)
    os.kill(victim, signal.SIGKILL)
    found.extend(outcomes)
    assert Counter(outcome.path for outcome in found) == Counter(songs)
    expected = {outcome.path: outcome.track for outcome in analyze(songs, "cae", jobs=1)}
    assert {outcome.path: outcome.track for outcome in found} == expected


def test_what_a_lost_scheduler_leaves_is_done_by_a_second_run(
    cluster: Cluster, album: Path, program: Program
) -> None:
    cluster.add_worker()
    library = program.place / "songs.library"
    arguments = ("library", "add", album, "--library", library)
    run = program.start(*arguments, "--scheduler", cluster.address, stderr=subprocess.PIPE)

    def known() -> int:
        if not library.exists():
            return 0
        with Library.open(library) as opened:
            return len(opened)

    wait_until(known)
    cluster.lose_scheduler()
    _, said = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 1
    assert said.decode().startswith(f"emoviz: {cluster.address}: the scheduler has gone.")
    assert said.count(b"\n") == 1
    kept = known()
    assert 0 < kept < SONGS
    second = program(*arguments)
    assert second.returncode == 0, second.stderr
    assert f"{SONGS - kept} tracked, {kept} known already, 0 failed" in second.stdout
    assert known() == SONGS


def test_songs_are_named_as_they_were_given_and_a_worker_that_does_not_see_one_says_so(
    cluster: Cluster, program: Program
) -> None:
    elsewhere = program.place / "elsewhere"
    elsewhere.mkdir()
    cluster.add_worker(place=elsewhere)
    write_music(program.place / "song.wav", 3.0, RATE_HZ)
    done = program("analyze", "song.wav", "gone.wav", "-o", "out", "--scheduler", cluster.address)
    assert done.returncode == 1
    assert (program.place / "out" / "song.csv").exists()
    unseen = f"the worker on {socket.gethostname()} cannot see this file; keep the songs on a disk"
    assert f"emoviz: {program.place / 'gone.wav'}: {unseen}" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('__version__ = "0.0.9"', r"it has emoviz 0\.0\.9"),
        ("raise ImportError('there is none')", "there is none"),
    ],
)
def test_a_worker_with_another_emoviz_or_none_is_refused(
    cluster: Cluster, album: Path, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "emoviz").mkdir()
    (tmp_path / "emoviz" / "__init__.py").write_text(content)
    cluster.add_worker(root=tmp_path)
    with pytest.raises(errors.WorkerError, match=rf"{said}\).*give every worker emoviz"):
        next(analyze_on(cluster.address, album.iterdir(), "cae"))


def test_a_song_whose_workers_are_ended_is_given_up_and_the_rest_is_done(
    tmp_path: Path, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By default a song has four tries, and this test would have to end as many workers.
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    cluster = Cluster(tmp_path)
    try:
        victim = cluster.add_worker()
        songs = sorted(album.iterdir())
        outcomes = analyze_on(cluster.address, songs, "cae")
        found = [next(outcomes)]
        cluster.wait_until_busy(victim)
        os.kill(victim, signal.SIGKILL)
        cluster.add_worker()
        found.extend(outcomes)
    finally:
        cluster.stop()
    assert Counter(outcome.path for outcome in found) == Counter(songs)
    given_up = [outcome for outcome in found if outcome.track is None]
    assert 0 < len(given_up) < SONGS - 1
    for outcome in given_up:
        assert outcome.error.startswith(f"{outcome.path}: several workers were ended while")


def test_a_scheduler_without_workers_is_not_waited_for_for_ever(
    cluster: Cluster, album: Path
) -> None:
    with pytest.raises(errors.NoWorkersError, match="no worker for 1 s"):
        next(analyze_on(cluster.address, album.iterdir(), "cae", patience_s=1.0))


def test_the_last_worker_that_dies_is_not_waited_for_for_ever(
    cluster: Cluster, album: Path
) -> None:
    worker = cluster.add_worker()
    cluster.wait_for_workers(1)
    outcomes = analyze_on(cluster.address, sorted(album.iterdir()), "cae", patience_s=4.0)
    next(outcomes)
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(errors.NoWorkersError, match="What is done is kept"):
        list(outcomes)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1", "nonsense:", "http://a:1"])
def test_an_address_where_no_scheduler_is_is_said(
    album: Path, program: Program, address: str
) -> None:
    done = program("analyze", album, "-o", "out", "--scheduler", address)
    assert done.returncode == 1
    assert done.stderr.startswith(f"emoviz: {address}: no Dask scheduler answers there (")
    assert done.stderr.count("\n") == 1


def test_what_is_no_scheduler_is_not_waited_for_for_ever(album: Path, program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        done = program("analyze", album, "-o", "out", "--scheduler", address)
    assert done.returncode == 1
    assert f"{address}: no Dask scheduler answers there (no greeting within" in done.stderr


def test_without_the_extra_its_name_is_said(album: Path, program: Program) -> None:
    package = program.place / "distributed"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError\n")
    done = program("analyze", album, "-o", "out", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 1
    assert "pip install 'emoviz[cluster]'" in done.stderr


def test_dask_is_imported_only_where_a_scheduler_is_asked_for(album: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from emoviz.cli import main; "
        f"assert main(['analyze', {str(album / '0.flac')!r}, '--model', 'cae', '-o', '-']) == 0; "
        "assert not {'dask', 'distributed', 'mutagen'} & set(sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=tmp_path)
