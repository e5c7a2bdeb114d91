"""Write the figures of README.md, docs/models.md and docs/scale.md from what was measured.

    python -m build_scripts.docs.figures            # writes what has changed
    python -m build_scripts.docs.figures --check    # only says whether the models' are up to date

The models' figures come from model/*/results.json, which `emoviz train` wrote; those of speed
from build/bench.json, which `make bench` wrote, and those of docs/scale.md from
build/bench-library.json, which `python -m build_scripts.bench --only library` wrote. They stay as
they are where these files are not there.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from build_scripts import ROOT
from emoviz.system import files
from emoviz.training.reports import faithfulness

SCALE = ROOT / "docs" / "scale.md"
GUIDE = ROOT / "docs" / "models.md"
MODELS = ("cae", "musicnn")


def main() -> int:
    """Write README.md, or check it; give 1 if it was to be checked and is out of date."""
    parser = argparse.ArgumentParser(description="Write the figures of README.md.")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    readme = ROOT / "README.md"
    old = readme.read_text(encoding="utf-8")
    found = [_read(ROOT / "model" / name) for name in MODELS]
    sections = {"model figures": model_table(found), "turning figures": turning_table(found[0])}
    old_guide = GUIDE.read_text(encoding="utf-8")
    new, new_guide = old, old_guide
    for name, table in sections.items():
        new, new_guide = with_section(new, name, table), with_section(new_guide, name, table)
    if told := found[0].get("faithfulness"):
        new_guide = with_section(new_guide, "reason figures", faithfulness.text(told))
    bench = ROOT / "build" / "bench.json"
    if bench.exists() and not check:
        new = with_section(
            new, "speed figures", speed_table(json.loads(bench.read_text(encoding="utf-8")))
        )
    if check:
        return int((new, new_guide) != (old, old_guide))
    written = {readme: new.encode(), GUIDE: new_guide.encode()}
    library = ROOT / "build" / "bench-library.json"
    if library.exists():
        written[SCALE] = scale_text(
            SCALE.read_text(encoding="utf-8"), json.loads(library.read_text(encoding="utf-8"))
        ).encode()
    files.write_whole(written)
    return 0


def scale_text(text: str, measured: dict[str, Any]) -> str:
    """Put what was measured of the library, and what follows from it, into docs/scale.md."""
    if "scale" in measured:
        text = with_section(text, "library figures", library_table(measured["scale"]))
    if "throughput" in measured:
        text = with_section(text, "throughput figures", throughput_table(measured["throughput"]))
    if "cores" in measured:
        text = with_section(text, "core figures", cores_sentence(measured["cores"]))
    if {"scale", "throughput"} <= measured.keys():
        text = with_section(
            text, "cluster figures", cluster_table(measured["scale"], measured["throughput"])
        )
    return text


def library_table(scale: dict[str, Any]) -> str:
    """Give how long finds take in the simulated library as a table in Markdown."""
    lines = [
        f"{_conditions(scale)}; {scale['songs']:,} simulated songs, "
        f"{scale['file_bytes'] / 1e6:,.0f} MB ({scale['file_bytes_per_song']:,.0f} bytes a song) "
        f"and {scale['values_bytes_per_song'] / 1e3:.1f} kB a song of four minutes for its values:",
        "",
        "| | songs found | median of five |",
        "| --- | ---: | ---: |",
    ]
    titles = {
        "region": "by region (valence 0.2 to 0.8, arousal below -0.1)",
        "small region": "by a small region",
        "word": "by word",
        "change": "by change",
        "text": "by text",
        "alike": "all in the order of likeness to one",
        "points": "all points of the map",
    }
    for key, title in titles.items():
        found = scale["found"][key]
        lines.append(f"| {title} | {found['songs']:,} | {1000 * found['median_s']:.0f} ms |")
    return "\n".join(lines)


def throughput_table(tracked: dict[str, Any]) -> str:
    """Give how fast real songs are tracked as a table in Markdown."""
    lines = [
        f"{_conditions(tracked)}; {tracked['files']:,} files of {tracked['file_s']:.0f} s:",
        "",
        "| | songs/s |",
        "| --- | ---: |",
        f"| one process, musicnn | {tracked['songs_per_s_one_process']:.2f} |",
        f"| two processes, musicnn | {tracked['songs_per_s']:.2f} ({tracked['ratio']:.2f} times) |",
        f"| two processes, cae | {tracked['songs_per_s_small_model']:.2f} |",
    ]
    if "songs_per_s" in tracked.get("vibenet", {}):
        others = tracked["vibenet"]["songs_per_s"]
        lines.append(f"| vibenet's one process, one value for the whole song | {others:.2f} |")
    killed = tracked["killed"]
    early, late = tracked["parent_bytes_early"] / 1e6, tracked["parent_bytes_late"] / 1e6
    lines += [
        "",
        f"The parent process held {early:.0f} MB in the first third and {late:.0f} MB in the last. "
        f"Killed after {killed['before_the_kill']} songs and begun again, it tracked the other "
        f"{killed['tracked_afterwards']}; the library then held {killed['in_the_library']}.",
    ]
    return "\n".join(lines)


def cores_sentence(tracked: dict[str, Any]) -> str:
    """Give how near two processes on two cores come to what is possible."""
    return (
        f"{_conditions(tracked)}; {tracked['files']:,} files of {tracked['file_s']:.0f} s: one "
        f"process keeps {tracked['cores_kept_busy_by_one']:.2f} cores busy and two "
        f"{tracked['cores_kept_busy_by_two']:.2f}. Two are {tracked['ratio']:.2f} times as fast as "
        f"one, and {tracked['ratio_to_one_core']:.2f} times as fast as one held to one core."
    )


def cluster_table(scale: dict[str, Any], throughput: dict[str, Any]) -> str:
    """Give what ten million songs cost, worked out from what was measured on two cores."""
    songs, song_s, bytes_a_song = 10_000_000, 240.0, 8e6
    price = 0.04
    per_core = throughput["songs_per_s"] * throughput["file_s"] / 2
    core_hours = songs * song_s / per_core / 3600
    stored = songs * (scale["file_bytes_per_song"] + scale["values_bytes_per_song"])
    lines = [
        f"A core tracks {per_core:.0f} s of music in a second, so {songs:,} songs of four minutes "
        f"take {core_hours:,.0f} core-hours: at {price} a core-hour, {core_hours * price:,.0f}, in "
        "whatever money that is.",
        "",
        "| machines of 16 cores | time | songs/s | read from the store |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for machines in (1, 8, 64, 256):
        hours = core_hours / (16 * machines)
        rate = songs / hours / 3600
        took = f"{hours:.1f} hours" if hours < 72 else f"{hours / 24:.0f} days"
        lines.append(
            f"| {machines} | {took} | {rate:,.0f} | {rate * bytes_a_song / 1e6:,.0f} MB/s |"
        )
    lines += [
        "",
        f"The songs themselves are {songs * bytes_a_song / 1e12:.0f} TB (8 MB each), the library "
        f"{stored / 1e9:.0f} GB. One process writes it, {scale['puts_per_s']:,.0f} songs a second, "
        "each in a transaction of its own: that bounds the number of machines before the finds do.",
    ]
    return "\n".join(lines)


def _conditions(measured: dict[str, Any]) -> str:
    load = measured["load_average"]
    return f"Measured on {measured['machine']} at a load of {load[0]}"


def model_table(models: list[dict[str, Any]]) -> str:
    """Give the cross-validated figures of every system as a table in Markdown."""
    songs = models[-1]["collections"]["emomusic-development"]["songs"]
    # The baselines are the same beside each model.
    systems = {name: scores for model in models for name, scores in _systems(model).items()}
    lines = [
        f"Five-fold cross-validation on {songs} songs, no artist in two folds, pooled at 2 Hz:",
        "",
        "| | MSE arousal / valence | R² | concordance correlation | labels in the 90 % band |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, scores in systems.items():
        arousal, valence = scores["arousal"], scores["valence"]
        cells = [
            f"{arousal[key]:.{digits}f} / {valence[key]:.{digits}f}".replace("-0.00", "0.00")
            for key, digits in (("mse", 4), ("r2", 2), ("ccc", 2))
        ]
        cells.append(_coverage(arousal, valence))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def turning_table(results: dict[str, Any]) -> str:
    """Give how the default model follows what happens inside songs as a table in Markdown."""
    moving = results["moving"]

    def both(of: dict[str, Any], *names: str, digits: int = 2) -> str:
        values = []
        for dimension in ("arousal", "valence"):
            value = of[dimension]
            for name in names:
                value = value[name]
            values.append("none" if value["value"] is None else f"{value['value']:.{digits}f}")
        return " / ".join(values)

    steps, auc = moving["steps"], {n: {"auc": v} for n, v in moving["quadrants"]["auc"].items()}
    rows = [
        ("a calm and an excited clip joined: 10-90 % rise, s", both(steps, "rise_s", digits=1)),
        ("… share of the way gone 2 s before the join", both(steps, "shares", "-2 s")),
        ("… and 4 s after it", both(steps, "shares", "+4 s")),
        ("six songs' clips in a row: R² inside the piece", both(moving["spliced"], "r2")),
        ("… of each clip alone", both(moving["spliced"], "alone_r2")),
        ("whole pieces: mean r with listeners inside a piece", both(moving["pieces"], "r")),
        ("… where listeners agree with each other", both(moving["pieces"], "reliable_r")),
        ("quadrants of popular music: area under the curve", both(auc, "auc")),
        ("… right quadrant", f"{moving['quadrants']['right']['value']:.2f}"),
    ]
    lines = [
        "`cae` on held-out folds, arousal / valence:",
        "",
        "| | |",
        "| --- | ---: |",
        *(f"| {what} | {figure} |" for what, figure in rows),
    ]
    return "\n".join(lines)


def _systems(results: dict[str, Any]) -> dict[str, Any]:
    systems: dict[str, Any] = results["cross_validation"]
    return systems


def _coverage(arousal: dict[str, Any], valence: dict[str, Any]) -> str:
    if arousal.get("coverage") is None:
        return ""
    return f"{100 * arousal['coverage']:.0f} % / {100 * valence['coverage']:.0f} %"


def speed_table(bench: dict[str, Any]) -> str:
    """Give the benchmark's figures beside their budgets as a table in Markdown."""
    lines = [
        f"Measured on {bench['machine']}:",
        "",
        "| | measured | budget |",
        "| --- | ---: | ---: |",
    ]
    for figure in bench["figures"]:
        unit = figure["unit"]
        bound = "≥" if figure["at_least"] else "≤"
        budget = "" if figure["budget"] is None else f"{bound} {figure['budget']:g} {unit}"
        lines.append(f"| {figure['name']} | {figure['value']:.2f} {unit} | {budget} |")
    return "\n".join(lines)


def with_section(text: str, name: str, content: str) -> str:
    """Replace what stands between the markers of a section."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    return f"{head}{begin}{content}{end}{tail}"


def _read(folder: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return results


if __name__ == "__main__":
    sys.exit(main())
