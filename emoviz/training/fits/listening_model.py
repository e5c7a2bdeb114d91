"""Making the default model: a listener, and a last layer that is linear in what it heard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from emoviz.hearing.front_end import FrontEnd
from emoviz.tracking.windows import Window, cut
from emoviz.training import export
from emoviz.training.data.dataset import Clip, Floats
from emoviz.training.ears import musicnn
from emoviz.training.ears.ears import listener_bytes
from emoviz.training.ears.listener import (
    FIRST_EAR,
    HALO_COLUMNS,
    WIDTHS,
    Listener,
    Projection,
    mel_front_end,
    places,
    principal,
)
from emoviz.training.ears.tonality import pitch_front_end
from emoviz.training.export import Exported
from emoviz.training.fits import linear_fit
from emoviz.training.fits.curves import Curve
from emoviz.training.fits.doubt import HeldOut, Shares
from emoviz.training.fits.head import Head
from emoviz.training.recipe import LinearRecipe, LinearSettings


class LinearMaker:
    """Makes the listener with its last layer."""

    def __init__(self, recipe: LinearRecipe, clips: Sequence[Clip]) -> None:
        """Find the projections from what `clips` sound like, whatever their labels.

        They are those of the collections that are not scored, where there are such.
        """
        self._recipe, self._settings = recipe, recipe.linear
        self.window_columns = recipe.linear.window_columns
        self.front_ends: tuple[FrontEnd, ...] = (
            mel_front_end(),
            pitch_front_end(musicnn.SAMPLE_RATE_HZ),
        )
        self._projections = _projections(recipe, clips)
        self._clips = clips
        self.curves: dict[str, Curve] = {}

    def trained_on(self, usable: Sequence[int], scored: Sequence[int]) -> list[int]:
        """Take every song of the scored collection once, as it is scored, and all other clips."""
        return self.chosen(usable, scored, self._clips, self._recipe.collection)

    @staticmethod
    def chosen(
        usable: Sequence[int], scored: Sequence[int], clips: Sequence[Clip], collection: str
    ) -> list[int]:
        """Choose as `trained_on` does."""
        once = set(scored)
        return [i for i in usable if i in once or clips[i].collection != collection]

    def heard(self, clips: Sequence[Clip]) -> list[Clip]:
        """Give the clips with each ear's statistics projected."""
        return [self._projected(clip) for clip in clips]

    def fit(self, clips: Sequence[Clip], validation: Sequence[Clip], title: str) -> "FittedHead":
        """Fit the last layer, in closed form."""
        examples = linear_fit.Examples.of(clips, self._recipe.collection, self.window_columns)
        head = linear_fit.fitted(examples, self._settings)
        return FittedHead(head, examples, self._recipe.collection, self._settings)

    def export(self, network: torch.nn.Module, windows: Floats) -> Exported:
        """Turn listener and last layer into a file each, checked on (n, columns, features)."""
        data, parity = export.export(network, windows)
        return Exported(
            onnx=export.halved_where_exact(data),
            parity=parity,
            features=windows.shape[2],
            listener=listener_bytes(Listener(self._projections).eval(), self.front_ends),
            halo_columns=HALO_COLUMNS,
        )

    def _projected(self, clip: Clip) -> Clip:
        parts = [clip.columns[:, :FIRST_EAR].astype(np.float32)]
        for (part, penultimate), projection in zip(_ears(), self._projections, strict=True):
            statistics = torch.from_numpy(clip.columns[:, part].astype(np.float32))
            with torch.inference_mode():
                parts.append(projection(statistics).numpy())
            parts.append(clip.columns[:, penultimate].astype(np.float32))
        return replace(clip, columns=np.concatenate(parts, axis=1))


@dataclass(frozen=True)
class FittedHead:
    """A last layer with the examples that it was fitted on."""

    head: Head
    examples: linear_fit.Examples
    collection: str
    settings: LinearSettings

    def held_out(self, clips: Sequence[Clip]) -> HeldOut:
        """Tell how it errs on clips that it was not fitted on."""
        tested = linear_fit.Examples.of(clips, self.collection, self.settings.window_columns)
        return linear_fit.held_out(self.head, self.examples, tested, self.settings)

    def values(self, clips: Sequence[Clip]) -> list[Floats]:
        """Give valence and arousal of clips no longer than a window, (columns, 2) each."""
        length = self.settings.window_columns
        windows = np.stack([cut(clip.columns, Window(0, length)) for clip in clips])
        values = linear_fit.values_of(self.head, windows).astype(np.float32)
        return [value[: len(clip.columns)] for value, clip in zip(values, clips, strict=True)]

    def network(self, shares: Sequence[Shares]) -> torch.nn.Module:
        """Give the last layer with deviations."""
        return linear_fit.with_doubts(self.head, self.examples, shares, self.settings).eval()


def _projections(recipe: LinearRecipe, clips: Sequence[Clip]) -> list[Projection]:
    other = [clip for clip in clips if clip.collection in recipe.extra_collections]
    heard = other or clips
    return [
        principal(
            np.concatenate([clip.columns[:, part] for clip in heard]).astype(np.float32), kept
        )
        for (part, _), kept in zip(_ears(), recipe.linear.kept, strict=True)
    ]


def _ears() -> list[tuple[slice, slice]]:
    """Give where each ear's statistics and penultimate layer lie in what is told unprojected."""
    return places([width.statistics for width in WIDTHS])
