"""The colour of a section, by what may be said of it."""

from emoviz.gui.look.theme import Colours, mixed
from emoviz.tracks.saying import HALVES, UNDECIDED
from emoviz.tracks.sections import Section

_QUADRANTS_OF_HALVES = ((0, 3), (1, 2), (0, 1), (2, 3))


def section_colour(section: Section, colours: Colours) -> str:
    """Give the colour of what may be said: of a quadrant, or of the two that a half has."""
    plain = section.name.removeprefix("slightly ").removeprefix("clearly ")
    if plain == UNDECIDED:
        return colours.ghost
    if plain in HALVES:
        one, other = _QUADRANTS_OF_HALVES[HALVES.index(plain)]
        return mixed(colours.quadrants[one], colours.quadrants[other], 0.5).name()
    right, above = section.valence >= 0, section.arousal >= 0
    quadrant = (0 if right else 1) if above else (3 if right else 2)
    return colours.quadrants[quadrant]
