"""What the fuzzer does to tables, JSON, TOML and settings: cells, keys, encodings, nesting."""

import re
from collections.abc import Callable
from random import Random
from typing import TypeAlias

TextMutation: TypeAlias = Callable[[bytes, Random], bytes]

_DEEP = 50_000
_MANY_DIGITS = "9" * 5000
_CELLS = (
    *("", " ", "nan", "inf", "-inf", "1e999", "-1e999", "1e308", "1e-400", "-0", "1,5", "1_000"),
    *(
        "0x10",
        "١٢",
        "½",
        "²",
        "--1",
        '"',
        "\0",
        "None",
        "true",
        "=1+1",
        "𝟙",
        "-1",
        "2",
        "0.5000001",
    ),
    *("9" * 400, _MANY_DIGITS, "A" * 200_000, "ü" * 100, "\ufeff", "\u202e", "1e5", "1e18"),
)
_COLUMNS = (
    *("sample_0ms", "sample_-500ms", "sample_500", "sample_ms", "sample_²ms", "sample_٥٠٠ms"),
    *("sample_250ms", "sample_500ms", "sample_1000000500ms", "sample_999999999999500ms"),
    *(
        "sample_9223372036854775500ms",
        f"sample_{_MANY_DIGITS}500ms",
        "song_id",
        "",
        "valence",
        "\0",
    ),
)
_TOML = (
    *("0", "-1", "1", "2", "inf", "nan", "-inf", "1e308", "true", "[]", "{}", '""', '"two"', "[1]"),
    *("[[1], [2]]", "2147483648", "9223372036854775807", "99999999999999999999", _MANY_DIGITS),
    *("1979-05-27T07:32:00Z", "[-1, 1, 2]", '["valence"]', '["valence", "valence"]', '"\\u0000"'),
    *(
        "[" * 3000 + "]" * 3000,
        "1_000",
        "0x7fffffff",
        "0.5",
        "'''",
        "60.5",
        "1e3",
        "4096",
        "100000",
    ),
)
_JSON = (
    *("null", "{}", "[]", '""', "true", "0", "-1", "NaN", "Infinity", "1e999", _MANY_DIGITS),
    *('"\\ud800"', '"\\u0000"', "[" * _DEEP, '{"a":' * _DEEP, "[1, 2, 3]", '[{"notes": []}]'),
)
_INI = (
    *(
        "@Invalid()",
        "@ByteArray(\\0\\0)",
        "@ByteArray(" + "A" * 5000 + ")",
        "@Variant(\\0\\0\\0\\x1)",
    ),
    *(
        "nan",
        "-1",
        "1e999",
        "@Rect(0 0 -1 -1)",
        "",
        "true, false",
        "@Size(9 9)",
        "\\xZZ",
        _MANY_DIGITS,
    ),
    "@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\xf" + "Q" * 20 + ")",
)


def spoil_table(data: bytes, chance: Random) -> tuple[bytes, str]:
    """Do one to three things to a CSV; give the bytes and what was done."""
    return _several(_TABLE, data, chance)


def spoil_toml(data: bytes, chance: Random) -> tuple[bytes, str]:
    """Do one to three things to a TOML file."""
    return _several((*_LINES, *[_value_of("=", _TOML)] * 6), data, chance)


def spoil_json(data: bytes, chance: Random) -> tuple[bytes, str]:
    """Do one to three things to a JSON file."""
    return _several((*_LINES, *[_json_value] * 6), data, chance)


def spoil_settings(data: bytes, chance: Random) -> tuple[bytes, str]:
    """Do one to three things to an ini file."""
    return _several((*_LINES, *[_value_of("=", _INI)] * 6), data, chance)


def _several(mutations: tuple[TextMutation, ...], data: bytes, chance: Random) -> tuple[bytes, str]:
    names = []
    for _time in range(chance.choice((1, 1, 1, 2, 2, 3))):
        mutation = chance.choice(mutations)
        data = mutation(data, chance)
        names.append(mutation.__name__.strip("_"))
    return data, ", ".join(names)


