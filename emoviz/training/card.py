"""The model card, written by the program from what a run measured."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from emoviz import __version__
from emoviz.training import evaluate
from emoviz.training.evaluate import Figures
from emoviz.training.export import Exported
from emoviz.training.recipe import Recipe


@dataclass(frozen=True)
class Account:
    """All that a card tells.

    `counts` gives collection -> (songs, clips); `systems` the cross-validated figures by system
    and dimension; `windows` how many windows torch and onnxruntime were compared on.
    """

    recipe: Recipe
    counts: Mapping[str, tuple[int, int]]
    systems: Mapping[str, Mapping[str, Figures]]
    exported: Exported
    windows: int

    @property
    def summary(self) -> str:
        """Say in one sentence what the model is and how good it is."""
        own = self.systems[self.recipe.name]
        songs, _ = self.counts[self.recipe.collection]
        return (
            "The paper's convolutional autoencoder with its outputs in the order of time; "
            f"cross-validated R² {own['arousal'].r2:.2f} for arousal and "
            f"{own['valence'].r2:.2f} for valence on {songs} songs it had not heard."
        )

    def results(self) -> dict[str, object]:
        """Give every figure as plain numbers."""
        return {
            "emoviz": __version__,
            "collections": {
                name: {"songs": songs, "clips": clips}
                for name, (songs, clips) in self.counts.items()
            },
            "cross_validation": evaluate.as_json(self.systems),
            "parity": {"largest_difference": self.exported.parity, "windows": self.windows},
            "model_bytes": len(self.exported.onnx),
            "network": asdict(self.recipe.network),
        }

    def markdown(self) -> str:
        """Write the card."""
        sections = (
            self._head(),
            self._what(),
            self._data(),
            self._training(),
            self._protocol(),
            self._motion(),
            self._limits(),
            self._licence(),
        )
        return "\n\n".join(sections) + "\n"

    def _head(self) -> str:
        return (
            f"# {self.recipe.title} ({self.recipe.name} {self.recipe.version})\n\n"
            f"{self.summary}\n\n"
            "This card was written by `emoviz train` from the figures of the run; they are in "
            "`results.json` in full. To make the model again: "
            f"`emoviz train model/{self.recipe.name}/recipe.toml --data <data folder>`."
        )

    def _what(self) -> str:
        network = self.recipe.network
        seeds = len(self.recipe.seeds)
        return (
            "## What it is\n\n"
            "Input: 96 mel bands in decibels, one column each half-second, "
            f"{network.window_columns} columns at once. Output: perceived valence and arousal for "
            "each half-second on [-1, 1]. It gives no deviations.\n\n"
            "Two convolutions, three transposed convolutions and a mean-pool, as in Table 1 of the "
            'paper (Yang, "Short-time emotion tracker using a convolutional autoencoder") read '
            "so that the outputs are in the order of time; channels "
            f"{'-'.join(str(count) for count in network.channels)}, batch normalisation, "
            f"LeakyReLU, {100 * network.dropout:.0f} % of channels dropped in training. "
            f"The model is the mean of {seeds} such network{'s' if seeds > 1 else ''}, "
            f"fitted from different seeds; {len(self.exported.onnx) / 1e6:.2f} MB. "
            f"torch and onnxruntime differ by at most {self.exported.parity:.1e} on "
            f"{self.windows} windows of the training songs."
        )

    def _data(self) -> str:
        rows = "\n".join(
            f"| {name} | {songs} | {clips} | "
            f"{'trained on and scored' if name == self.recipe.collection else 'trained on only'} |"
            for name, (songs, clips) in self.counts.items()
        )
        return (
            "## Data\n\n"
            "Clips of 10 s with labels at 2 Hz, the mean over the annotators.\n\n"
            "| collection | songs | clips | use |\n| --- | ---: | ---: | --- |\n"
            f"{rows}\n\n"
            'Source of the songs and labels: Soleymani, Caro, Schmidt, Sha, Yang 2013, "1000 '
            'songs for emotional analysis of music" (the Emotion in Music Database), and '
            'Aljanaki, Yang, Soleymani 2017, "Developing a benchmark for emotional analysis of '
            'music", PLoS ONE 12(3) (DEAM). The label at time t goes with the half-second that '
            "ends at t. Collections that are only trained on have labels on a scale of their own: "
            "a gain and an offset for each dimension are learnt with the network and left out of "
            "the model."
        )

    def _training(self) -> str:
        training, augmentation = self.recipe.training, self.recipe.augmentation
        low_db, high_db = augmentation.noise_db
        return (
            "## Training\n\n"
            f"Mean squared error, AdamW at {training.learning_rate:g} falling along a cosine over "
            f"{training.epochs} epochs of batches of {training.batch_size}, weight decay "
            f"{training.weight_decay:g}; what is kept is the running mean of the weights (decay "
            f"{training.averaging:g} a step). Nothing is stopped early, so no fold chose its own "
            "end. Clips were cut to "
            f"{augmentation.crop_columns} half-seconds, mirrored past their ends as the program's "
            f"windows are; their level moved by up to {augmentation.gain_db:g} dB, a slow random "
            f"equaliser of {augmentation.tilt_db:g} dB was put on, bands were stretched by up to "
            f"{100 * augmentation.warp:g} %; {100 * augmentation.noise_share:g} % of the clips got "
            f"Gaussian noise at {low_db:g} to {high_db:g} dB; up to {augmentation.masked_bands} "
            f"bands and {augmentation.masked_columns} half-seconds were blanked; clips were mixed "
            f"in pairs (mixup, {augmentation.mixup:g}).\n\n{self.recipe.notes.strip()}"
        )

    def _protocol(self) -> str:
        songs, _ = self.counts[self.recipe.collection]
        return (
            "## How good it is\n\n"
            f"{self.recipe.folds}-fold cross-validation on the {songs} songs of "
            f"{self.recipe.collection}, grouped by artist: no song and no artist is in two folds. "
            "In each fold the networks are trained anew, with all seeds, on the other folds and "
            "on all songs of the other collections, which are different songs. One clip a song is "
            "scored, the one that starts at 30 s, through the very windows and blending the "
            "program uses; figures are pooled over all its labelled half-seconds. A is arousal, "
            "V valence. R² is against the mean of the training labels, CCC is Lin's concordance "
            "correlation, the per-song r is the mean over songs whose labels move.\n\n"
            f"{evaluate.markdown(self.systems)}"
        )

    def _motion(self) -> str:
        own = self.systems[self.recipe.name]
        arousal, valence = own["arousal"], own["valence"]
        return (
            "## How it moves\n\n"
            "Labels hardly move inside a song, and a track that jumps about is noise. Inside a "
            "clip of 10 s, arousal / valence:\n\n"
            "| | deviation from the clip's mean | step from one half-second to the next |\n"
            "| --- | ---: | ---: |\n"
            f"| labels | {arousal.label_within_song_sd:.4f} / {valence.label_within_song_sd:.4f} "
            f"| {arousal.label_lag1:.4f} / {valence.label_lag1:.4f} |\n"
            f"| model | {arousal.within_song_sd:.4f} / {valence.within_song_sd:.4f} "
            f"| {arousal.lag1:.4f} / {valence.lag1:.4f} |\n\n"
            f"The per-song correlation of {arousal.song_r:.2f} / {valence.song_r:.2f} says how "
            "little of that motion is predicted: trust the place of a song on the plane more than "
            "the turns of its trail."
        )

    def _limits(self) -> str:
        own = self.systems[self.recipe.name]
        return (
            "## What it must not be used for\n\n"
            "It estimates what listeners on average say they perceive in music, not what anyone "
            "feels, and nothing about the health or the intentions of a person. The annotators "
            "were crowd workers and the music was Western and freely licensed; other listeners "
            "and other music may differ. It has heard music only: speech, silence, noise and "
            "single long tones get a number that means nothing. Annotators differ from each other "
            "by about 0.3 at any instant, and the model misses the mean by "
            f"{own['arousal'].rmse:.2f} (arousal) and {own['valence'].rmse:.2f} (valence) as a "
            "root mean square. Valence is weak: loudness and timbre say much about arousal and "
            "little about valence. Predictions lie nearer the middle than labels do."
        )

    def _licence(self) -> str:
        return (
            "## Licence\n\n"
            f"The weights: {self.recipe.licence}. They were trained on Creative Commons tracks, "
            "many of them non-commercial, with annotations that were made for research; neither "
            "the tracks nor the annotations are part of this folder. The program's own licence is "
            "MIT and does not extend to the weights."
        )
