"""A release says its version and day in every place, and what lacks it is named."""

import shutil
from pathlib import Path

import pytest

from build_scripts import ROOT
from build_scripts.packaging.release import faults

PLACES = ("emoviz/__init__.py", "CITATION.cff", "CHANGELOG.md")
(METAINFO,) = (ROOT / "resources" / "desktop").glob("*.metainfo.xml")


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """Give a checkout that is ready for its release, as far as texts go."""
    (tmp_path / "emoviz").mkdir()
    (tmp_path / "emoviz/__init__.py").write_text('"""emoviz."""\n\n__version__ = "1.2.3"\n')
    (tmp_path / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 1.2.3\n")
    (tmp_path / "CHANGELOG.md").write_text("## Unreleased\n\n## 1.2.3 (2031-02-03)\n\n- News.\n")
    place = tmp_path / METAINFO.relative_to(ROOT)
    place.parent.mkdir(parents=True)
    release = '<release version="1.2.3" date="2031-02-03"/>'
    place.write_text(f"<component><releases>{release}</releases></component>")
    return tmp_path


def test_a_checkout_that_is_ready_lacks_nothing(ready: Path) -> None:
    assert list(faults(ready)) == []


@pytest.mark.parametrize(
    ("place", "old", "new", "told"),
    [
        ("CITATION.cff", "version: 1.2.3", "version: 1.2.2", "CITATION.cff: the version is 1.2.2"),
        ("CHANGELOG.md", "## 1.2.3 (2031-02-03)\n", "", "no heading '## 1.2.3 (YYYY-MM-DD)'"),
        ("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- More.\n", "1 lines still stand"),
        ("emoviz/__init__.py", "1.2.3", "1.3.dev0", "1.3.dev0 is no version"),
        (str(METAINFO.relative_to(ROOT)), "2031-02-03", "2031-02-02", "1.2.3 of 2031-02-02"),
    ],
)
def test_what_lacks_the_version_or_its_day_is_named(
    ready: Path, place: str, old: str, new: str, told: str
) -> None:
    path = ready / place
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(told in fault for fault in faults(ready))


def test_the_checkout_itself_is_understood(tmp_path: Path) -> None:
    for place in (*PLACES, str(METAINFO.relative_to(ROOT))):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / place)
    # Between releases the changelog waits for its heading; versions agree at any time.
    assert all("CHANGELOG.md" in fault for fault in faults(tmp_path))