def _cells(data: bytes) -> list[list[str]]:
    text = data.decode("utf-8", "surrogateescape")
    return [line.split(",") for line in text.split("\n")]


def _joined(rows: list[list[str]]) -> bytes:
    return "\n".join(map(",".join, rows)).encode("utf-8", "surrogateescape")


def _nasty_cell(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    row = chance.choice(rows)
    row[chance.randrange(len(row))] = chance.choice(_CELLS)
    return _joined(rows)


def _nasty_row(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    row = chance.choice(rows)
    row[:] = [chance.choice(_CELLS) for _cell in row]
    return _joined(rows)


def _other_column(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    rows[0][chance.randrange(len(rows[0]))] = chance.choice(_COLUMNS)
    return _joined(rows)


def _no_column(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    place = chance.randrange(len(rows[0]))
    return _joined([[*row[:place], *row[place + 1 :]] for row in rows])


def _column_twice(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    place = chance.randrange(len(rows[0]))
    return _joined([[*row, *row[place : place + 1]] for row in rows])


def _columns_swapped(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    return _joined([[row[place] for place in order if place < len(row)] for row in rows])


def _longer_row(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    chance.choice(rows).extend(["0.5"] * chance.choice((1, 3, 100)))
    return _joined(rows)


def _shorter_row(data: bytes, chance: Random) -> bytes:
    rows = _cells(data)
    row = chance.choice(rows)
    del row[chance.randrange(len(row)) :]
    return _joined(rows)


def _line_twice(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"\n".join(lines)


def _no_line(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def _lines_shuffled(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def _only_lines(data: bytes, chance: Random) -> bytes:
    return b"\n".join(data.split(b"\n")[: chance.randrange(3)])


def _other_encoding(data: bytes, chance: Random) -> bytes:
    text = data.decode("utf-8", "replace") + chance.choice(("", "é", "€\n"))
    return text.encode(
        chance.choice(("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp1252", "cp037")),
        "replace",
    )


def _other_line_ends(data: bytes, chance: Random) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\n", b"\n\r", b"\0\n", b"\x85")))


def _other_commas(data: bytes, chance: Random) -> bytes:
    return data.replace(b",", chance.choice((b";", b"\t", b",,", b'","', b", ")))


def _noise(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _byte in range(chance.choice((1, 4, 40))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _nothing(data: bytes, chance: Random) -> bytes:
    return chance.choice((b"", b"\n", b"\0" * 1000, b"\xef\xbb\xbf", b'"', chance.randbytes(3000)))


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _inserted(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_CELLS).encode() + data[place:]


def _json_value(data: bytes, chance: Random) -> bytes:
    """Put another value where a string, a number or a list is."""
    found = list(re.finditer(rb'(?<=[:\[,] )("[^"]*"|-?[\d.e-]+|\[[^\[\]]*\]|\{[^{}]*\})', data))
    if not found:
        return _inserted(data, chance)
    span = chance.choice(found)
    return data[: span.start()] + chance.choice(_JSON).encode() + data[span.end() :]


def _value_of(sign: str, values: tuple[str, ...]) -> TextMutation:
    def another_value(data: bytes, chance: Random) -> bytes:
        lines = data.split(b"\n")
        places = [place for place, line in enumerate(lines) if sign.encode() in line]
        if places:
            place = chance.choice(places)
            name = lines[place].split(sign.encode())[0]
            lines[place] = name + sign.encode() + b" " + chance.choice(values).encode()
        return b"\n".join(lines)

    return another_value


_LINES: tuple[TextMutation, ...] = (
    *(_line_twice, _no_line, _lines_shuffled, _only_lines, _other_encoding, _other_line_ends),
    *(_noise, _nothing, _cut, _inserted),
)
_TABLE: tuple[TextMutation, ...] = (
    *_LINES,
    *(_nasty_cell, _nasty_cell, _nasty_cell, _nasty_row, _other_column, _other_column),
    *(_no_column, _column_twice, _columns_swapped, _longer_row, _shorter_row, _other_commas),
)
