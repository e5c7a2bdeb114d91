"""Renders the pieces of a MIDI collection, by any piano and in any key, for `emoviz train`.

    python -m build_scripts.data.render_pieces COLLECTION OUT [--font FILE] [--semitones N]

Every piece of COLLECTION/midi becomes a mono Ogg file of 22,050 Hz in OUT; those that are there are
kept. model/cae learnt from three renderings, of which the first is scored: FluidR3_GM.sf2 as it is,
and two semitones higher, and TimGM6mb.sf2 three semitones lower (Debian's packages
fluid-soundfont-gm and timgm6mb-soundfont).
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from emoviz.system import files
from emoviz.training.data.midi import transposed

_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_GAIN = "0.6"


def main() -> int:
    """Render what is not there yet."""
    parser = argparse.ArgumentParser(description="Render the pieces of a MIDI collection.")
    parser.add_argument("collection", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--font", type=Path, default=_FONT)
    parser.add_argument("--semitones", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for midi in sorted((options.collection / "midi").glob("*.mid")):
        rendered = options.out / f"{midi.stem}.ogg"
        if not rendered.exists():
            data = transposed(midi, options.semitones)
            files.write_whole({rendered: played(data, options.font)})
    return 0


def played(midi: bytes, font: Path) -> bytes:
    """Play a MIDI file by a sound font, and give it as Ogg Vorbis, mono, at 22,050 Hz."""
    with tempfile.TemporaryDirectory() as folder:
        song, sound, coded = (Path(folder) / name for name in ("a.mid", "a.wav", "a.ogg"))
        song.write_bytes(midi)
        play = ["fluidsynth", "-q", "-ni", "-g", _GAIN, "-r", "44100", "-F", sound, font, song]
        subprocess.run(play, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        code = ["ffmpeg", "-nostdin", "-v", "error", "-i", sound, "-ac", "1", "-ar", "22050"]
        subprocess.run([*code, "-c:a", "libvorbis", "-q:a", "2", coded], check=True)
        return coded.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
