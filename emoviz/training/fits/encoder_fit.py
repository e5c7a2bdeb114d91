"""Teaching the encoder what the large ears tell, and to rebuild what it heard."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from emoviz.system import files
from emoviz.training.data.dataset import Floats
from emoviz.training.ears.encoder import (
    FRAMES,
    HEARD_BANDS,
    Decoder,
    Encoder,
    scaled,
)
from emoviz.training.ears.lessons import Lesson, read_lesson
from emoviz.training.recipe import EncoderSettings

SEGMENT_COLUMNS = 14
"""Half-seconds of a training example."""

_HELD_OUT_EVERY = 25
_LOOK_EVERY, _SAVE_EVERY, _TELL_EVERY = 250, 100, 500
_WARM_UP = 200
_WHOLE, _REBUILT = 2.0, 0.1
_GAIN_DB, _TILT_DB = 0.7, 0.12
_DULL, _DULL_BANDS, _DULL_DB = 0.15, (50, 92), 30.0
_MASKED, _MASKED_BANDS, _MASKED_FRAMES = 0.3, 12, 20

Told = Callable[[int, float], None]
"""Takes the step and its loss."""


@dataclass
class School:
    """The lessons in a folder, of which more may come: those to learn from, and those held out.

    What is made of a source that is held out is never learnt from.
    """

    folder: Path
    learnt: list[Lesson] = field(default_factory=list)
    held_out: list[Lesson] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Take in what has come. Raises `errors.DataError`."""
        for path in sorted(self.folder.glob("*-*.npz")):
            if path.name in self._known:
                continue
            self._known.add(path.name)
            round_, source = path.stem.split("-", 1)
            if _is_held_out(source):
                if round_ == "00":
                    self.held_out.append(read_lesson(path))
            else:
                self.learnt.append(read_lesson(path))

    def examples(self, count: int, random: np.random.Generator) -> "Examples":
        """Draw segments of lessons."""
        lengths = np.array([len(lesson.told) for lesson in self.learnt])
        usable = np.flatnonzero(lengths > SEGMENT_COLUMNS)
        drawn = [self._segment(self.learnt[i], random) for i in random.choice(usable, count)]
        mel_db, told = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        return Examples(mel_db.float(), told.float())

    def _segment(
        self, lesson: Lesson, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        # Half-seconds begin anywhere in music: what is told is blended from the two it lies in.
        first = int(random.integers(len(lesson.told) - SEGMENT_COLUMNS))
        late = int(random.integers(FRAMES))
        frames = lesson.mel_db[first : first + SEGMENT_COLUMNS + 1]
        bands = frames.shape[2]
        flat = frames.reshape(-1, bands)[late : late + SEGMENT_COLUMNS * FRAMES]
        told = lesson.told[first : first + SEGMENT_COLUMNS + 1].astype(np.float32)
        share = late / FRAMES
        return flat, (1.0 - share) * told[:-1] + share * told[1:]


@dataclass(frozen=True)
class Examples:
    """Mel frames (n, frames, bands) in dB, and what is told of them, (n, columns, components)."""

    mel_db: torch.Tensor
    told: torch.Tensor


class EncoderFit:
    """An encoder in training, kept in a file so that it goes on where it was."""

    def __init__(self, settings: EncoderSettings, path: Path) -> None:
        """Begin, or go on with what is in `path`."""
        torch.manual_seed(settings.seed)
        self._settings, self._path = settings, path
        self.encoder, self.decoder = Encoder(), Decoder()
        every = [*self.encoder.parameters(), *self.decoder.parameters()]
        self._optimiser = torch.optim.AdamW(every, lr=1.0, weight_decay=settings.weight_decay)
        self.step = 0
        if path.is_file():
            state = torch.load(path, weights_only=True)
            self.encoder.load_state_dict(state["encoder"])
            self.decoder.load_state_dict(state["decoder"])
            self._optimiser.load_state_dict(state["optimiser"])
            self.step = int(state["step"])

    def run(self, school: School, judged: Floats, told: Told) -> Encoder:
        """Learn to the last step.

        `judged`, (components, directions), are directions in which errors show in what is judged.
        """
        school.look()
        directions = torch.from_numpy(judged)
        while self.step < self._settings.steps:
            if self.step % _LOOK_EVERY == 0:
                school.look()
            random = np.random.default_rng((self._settings.seed, self.step))
            examples = school.examples(self._settings.batch_size, random)
            loss = self._learn(examples, directions, random)
            self.step += 1
            if self.step % _SAVE_EVERY == 0 or self.step == self._settings.steps:
                self._save()
            told(self.step, loss)
        return self.encoder.eval()

    def _learn(
        self, examples: Examples, directions: torch.Tensor, random: np.random.Generator
    ) -> float:
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        self.encoder.train()
        mel_db = disturbed(examples.mel_db, random)
        told = self.encoder(mel_db)
        level = scaled(examples.mel_db[:, :, :HEARD_BANDS])
        level = level.reshape(len(level), -1, FRAMES, HEARD_BANDS).mean(dim=2)
        loss = unexplained(told, examples.told) + _WHOLE * unexplained(
            told.mean(dim=1), examples.told.mean(dim=1)
        )
        further = _REBUILT * unexplained(self.decoder(told), level)
        if self.step >= self._settings.judged_from:
            judged = [part @ directions for part in (told, examples.told)]
            means = [part.mean(dim=1) for part in judged]
            further = further + self._settings.judged_share * (
                unexplained_each(*judged) + _WHOLE * unexplained_each(*means)
            )
        self._optimiser.zero_grad()
        (loss + further).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.encoder.parameters(), 5.0)
        self._optimiser.step()
        return float(loss.detach())

    def _rate(self) -> float:
        settings, step = self._settings, self.step
        rising = min(1.0, (step + 1) / _WARM_UP)
        falling = 0.5 + 0.5 * math.cos(math.pi * step / settings.steps)
        return settings.learning_rate * rising * max(falling, 0.003)

    def _save(self) -> None:
        import io

        buffer = io.BytesIO()
        torch.save(
            {
                "encoder": self.encoder.state_dict(),
                "decoder": self.decoder.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "step": self.step,
            },
            buffer,
        )
        files.write_whole({self._path: buffer.getvalue()})


