"""What desktops are told: which files emoviz opens, what it is called and how it looks."""

import configparser
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QMimeDatabase
from PySide6.QtGui import QImage

import emoviz
from emoviz.cli import program
from emoviz.songs.formats import OFFERED_SUFFIXES

ROOT = Path(emoviz.__file__).parents[1]
DESKTOP = ROOT / "resources" / "desktop"


@pytest.fixture(scope="module")
def entry() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  (names keep their capitals)
    parser.read(DESKTOP / "emoviz.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def own_types() -> dict[str, str]:
    """Give the suffixes that emoviz itself tells the desktop the types of."""
    tag = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = ElementTree.parse(DESKTOP / "emoviz-mime.xml").getroot().iter(f"{tag}mime-type")
    return {
        glob.attrib["pattern"].removeprefix("*"): kind.attrib["type"]
        for kind in types
        for glob in kind.iter(f"{tag}glob")
    }


@pytest.mark.parametrize("suffix", sorted(OFFERED_SUFFIXES))
def test_open_with_offers_emoviz_for_every_song(
    entry: configparser.SectionProxy, suffix: str
) -> None:
    listed = set(entry["MimeType"].split(";"))
    known = QMimeDatabase().mimeTypeForFile(f"song{suffix}", QMimeDatabase.MatchMode.MatchExtension)
    names = {known.name(), *known.aliases(), own_types().get(suffix, "")}
    assert listed & names, f"{suffix}: {known.name()} is not in emoviz.desktop"


def test_windows_offers_it_for_the_same_songs() -> None:
    script = (ROOT / "build_scripts" / "packaging" / "emoviz.iss").read_text(encoding="utf-8")
    assert set(re.findall(r'#emit Format\("([^"]+)"\)', script)) == OFFERED_SUFFIXES


def test_the_icon_is_there_in_the_sizes_that_its_files_say() -> None:
    pictures = list((ROOT / "resources" / "icons").glob("emoviz-*.png"))
    assert len(pictures) >= 8
    for picture in pictures:
        size_px = int(picture.stem.partition("-")[2])
        image = QImage(str(picture))
        assert (image.width(), image.height()) == (size_px, size_px)


def test_the_metadata_names_the_entry_and_the_version(entry: configparser.SectionProxy) -> None:
    (file,) = DESKTOP.glob("*.metainfo.xml")
    metadata = ElementTree.parse(file).getroot()
    assert metadata.findtext("id") == file.name.removesuffix(".metainfo.xml")
    assert metadata.findtext("launchable") == "emoviz.desktop"
    assert metadata.findtext("summary") == entry["Comment"]
    newest = metadata.find("releases/release")
    assert newest is not None
    assert newest.attrib["version"] == emoviz.__version__


def test_the_manual_page_has_every_command(tmp_path: Path) -> None:
    file = tmp_path / "emoviz.1"
    command = [sys.executable, "-m", "build_scripts.packaging.manual", "-o", str(file)]
    subprocess.run([*command, "--date", "2026-11-25"], cwd=ROOT, check=True)
    page = file.read_text(encoding="utf-8")
    for name in program.COMMANDS:
        assert f".SS emoviz {name}" in page
    assert r"\fB\-\-model NAME\fR" in page
