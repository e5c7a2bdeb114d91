"""What a user does to sections: each gives all of them anew, described by the track's values."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from emoviz.tracks.circumplex import Circumplex
from emoviz.tracks.sections import Section, index_of_section, section_between
from emoviz.units import COLUMN_S, Values

Sections = tuple[Section, ...]


class SectionEditor:
    """Changes the sections of one track, (n, 2) or (n, 4). A name that a user gave stays."""

    def __init__(self, values: Values, circumplex: Circumplex) -> None:
        self._values = values
        self._circumplex = circumplex

    def moved(self, sections: Sequence[Section], index: int, time_s: float) -> Sections:
        """Have section `index`, which is not the first, begin at the half-second nearest to a time.

        The one before it ends there. Both keep half a second at least.
        """
        before, after = sections[index - 1], sections[index]
        low, high = _columns(before.start_s) + 1, _columns(after.end_s) - 1
        border = min(max(_columns(time_s), low), high)
        changed = list(sections)
        changed[index - 1] = self._anew(before, _columns(before.start_s), border)
        changed[index] = self._anew(after, border, _columns(after.end_s))
        return tuple(changed)

    def split(self, sections: Sequence[Section], time_s: float) -> Sections:
        """Divide the section that a time is in there; nothing changes at its ends or outside."""
        index = index_of_section(sections, time_s)
        if index is None:
            return tuple(sections)
        whole, border = sections[index], _columns(time_s)
        first, end = _columns(whole.start_s), _columns(whole.end_s)
        if not first < border < end:
            return tuple(sections)
        parts = self._anew(whole, first, border), self._anew(whole, border, end)
        return (*sections[:index], *parts, *sections[index + 1 :])

    def merged(self, sections: Sequence[Section], index: int) -> Sections:
        """Make one of section `index` and the one after it; the first one's name stays if given."""
        one, other = sections[index], sections[index + 1]
        whole = self._anew(one, _columns(one.start_s), _columns(other.end_s))
        note = "; ".join(note for note in (one.note, other.note) if note)
        return (*sections[:index], replace(whole, note=note), *sections[index + 2 :])

    def renamed(self, sections: Sequence[Section], index: int, name: str) -> Sections:
        """Call section `index` by a name; "" is what may be said of it."""
        section = sections[index]
        plain = replace(section, name=name.strip() or self._said_of(section))
        return (*sections[:index], plain, *sections[index + 1 :])

    def annotated(self, sections: Sequence[Section], index: int, note: str) -> Sections:
        """Keep a note with section `index`."""
        changed = replace(sections[index], note=note.strip())
        return (*sections[:index], changed, *sections[index + 1 :])

    def _anew(self, section: Section, first: int, end: int) -> Section:
        return section_between(
            self._values,
            self._circumplex,
            first,
            end,
            name=self.given_name(section),
            note=section.note,
        )

    def given_name(self, section: Section) -> str:
        """Give what a user calls a section, "" of one that is called what may be said of it."""
        return "" if section.name == self._said_of(section) else section.name

    def _said_of(self, section: Section) -> str:
        first, end = _columns(section.start_s), _columns(section.end_s)
        return section_between(self._values, self._circumplex, first, end).name


def sections_to_text(sections: Sequence[Section], editor: SectionEditor) -> str:
    """Give what of sections is a user's as JSON: borders, given names and notes."""
    rows = [
        [_columns(each.start_s), _columns(each.end_s), editor.given_name(each), each.note]
        for each in sections
    ]
    return json.dumps(rows, ensure_ascii=False)


def sections_from_text(text: str, values: Values, circumplex: Circumplex) -> Sections:
    """Read what `sections_to_text` gave, of the track of these values.

    What lies beyond the track's end is left out. Raises `ValueError` where it is no such text.
    """
    try:
        rows = [
            (int(first), int(end), str(name), str(note))
            for first, end, name, note in json.loads(text)
        ]
    except (TypeError, RecursionError) as error:
        raise ValueError("its sections are none") from error
    if any(not 0 <= first < end for first, end, _, _ in rows):
        raise ValueError("a section has no length")
    if any(one[1] > other[0] for one, other in pairwise(rows)):
        raise ValueError("its sections overlap")
    return tuple(
        section_between(values, circumplex, first, min(end, len(values)), name=name, note=note)
        for first, end, name, note in rows
        if first < len(values)
    )


def _columns(time_s: float) -> int:
    return round(time_s / COLUMN_S)
