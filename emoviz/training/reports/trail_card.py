"""The default model's card, written by the program from what its training measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import structs

from emoviz import __version__
from emoviz.training.data import pieces, quadrants
from emoviz.training.ears import tonality
from emoviz.training.ears.encoder import HEARD_BANDS
from emoviz.training.ears.teachers import COMPONENTS, TEACHER
from emoviz.training.export import Exported
from emoviz.training.fits.trail import RECENT_COLUMNS, SIZES, WINDOW_COLUMNS
from emoviz.training.recipe import TrailRecipe
from emoviz.training.reports import moving
from emoviz.training.scores import evaluate
from emoviz.training.scores.bootstrap import Measured
from emoviz.training.scores.directions import Direction
from emoviz.training.scores.evaluate import Figures
from emoviz.training.scores.folded import Folded
from emoviz.training.scores.pieces import Motion
from emoviz.training.scores.quadrants import Quadrants
from emoviz.units import COLUMN_S

_A_V = ("arousal", "valence")


@dataclass(frozen=True)
class LeftOut:
    """Scores of what was learnt from other collections alone.

    `quadrants` without any, scored `clips` by dimension from the extra collections alone, `pieces`
    by dimension without any.
    """

    quadrants: Quadrants
    clips: Mapping[str, Figures]
    pieces: Mapping[str, Motion]


@dataclass(frozen=True)
class Account:
    """All that the card tells.

    `counts` gives collection -> excerpts, `renderings` how often pieces were rendered; `systems`
    the cross-validated figures of clips by system and dimension, `scores` all others, `left_out`
    those without a collection; `chosen` the settings that all songs chose, `shares` what deviations
    are made of, `encoder` how much of what the large ears tell is left unexplained.
    """

    recipe: TrailRecipe
    counts: Mapping[str, int]
    renderings: int
    systems: Mapping[str, Mapping[str, Figures]]
    scores: Folded
    left_out: LeftOut
    directions: Mapping[str, Direction]
    edited: Mapping[str, Direction]
    exported: Exported
    chosen: Mapping[str, Mapping[str, object]]
    shares: Mapping[str, Sequence[float]]
    encoder: Mapping[str, float]
    probes: Mapping[str, tuple[float, float, float, float]]

    @property
    def _own(self) -> Mapping[str, Figures]:
        return self.systems[self.recipe.name]

    def summary(self) -> str:
        """Say in one sentence what the model is and how good it is."""
        own, turn = self._own, self.scores.steps["arousal"].rise_s.value
        rise = "never" if turn is None else f"{turn:.1f} s"
        return (
            "A convolutional autoencoder that was taught by large ears, and knows what sounds "
            f"alike; cross-validated R² {own['arousal'].r2:.2f} for arousal and "
            f"{own['valence'].r2:.2f} for valence on songs it had not heard, and {rise} from a "
            "tenth to nine tenths of an abrupt change."
        )

    def results(self) -> dict[str, object]:
        """Give every figure as plain numbers."""
        return {
            "emoviz": __version__,
            "collections": {name: {"excerpts": count} for name, count in self.counts.items()},
            "cross_validation": evaluate.as_json(self.systems),
            "moving": moving.as_json(self.scores),
            "left_out": moving.as_json(self.left_out),
            "directions": moving.as_json(self.directions),
            "edited": moving.as_json(self.edited),
            "parity": {"largest_difference": self.exported.parity},
            "model_bytes": self.exported.size,
            "settings": structs.asdict(self.recipe.encoder) | structs.asdict(self.recipe.likeness),
            "chosen": {name: dict(found) for name, found in self.chosen.items()},
            "deviation": {name: list(found) for name, found in self.shares.items()},
            "encoder": dict(self.encoder),
            "probes": dict(self.probes),
        }

    def markdown(self) -> str:
        """Write the card."""
        sections = (
            self._head(),
            self._how_good(),
            self._left_out(),
            self._what(),
            self._data(),
            self._training(),
            self._doubt(),
            self._limits(),
            self._licence(),
        )
        return "\n\n".join(sections) + "\n"

    def _head(self) -> str:
        own, scores = self._own, self.scores
        moved = scores.pieces
        return (
            f"# {self.recipe.title} ({self.recipe.name} {self.recipe.version})\n\n"
            "It listens to music and says, for every half-second, how positive and how excited it "
            "sounds to people.\n"
            "Of the differences between songs it never heard it explains "
            f"{100 * own['arousal'].r2:.0f} % in arousal and {100 * own['valence'].r2:.0f} % in "
            "valence.\n"
            "Inside a piece it moves with listeners by r = "
            f"{moved['arousal'].r.value:.2f} in arousal and {moved['valence'].r.value:.2f} in "
            "valence, where listeners among themselves allow about 0.63.\n\n"
            "This card was written by `emoviz train` from the figures of the run, which are in "
            "`results.json` in full. To make the model again: "
            f"`emoviz train model/{self.recipe.name}/recipe.toml --data <data folder> "
            "--rendered <rendered pieces> --again <rendered otherwise> ... --music <songs>`."
        )

    def _how_good(self) -> str:
        recipe, scores = self.recipe, self.scores
        name = f"{recipe.name}, {recipe.folds} folds"
        tables = [
            moving.spliced_table({recipe.collection: scores.spliced}, ""),
            moving.step_table(scores.steps, ""),
            moving.motion_table({name: scores.pieces}, ""),
            moving.quadrant_table({name: scores.quadrants}, ""),
            moving.direction_table(self.directions, ""),
            moving.direction_table(self.edited, ""),
        ]
        told = [
            "Six clips of different songs in a row, and each of them alone:",
            f"Two clips of {quadrants.COLLECTION} joined that differ in one half-plane:",
            f"Whole pieces of {pieces.COLLECTION}, after their first {pieces.SETTLED_S:g} s:",
            f"Clips of {quadrants.COLLECTION}, by the sign of their mean:",
            "Synthesised tunes of which one cue is changed (the final model):",
            f"Clips of {recipe.collection} of which one cue is changed (the final model):",
        ]
        parts = "\n\n".join(
            f"{what}\n\n{moving.markdown(table)}" for what, table in zip(told, tables, strict=True)
        )
        return (
            "## How good it is\n\n"
            f"{recipe.folds} folds: artists of {recipe.collection}, series of "
            f"{pieces.COLLECTION} and clips of {quadrants.COLLECTION} that are scored were not "
            "fitted on, and what settings a fold's model has was chosen by the other folds alone. "
            "The encoder never hears the scored clips; it does hear the other collections, "
            "without their labels. One clip a song is scored, through the program's own windows; "
            "figures are pooled over its labelled half-seconds. R² is against the mean of the "
            "training labels. A is arousal, V valence; in brackets 95 % intervals over songs, "
            f"series or clips (bootstrap).\n\n{evaluate.markdown(self.systems)}\n\n{parts}"
        )

    def _left_out(self) -> str:
        recipe, found = self.recipe, self.left_out
        extra = " and ".join(recipe.extra_collections)
        tables = "\n\n".join(
            moving.markdown(table)
            for table in (
                moving.quadrant_table(
                    {f"{recipe.name}, without {quadrants.COLLECTION}": found.quadrants}, ""
                ),
                moving.motion_table(
                    {f"{recipe.name}, without {pieces.COLLECTION}": found.pieces}, ""
                ),
            )
        )
        name = f"{recipe.name}, learnt on {extra} alone"
        return (
            "## A collection left out\n\n"
            "What is judged was learnt from other collections alone; settings are those of the "
            "model as it is, and the encoder is the same, which hears all but "
            f"{recipe.collection}, without labels.\n\n"
            f"{tables}\n\n{evaluate.markdown({name: found.clips})}"
        )

    def _what(self) -> str:
        return (
            "## What it is\n\n"
            f"The *listener* hears pictures of {HEARD_BANDS} mel bands, and semitones, at "
            "22,050 Hz. Its encoder is convolutional: four layers over the picture of a "
            "half-second, two in time, a bottleneck of "
            f"{COMPONENTS} numbers. In training a decoder of transposed convolutions rebuilds the "
            f"picture's mean from them, and they are to tell what the ears of `{TEACHER}` tell of "
            "the same sound (its principal components). Beside them it computes tonality "
            f"({tonality.FEATURES} numbers), loudness and attack, and spectral flux of compressed "
            "magnitudes.\n\n"
            f"The *trail* sees {WINDOW_COLUMNS * COLUMN_S:g} s at once. It asks of every two "
            "half-seconds how likely they are the same music (a logistic regression on their "
            "distance in discriminant directions, and on how far apart they lie), and describes "
            "each by means and deviations over what sounds like it: so it averages where the "
            "music goes on and switches where it turns. Loudness and flux of the last "
            f"{', '.join(f'{span * COLUMN_S:g}' for span in RECENT_COLUMNS)} s are described the "
            f"same way. Valence and arousal follow linearly from these {sum(SIZES.values())} "
            "features, which are the second output of `model.onnx`.\n\n"
            f"{self.exported.size / 1e6:.2f} MB. torch and onnxruntime differ by at most "
            f"{self.exported.parity:.1e}."
        )

    def _data(self) -> str:
        use = {
            self.recipe.collection: "fitted on and scored",
            pieces.COLLECTION: "motion inside pieces: fitted on and scored",
            quadrants.COLLECTION: "sides: fitted on and scored",
        }
        rows = "\n".join(
            f"| {name} | {count} | {use.get(name, 'fitted on')} |"
            for name, count in self.counts.items()
        )
        return (
            "## Data\n\n"
            f"| collection | excerpts | use |\n| --- | ---: | --- |\n{rows}\n\n"
            'Soleymani, Caro, Schmidt, Sha, Yang 2013, "1000 songs for emotional analysis of '
            'music"; Aljanaki, Yang, Soleymani 2017, "Developing a benchmark for emotional '
            'analysis of music" (DEAM); Ferreira and Whitehead 2019, "Learning to generate music '
            f'with sentiment" (VGMIDI), {self._rendered()}; Panda, Malheiro, Paiva 2018, '
            '"Novel audio features for music emotion recognition" (4Q). Zero is where the neutral '
            f"points of the listeners of {self.recipe.collection} and {pieces.COLLECTION} and the "
            f"borders of the quadrants of {quadrants.COLLECTION} have it together; clips that are "
            "only fitted on have a constant of their own, which is left out of the model."
        )

    def _rendered(self) -> str:
        if self.renderings == 1:
            return "rendered by a sound font"
        return (
            f"rendered {self.renderings} times, by more than one piano or in more than one key, "
            "of which the first is scored"
        )

    def _training(self) -> str:
        encoder = self.recipe.encoder
        return (
            "## Training\n\n"
            f"Encoder: {encoder.steps} steps of {encoder.batch_size} segments of 7 s, AdamW at "
            f"{encoder.learning_rate:g}; lessons are parts of the unscored collections and of "
            "unlabelled game music, as they are and changed (speed, equaliser, level, mix of two). "
            f"{self._unexplained()}What is alike: parts of many songs in a row, no labels. "
            "Judging: one ridge regression in closed form on clips, their parts among others', "
            "quadrants as signs, and pieces as differences from their own means.\n\n"
            f"{self.recipe.notes.strip()}"
        )

    def _unexplained(self) -> str:
        if not self.encoder:
            return ""
        return (
            "Of what the large ears tell of sources held out, "
            f"{100 * self.encoder['unexplained_of_half_seconds']:.0f} % of the variance of "
            "half-seconds is left unexplained, and "
            f"{100 * self.encoder['unexplained_of_means']:.0f} % of that of the means of some "
            "seconds. "
        )

    def _doubt(self) -> str:
        own, pieces_inside = self._own, self.scores.piece_coverage
        rows = "\n".join(
            f"| {name} | {_percent(own[name].coverage)} | "
            f"{_percent(pieces_inside[name].value)} {_interval(pieces_inside[name])} |"
            for name in _A_V
        )
        probes = "\n".join(
            f"| {name} | {arousal:+.2f} ± {arousal_sd:.2f} | {valence:+.2f} ± {valence_sd:.2f} |"
            for name, (valence, arousal, valence_sd, arousal_sd) in self.probes.items()
        )
        return (
            "## What the deviation is\n\n"
            "How far the mean rating of a group of listeners may lie from the estimate. It grows "
            "with how strange the music is (its leverage) and where there is little to average "
            "over, as right after a turn; by how much was learnt from errors on held-out folds of "
            "clips and of pieces, so that 90 % of labels lie within 1.645 deviations. Checked on "
            "folds whose errors were not used:\n\n"
            f"| labels inside the 90 % band | {self.recipe.collection} | {pieces.COLLECTION} |\n"
            f"| --- | ---: | ---: |\n{rows}\n\n"
            "Where a song is silent there is no value. Sounds that are no music, for which a value "
            f"means nothing:\n\n| sound | arousal | valence |\n| --- | ---: | ---: |\n{probes}"
        )

    def _limits(self) -> str:
        own = self._own
        return (
            "## What it must not be used for\n\n"
            "It estimates what listeners on average say they perceive in music, not what anyone "
            "feels, and nothing about the health or the intentions of a person. The listeners were "
            "crowd workers, the music Western; other listeners and other music may differ. "
            "Listeners differ from each other by about 0.3 at any instant, and the model misses "
            f"their mean by {own['arousal'].rmse:.2f} (arousal) and {own['valence'].rmse:.2f} "
            "(valence) as a root mean square. Estimates lie nearer the middle than labels do."
        )

    def _licence(self) -> str:
        return (
            "## Licence\n\n"
            f"The weights: {self.recipe.licence}. They were learnt from Creative Commons tracks, "
            "many of them non-commercial, from clips and annotations that were made for research, "
            "and from what the networks of the PyPI package `musicnn` 0.1.0 (ISC, copyright Music "
            "Technology Group, Universitat Pompeu Fabra 2019) tell of music; none of these is part "
            "of this folder. The program's own licence is MIT and does not extend to the weights."
        )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.1f} %"


def _interval(found: Measured) -> str:
    if found.low is None or found.high is None:
        return ""
    return f"[{100 * found.low:.0f}, {100 * found.high:.0f}]"
