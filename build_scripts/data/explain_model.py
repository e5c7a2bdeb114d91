"""Has a model of the default kind tell what its values owe to what: python -m … FOLDER.

What `emoviz train` makes does so already; this is for a model folder of before. Its values stay.
"""

import argparse
import hashlib
import re
from pathlib import Path

from emoviz.system import files
from emoviz.training.fits import trail_parts


def main() -> None:
    """Write the folder's model.onnx and model.toml anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    network, table = folder / "model.onnx", folder / "model.toml"
    before = network.read_bytes()
    after = trail_parts.explained(before)
    text = table.read_text(encoding="utf-8")
    text = text.replace(hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
    for name, words in (("measures", trail_parts.MEASURES), ("parts", trail_parts.PARTS)):
        listed = "".join(f'    "{word}",\n' for word in words)
        text = re.sub(
            r"^(range = \[\n(?:.*\n)*?\]\n)", rf"\1{name} = [\n{listed}]\n", text, flags=re.M
        )
    files.write_whole({network: after, table: text.encode()})


if __name__ == "__main__":
    main()
