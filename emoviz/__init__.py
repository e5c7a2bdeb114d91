"""emoviz: what a song does to the feeling in it, as a trail through the valence-arousal plane."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from emoviz import errors as errors
    from emoviz.api import (
        Agreement,
        Agreements,
        Alignment,
        AnalysisCancelledError,
        Labels,
        ModelInfo,
        Moment,
        Outcome,
        Part,
        Provenance,
        Section,
        Summary,
        Track,
        Why,
        align,
        installed_models,
        load,
        load_labels,
        track,
        track_many,
        track_samples,
    )

__version__ = "0.1.0"

__all__ = [
    "Agreement",
    "Agreements",
    "Alignment",
    "AnalysisCancelledError",
    "Labels",
    "ModelInfo",
    "Moment",
    "Outcome",
    "Part",
    "Provenance",
    "Section",
    "Summary",
    "Track",
    "Why",
    "__version__",
    "align",
    "errors",
    "installed_models",
    "load",
    "load_labels",
    "track",
    "track_many",
    "track_samples",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # On request: who asks for the version waits for no numbers, models and decoders.
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name == "errors":
            return import_module("emoviz.errors")
        return getattr(import_module("emoviz.api"), name)

    def __dir__() -> list[str]:
        return __all__
