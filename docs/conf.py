"""How Sphinx makes the user guide: Markdown in, a site that loads nothing from the net out."""

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

project = "emoviz"
author = "The emoviz developers"
copyright = author
release = re.findall(
    r'__version__ = "(.+)"', (ROOT / "emoviz" / "__init__.py").read_text(encoding="utf-8")
)[0]
sys.path.insert(0, str(ROOT))
extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
exclude_patterns = ["build"]
# Every page is in the contents, and every link leads somewhere: anything else ends the build.
nitpicky = True
# Docstrings set names apart as they do in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
# They say the types as well, with shapes, units and ranges.
autodoc_typehints = "none"

html_theme = "furo"
html_title = "emoviz"
html_static_path: list[str] = []
html_copy_source = False
html_show_sourcelink = False

SHOWN = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "model/COMPARISON.md": "comparison.md",
    "model/README.md": "model_folders.md",
    "model/cae/CARD.md": "cards/cae.md",
    "model/musicnn/CARD.md": "cards/musicnn.md",
}
"""Files of the project that are pages of the guide as well, and the pages they are"""

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def setup(app: Any) -> dict[str, bool]:  # noqa: ANN401  (Sphinx has its own types)
    """Have the pages of `SHOWN` be the files that they stand for."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}


def _read(_app: Any, name: str, source: list[str]) -> None:  # noqa: ANN401
    page = f"{name}.md"
    file = next((file for file, shown in SHOWN.items() if shown == page), f"docs/{page}")
    if not file.startswith("docs/"):
        source[0] = (ROOT / file).read_text(encoding="utf-8")
    source[0] = _LINK.sub(lambda link: _led(link, file, page), source[0])


def _led(link: re.Match[str], file: str, page: str) -> str:
    """Lead a link from one file of the project to another to the page that it is here.

    What is no page here is named, and no link.
    """
    text, target = link.groups()
    if "://" in target or target.startswith(("#", "mailto:")):
        return link.group()
    path, _, anchor = target.partition("#")
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    shown = SHOWN.get(wanted, wanted.removeprefix("docs/") if wanted.startswith("docs/") else "")
    if not shown:
        return text
    led = posixpath.relpath(shown, posixpath.dirname(page) or ".")
    return f"[{text}]({led}{'#' + anchor if anchor else ''})"
