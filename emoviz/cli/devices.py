"""`emoviz devices`: which sound devices there are, the default one with a star, and the inputs."""

import argparse

from emoviz.devices.microphone import input_names
from emoviz.devices.sound_devices import devices


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `emoviz devices` runs; it takes no arguments."""
    parser.set_defaults(run=lambda _: list_devices())


def list_devices() -> int:
    """Print each output and the names of the inputs."""
    found = devices()
    if not found:
        print("There is no sound device; songs run on a silent clock.")
    for device in found:
        mark = "*" if device.is_default else " "
        print(
            f"{mark} {device.name} ({device.host_api}), {device.channels} channels, "
            f"{device.rate_hz} Hz"
        )
    for name in input_names():
        print(f"  input: {name}")
    return 0