def unexplained(guess: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Give the share of the variance of (…, features) that a guess leaves, 0 at best."""
    flat = truth.reshape(-1, truth.shape[-1])
    spread = (flat - flat.mean(dim=0)).square().sum()
    return (guess - truth).square().sum() / spread.clamp(min=1e-6)


def unexplained_each(guess: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Give the mean over the features of (…, features) of `unexplained`."""
    parts = zip(guess.unbind(dim=-1), truth.unbind(dim=-1), strict=True)
    return torch.stack(
        [unexplained(one[..., None], other[..., None]) for one, other in parts]
    ).mean()


def held_out_scores(encoder: Encoder, lessons: Sequence[Lesson]) -> tuple[float, float] | None:
    """Give the unexplained share of half-seconds, and of the means of lessons, if there are any."""
    if not lessons:
        return None
    encoder.eval()
    told, truth = [], []
    with torch.inference_mode():
        for lesson in lessons:
            frames = torch.from_numpy(lesson.mel_db.astype(np.float32))
            told.append(encoder(frames.reshape(1, -1, frames.shape[2]))[0])
            truth.append(torch.from_numpy(lesson.told.astype(np.float32)))
        means = [torch.stack([part.mean(dim=0) for part in parts]) for parts in (told, truth)]
        return float(unexplained(torch.cat(told), torch.cat(truth))), float(unexplained(*means))


def disturbed(mel_db: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Change (n, frames, bands) in small ways that the large ears would not mind."""
    count, frames, bands = mel_db.shape
    tilt = np.cumsum(random.normal(0.0, _TILT_DB, (count, 1, bands)), axis=2)
    tilt += random.normal(0.0, _GAIN_DB, (count, 1, 1)) - tilt.mean(axis=2, keepdims=True)
    for index in np.flatnonzero(random.random(count) < _DULL):
        edge = int(random.integers(*_DULL_BANDS))
        tilt[index, 0, edge:] -= np.minimum(3.0 * np.arange(bands - edge), _DULL_DB)
    changed = mel_db + torch.from_numpy(tilt.astype(np.float32))
    for index in np.flatnonzero(random.random(count) < _MASKED):
        low, start = int(random.integers(bands)), int(random.integers(frames))
        changed[index, :, low : low + int(random.integers(1, _MASKED_BANDS))] = mel_db[index].mean()
        stop = start + int(random.integers(1, _MASKED_FRAMES))
        changed[index, start:stop] = changed[index].mean()
    return changed


def _is_held_out(source: str) -> bool:
    return sum(source.encode()) % _HELD_OUT_EVERY == 0
