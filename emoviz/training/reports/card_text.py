"""What a model card tells of each kind of model: how it is built and how it was trained."""

from emoviz.training.ears import listener, musicnn, tonality
from emoviz.training.ears.description import REACH_COLUMNS
from emoviz.training.recipe import LinearSettings, NetworkRecipe


def listener_account(settings: LinearSettings) -> str:
    """Tell how the default model is built."""
    return (
        "A listener and a last layer. The listener hears 96 mel bands at 16 kHz, 32 frames in a "
        f"half-second, and the level of {tonality.PITCHES} semitones, "
        f"{tonality.FRAMES_PER_COLUMN} long frames in a half-second. Two MusiCNNs, trained on "
        "tagging the Million Song Dataset and MagnaTagATune, run convolutionally over the mel "
        f"frames (their front over every {listener.STRIDE}nd); of each half-second it keeps the "
        f"mean, highest value and deviation of their {musicnn.CHANNELS} channels, projected to "
        f"{settings.kept[0]} and {settings.kept[1]} principal components, and their penultimate "
        "layers. A plain network of small kernels (VGG), trained on tagging the Million Song "
        "Dataset, runs beside them up to its fourth layer; the same statistics of its third and "
        f"fourth layer are projected to {settings.kept[2]} principal components. Of the semitones "
        "it keeps the peaks, folded to pitch classes: their shares, their intervals and "
        "the strength of the major and minor triad on each root. With level and attack in eight "
        "groups of bands this makes a column.\n\n"
        f"The last layer describes the {REACH_COLUMNS / 2:g} s to either side of a half-second: "
        "means, deviations, and the key (by the profiles of Krumhansl and Kessler 1982) with what "
        "sounds on each of its degrees. One set of weights judges the mean over the 30 s window, "
        "another how a moment differs from it. Nothing of it is the paper's autoencoder, which is "
        "the other model."
    )


def autoencoder_account(recipe: NetworkRecipe) -> str:
    """Tell how the autoencoder is built."""
    network = recipe.network
    seeds = len(recipe.seeds)
    return (
        "Input: 96 mel bands in decibels, one column each half-second, "
        f"{network.window_columns} columns at once, and of each half-second the level of "
        f"{tonality.PITCHES} semitones and level and attack in eight groups of bands. Output: "
        "perceived valence and arousal for each half-second on [-1, 1], and their deviations.\n\n"
        "Two convolutions, three transposed convolutions and a mean-pool, as in Table 1 of the "
        'paper (Yang, "Short-time emotion tracker using a convolutional autoencoder") read '
        "so that the outputs are in the order of time; channels "
        f"{'-'.join(str(count) for count in network.channels)}, batch normalisation, "
        f"LeakyReLU, {100 * network.dropout:.0f} % of channels dropped in training. A second way "
        "in takes what a picture of mel bands does not show: pitch classes, intervals and triads "
        "that sound in the middle of the window, its key (by the profiles of Krumhansl and Kessler "
        "1982) with what sounds on each degree of it, and how loud it is; a layer of "
        f"{network.hidden} units judges them once for the whole window, and its answer is added "
        "before the tanh. "
        f"The model is the mean of {seeds} such network{'s' if seeds > 1 else ''}, "
        "fitted from different seeds."
    )


def linear_training(settings: LinearSettings) -> str:
    """Tell how the last layer was fitted."""
    return (
        "The convolutions are as they were published. The principal components are those of the "
        "collections that are not scored, whose labels they do not know. The last layer is a ridge "
        f"regression in closed form (penalty {settings.penalty:g}; "
        f"{settings.moving_penalty:g} for how moments differ), one window a clip; a window of "
        f"another collection counts {settings.extra_weight:g}, its labels put on the scored scale "
        "by comparing what was learnt from those collections alone with the scored labels of the "
        "same training folds. Beside the features themselves it weighs how like a window is to "
        f"{settings.centres} typical pieces, centres of clusters of the collections that are not "
        "scored, so that it can bend."
    )


def network_training(recipe: NetworkRecipe) -> str:
    """Tell how the autoencoder was fitted."""
    training, augmentation = recipe.training, recipe.augmentation
    low_db, high_db = augmentation.noise_db
    return (
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
        f"in pairs (mixup, {augmentation.mixup:g})."
        f"{_teaching(recipe)}"
    )


def _teaching(recipe: NetworkRecipe) -> str:
    if recipe.distillation is None:
        return ""
    return (
        f" `{recipe.distillation.teacher}` taught it: {100 * recipe.distillation.share:.0f} % of "
        "each label are what that model says, fitted anew without the songs of the fold, and so "
        "are all labels of unlabelled music."
    )
