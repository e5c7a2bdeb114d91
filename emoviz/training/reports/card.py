"""The model card, written by the program from what a run measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from msgspec import structs

from emoviz import __version__
from emoviz.training.data.dataset import DIMENSIONS
from emoviz.training.export import Exported
from emoviz.training.fits.doubt import Shares
from emoviz.training.recipe import LinearRecipe, NetworkRecipe
from emoviz.training.reports import card_text
from emoviz.training.scores import evaluate
from emoviz.training.scores.evaluate import Figures


@dataclass(frozen=True)
class Account:
    """All that a card tells.

    `counts` gives collection -> (songs, clips); `systems` the cross-validated figures by system
    and dimension; `windows` how many windows torch and onnxruntime were compared on; `shares` what
    the deviations are made of; `probes` what the model says of sounds that are no music.
    """

    recipe: NetworkRecipe | LinearRecipe
    counts: Mapping[str, tuple[int, int]]
    systems: Mapping[str, Mapping[str, Figures]]
    exported: Exported
    windows: int
    shares: Sequence[Shares]
    probes: Mapping[str, tuple[float, float, float, float]]

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
            "model_bytes": self.exported.size,
            "settings": structs.asdict(
                self.recipe.linear if isinstance(self.recipe, LinearRecipe) else self.recipe.network
            ),
            "deviation": {
                name: asdict(shares) for name, shares in zip(DIMENSIONS, self.shares, strict=True)
            },
            "probes": dict(self.probes),
        }

    def markdown(self) -> str:
        """Write the card."""
        sections = (
            self._head(),
            self._what(),
            self._data(),
            self._training(),
            self._protocol(),
            self._doubt(),
            self._motion(),
            self._limits(),
            self._failures(),
            self._licence(),
        )
        return "\n\n".join(sections) + "\n"

    def _head(self) -> str:
        return (
            f"# {self.recipe.title} ({self.recipe.name} {self.recipe.version})\n\n"
            f"{summary(self.recipe, self.systems, self.counts)}\n\n"
            "This card was written by `emoviz train` from the figures of the run; they are in "
            "`results.json` in full. To make the model again: "
            f"`emoviz train model/{self.recipe.name}/recipe.toml --data <data folder>`."
        )

    def _what(self) -> str:
        recipe = self.recipe
        kind = (
            card_text.listener_account(recipe.linear)
            if isinstance(recipe, LinearRecipe)
            else card_text.autoencoder_account(recipe)
        )
        return (
            f"## What it is\n\n{kind} {self.exported.size / 1e6:.2f} MB. "
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
        recipe = self.recipe
        kind = (
            card_text.linear_training(recipe.linear)
            if isinstance(recipe, LinearRecipe)
            else card_text.network_training(recipe)
        )
        return f"## Training\n\n{kind}\n\n{recipe.notes.strip()}"

    def _protocol(self) -> str:
        songs, _ = self.counts[self.recipe.collection]
        return (
            "## How good it is\n\n"
            f"{self.recipe.folds}-fold cross-validation on the {songs} songs of "
            f"{self.recipe.collection}, grouped by artist: no song and no artist is in two folds. "
            "In each fold the model is fitted anew on the other folds and "
            "on all songs of the other collections, which are different songs. One clip a song is "
            "scored, the one that starts at 30 s, through the very windows and blending the "
            "program uses; figures are pooled over all its labelled half-seconds. A is arousal, "
            "V valence. R² is against the mean of the training labels, CCC is Lin's concordance "
            "correlation, the per-song r is the mean over songs whose labels move. In brackets the "
            "95 % interval of the figure when songs are drawn anew (bootstrap).\n\n"
            f"{evaluate.markdown(self.systems)}"
        )

    def _doubt(self) -> str:
        own = self.systems[self.recipe.name]
        rows = []
        for name in ("arousal", "valence"):
            share, (low, high) = own[name].coverage, own[name].intervals["coverage"]
            assert share is not None
            rows.append(f"| {name} | {100 * share:.1f} % | {100 * low:.0f}-{100 * high:.0f} % |")
        grounds = (
            "how much listeners are expected to differ over this music (learnt from the spread of "
            "the annotators' ratings), and how far the music lies from what the model has learnt "
            "from (its leverage)"
            if isinstance(self.recipe, LinearRecipe)
            else "how much the networks of the ensemble differ"
        )
        return (
            "## What the deviation is\n\n"
            "Each half-second comes with a standard deviation for each dimension: how far the mean "
            "rating of a group of listeners, such as those who labelled the training songs, may "
            "lie from the estimate. It is no listener's own spread, which is wider. It grows with "
            f"{grounds}; how much, and from which floor, was learnt from the errors on held-out "
            "folds, so that 90 % of labels lie within 1.645 deviations. Checked on folds whose "
            "errors were not used for it:\n\n"
            "| | labels inside the 90 % band | interval |\n| --- | ---: | ---: |\n"
            + "\n".join(rows)
            + "\n\nWhere a song is silent for more than two seconds there is no value and no "
            "deviation: silence is missing data."
        )

    def _failures(self) -> str:
        rows = "\n".join(
            f"| {name} | {arousal:+.2f} ± {arousal_sd:.2f} | {valence:+.2f} ± {valence_sd:.2f} |"
            for name, (valence, arousal, valence_sd, arousal_sd) in self.probes.items()
        )
        return (
            "## Where it fails\n\n"
            "It was made for music and has an answer to everything. Sounds of 20 s that are no "
            "music, with the mean of what the model says of them and its deviation:\n\n"
            "| sound | arousal | valence |\n| --- | ---: | ---: |\n"
            f"{rows}\n\n"
            "Silence has no value: it is taken out of the model's hands. For everything in this "
            "table the value means nothing, and a deviation that is not wide is a failure to "
            "notice it."
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
            "and other music may differ. Annotators differ from each other "
            "by about 0.3 at any instant, and the model misses the mean by "
            f"{own['arousal'].rmse:.2f} (arousal) and {own['valence'].rmse:.2f} (valence) as a "
            "root mean square. Predictions lie nearer the middle than labels do."
        )

    def _licence(self) -> str:
        return (
            "## Licence\n\n"
            f"The weights: {self.recipe.licence}. {self._source_weights()}They were trained on "
            "Creative Commons tracks, many of them non-commercial, with annotations that were "
            "made for research; neither the tracks nor the annotations are part of this folder. "
            "The program's own licence is MIT and does not extend to the weights."
        )

    def _source_weights(self) -> str:
        if not isinstance(self.recipe, LinearRecipe):
            return ""
        return (
            "The listener's convolutions are those of MusiCNN (Pons and Serra 2019) and of the VGG "
            "network beside it, of the PyPI package `musicnn` 0.1.0 under the ISC licence, "
            "copyright Music Technology Group, Universitat Pompeu Fabra 2019; the licence's text "
            "is in `resources/musicnn`. The rest was learnt here. "
        )


def summary(
    recipe: NetworkRecipe | LinearRecipe,
    systems: Mapping[str, Mapping[str, Figures]],
    counts: Mapping[str, tuple[int, int]],
) -> str:
    """Say in one sentence what the model is and how good it is."""
    own = systems[recipe.name]
    songs, _ = counts[recipe.collection]
    what = (
        "Two MusiCNNs, a VGG network and the tonality, judged together"
        if isinstance(recipe, LinearRecipe)
        else "The paper's convolutional autoencoder in the order of time, and harmony beside it"
    )
    return (
        f"{what}; cross-validated R² {own['arousal'].r2:.2f} for arousal and "
        f"{own['valence'].r2:.2f} for valence on {songs} songs it had not heard."
    )
