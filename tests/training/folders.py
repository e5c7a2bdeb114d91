"""Small data folders of the training's form, with real audio made on the spot."""

import csv
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 22050
CLIP_S = 10.02
SCORED = "emomusic-development"
EXTRA = "deam-2014"

RECIPE = """
title = "Tiny"
version = "0.0.1"
licence = "CC BY-NC 4.0"
notes = "Chosen to be small."
collection = "emomusic-development"
extra_collections = ["deam-2014"]
folds = 2
seeds = [1, 2]

[network]
channels = [4, 4, 4, 4]
dropout = 0.1
hidden = 4
context_dropout = 0.1
window_columns = 60

[training]
epochs = 3
batch_size = 4
learning_rate = 1e-2
weight_decay = 0.01
warmup_steps = 2
averaging = 0.5

[augmentation]
crop_columns = 24
gain_db = 1.0
tilt_db = 0.5
warp = 0.01
noise_share = 0.3
noise_db = [-110.0, -60.0]
masked_bands = 4
masked_columns = 2
mixup = 0.2
"""


def write_recipe(folder: Path, text: str = RECIPE) -> Path:
    """Write a recipe where a model of the folder's name would lie."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def write_data(folder: Path, songs: int = 10, extra_songs: int = 2) -> Path:
    """Write a folder of songs: noise and tones whose loudness and pitch are their labels.

    Songs 1 and 2 are by one artist; song 1 has a second clip. Extra songs follow in number, have
    no artist, and labels shifted by 0.1.
    """
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    clips, labels = [], []
    for song_id in range(1, songs + extra_songs + 1):
        extra = song_id > songs
        arousal, valence = random.uniform(-0.6, 0.6, 2)
        starts = (15.0, 30.0) if song_id == 1 else (30.0,)
        for start_s in starts:
            name = f"audio/{song_id}_{start_s}.ogg"
            _write_clip(folder / name, arousal, valence, random)
            clips.append([name, song_id, start_s, "yes", EXTRA if extra else SCORED])
        labels.append((song_id, valence + 0.1 * extra, arousal + 0.1 * extra))
    _write_csv(folder / "clips.csv", ["file", "song_id", "start_s", "start_exact", "set"], clips)
    artists = [[n, "Ann" if n <= 2 else f"Artist {n}", f"Song {n}"] for n in range(1, songs + 1)]
    _write_csv(folder / "songs.csv", ["song_id", "artist", "title"], artists)
    times_ms = range(15000, 45500, 500)
    header = ["song_id", *(f"sample_{time}ms" for time in times_ms)]
    for column, name in ((1, "valence"), (2, "arousal")):
        rows = [[row[0], *_wavering(row[column], len(times_ms))] for row in labels]
        _write_csv(folder / f"{name}.csv", header, rows)
    return folder


def replace_in(path: Path, old: str, new: str) -> None:
    """Replace text that is there in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _wavering(value: float, count: int) -> list[object]:
    # Like the real tables: labels that move a little, and an empty last cell.
    values = [round(value + 0.02 * np.sin(0.4 * index), 4) for index in range(count - 1)]
    return [*values, ""]


def _write_clip(path: Path, arousal: float, valence: float, random: np.random.Generator) -> None:
    time_s = np.arange(int(CLIP_S * RATE_HZ)) / RATE_HZ
    loudness = 10 ** (arousal - 1.5)
    tone = np.sin(2 * np.pi * 440.0 * 2**valence * time_s)
    hiss = 0.3 * random.standard_normal(len(time_s))
    samples = (loudness * (tone + hiss)).astype(np.float32)
    soundfile.write(path, samples, RATE_HZ, format="OGG", subtype="VORBIS")


def _write_csv(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


LINEAR_RECIPE = """
title = "Tiny listener"
version = "0.0.1"
licence = "CC BY-NC 4.0"
notes = "Chosen to be small."
collection = "emomusic-development"
extra_collections = ["deam-2014"]
folds = 2

[linear]
kept = [8, 8, 8]
valence_blocks = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
arousal_blocks = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
penalty = 1.0
spreads = [1.0, 1.1]
moving_penalty = 10.0
moving_gain = 1.0
extra_weight = 0.5
known = 8
centres = 2
centre_sharpness = 0.1
centre_share = 1.0
window_columns = 60
"""
