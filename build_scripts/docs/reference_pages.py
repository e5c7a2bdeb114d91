"""Writes docs/commands.md from the parsers and docs/keys.md from the table of actions.

python -m build_scripts.docs.reference_pages            # writes what has changed
python -m build_scripts.docs.reference_pages --check    # only says whether they are up to date
"""

import argparse
import re
import sys
from collections.abc import Iterator

from build_scripts import ROOT
from emoviz.cli import program
from emoviz.gui import sheets
from emoviz.gui.actions.spec import MAP, ActionSpec
from emoviz.system import paths

_WRITTEN = (
    "<!-- Written by `python -m build_scripts.docs.reference_pages` from the program itself; do "
    "not edit. -->"
)


def main() -> int:
    """Write the pages, or check them; 1 if they were to be checked and are out of date."""
    parser = argparse.ArgumentParser(description="Write the reference pages.")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    pages = {"commands.md": commands_page(program._parser()), "keys.md": keys_page()}
    stale = 0
    for name, text in pages.items():
        place = ROOT / "docs" / name
        if place.exists() and place.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{place}: run python -m build_scripts.docs.reference_pages", file=sys.stderr)
        else:
            place.write_text(text, encoding="utf-8")
    return int(check and bool(stale))


# The command line.


def commands_page(parser: argparse.ArgumentParser) -> str:
    """Describe every command, its options and their defaults."""
    lines = [
        "# Command line",
        "",
        _WRITTEN,
        "",
        "`emoviz` without a command opens the window, on the song that is named or on the demo "
        "song. `emoviz COMMAND --help` says in a terminal what stands here.",
        "",
        "The exit status is 0 if everything was done, 1 if something failed (one line on standard "
        "error for each song; the rest is done), 2 for a wrong command line.",
        "",
    ]
    for name, text, command in commands_of(parser):
        verbs = list(commands_of(command))
        lines += _section(f"emoviz {name}", text, command, depth=2, shows_options=not verbs)
        for verb, told, inner in verbs:
            lines += _section(f"emoviz {name} {verb}", told, inner, depth=3, shows_options=True)
    return "\n".join(lines).rstrip() + "\n"


def commands_of(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield the name, the short help and the parser of each command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield name, helps.get(name, ""), command


def _section(
    title: str, text: str, parser: argparse.ArgumentParser, *, depth: int, shows_options: bool
) -> list[str]:
    lines = [f"{'#' * depth} {title}", ""]
    for paragraph in paragraphs(text, parser):
        lines += [paragraph, ""]
    options = [a for a in parser._actions if not isinstance(a, argparse._HelpAction)]
    if shows_options and options:
        lines += ["| | |", "| --- | --- |"]
        lines += [f"| {usage(option)} | {about(option)} |" for option in options]
        lines.append("")
    return lines


def paragraphs(text: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield what a command does: its short help, and its description if that says more."""
    yield _sentence(text)
    description = _plain(parser.description or "")
    if description and description.rstrip(".").casefold() != text.rstrip(".").casefold():
        yield description


def usage(option: argparse.Action) -> str:
    """Give an option's names and values, in Markdown."""
    value = option.metavar or option.dest.upper()
    value = str(value)
    if option.choices is not None and not option.metavar:
        value = ", ".join(map(str, option.choices))
        names = " ".join(f"`{name}`" for name in option.option_strings)
        return f"{names} {' or '.join(f'`{choice}`' for choice in value.split(', '))}"
    if option.nargs == 0:
        return ", ".join(f"`{name}`" for name in option.option_strings)
    if option.nargs == "?":
        value = f"[{value}]"
    elif option.nargs == "+":
        value = f"{value} ..."
    shown = [f"{name} {value}" for name in option.option_strings] or [value]
    return ", ".join(f"`{text}`" for text in shown).replace("|", "\\|")


def about(option: argparse.Action) -> str:
    """Say what an option does and what it is by default, in Markdown."""
    text = _plain((option.help or "").replace("%(default)s", str(option.default)))
    default = option.default
    is_told = isinstance(default, str | int) and not isinstance(default, bool)
    if option.dest == "jobs":
        # What it is here is not what it is there.
        text += " (default: one for each core)"
    elif is_told and default and "default" not in text and option.option_strings:
        text += f" (default: `{default}`)"
    if option.required and option.option_strings:
        text += " (must be given)"
    return text.strip().replace("|", "\\|")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{_plain(text[1:])}.".replace("..", ".")


def _plain(text: str) -> str:
    """Name the places of this machine as any machine has them, and set commands apart."""
    text = text.replace(str(paths.library_file()), "`library.db` in your data folder")
    text = re.sub(r"'(emoviz [^']+)'", r"`\1`", text)
    return re.sub(r"(?<!`)\b([A-Z]+_[A-Z]+)\b", r"`\1`", text)


# Keys and mouse.


def keys_page() -> str:
    """List every action of the menus, with its keys, and what the mouse does."""
    lines = [
        "# Keys and mouse",
        "",
        _WRITTEN,
        "",
        "In the window, **?** shows the keys. On a Mac, Ctrl is the ⌘ key. What the menus Open "
        "recent, Sound track, Sound device, Listen to and Judge by offer is looked up when they "
        "open.",
        "",
    ]
    for specs, mouse, gestures in sheets.KEYS:
        for menu in dict.fromkeys(spec.menu for spec in specs):
            title = menu if menu == MAP else f"Menu {_label(menu)}"
            lines += [f"## {title}", "", "| entry | keys | |", "| --- | --- | --- |"]
            lines += [_row(spec) for spec in specs if spec.menu == menu]
            lines.append("")
        lines += [f"## {mouse}", "", "| | |", "| --- | --- |"]
        lines += [f"| {what} | {does} |" for what, does in gestures]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(spec: ActionSpec) -> str:
    name = _label(spec.text)
    if spec.submenu:
        name = f"{_label(spec.submenu)} › {name}"
    keys = ", ".join(f"`{_key(key)}`" for key in spec.shortcuts)
    return f"| {name} | {keys} | {spec.tip} |"


def _key(key: str) -> str:
    return {"PgUp": "Page Up", "PgDown": "Page Down", "Escape": "Esc"}.get(key, key)


def _label(text: str) -> str:
    return text.replace("&", "")


if __name__ == "__main__":
    sys.exit(main())
