"""Whether there is a screen, asked of what the environment names."""

import socket
from pathlib import Path

import pytest

from emoviz.cli.display import has_display


def test_a_compositor_is_a_display_while_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        compositor.listen()
        for name in ("wayland-0", str(tmp_path / "wayland-0")):
            monkeypatch.setenv("WAYLAND_DISPLAY", name)
            assert has_display()
    # The file of its socket stays.
    assert (tmp_path / "wayland-0").exists()
    assert not has_display()
