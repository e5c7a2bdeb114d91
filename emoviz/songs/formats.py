"""What can be opened: the formats that songs are looked for in, by what their names end in.

A file that is named outright is always tried, whatever its name is. Which suffixes a format has is
what its decoder says of itself where it says so; the others are those that its files are met with.
"""

LIBSNDFILE = {
    "WAV": ("wav", "wave", "bwf"),
    "RF64": ("rf64",),
    "W64": ("w64",),
    "AIFF": ("aif", "aiff", "aifc"),
    "AU": ("au", "snd"),
    "CAF": ("caf",),
    "FLAC": ("flac",),
    "VOC": ("voc",),
}
"""Suffixes of what libsndfile decodes, by its names of the formats"""

FFMPEG = {
    "mp3": ("mp3", "mp2", "mp1", "mpa"),
    "aac": ("aac",),
    "ac3": ("ac3",),
    "eac3": ("eac3", "ec3"),
    "dts": ("dts",),
    "amr": ("amr", "awb"),
    "ogg": ("ogg", "oga", "ogv", "ogx", "opus", "spx"),
    "mov": ("m4a", "m4b", "m4r", "mp4", "m4v", "mov", "qt", "3gp", "3g2", "f4v", "f4a"),
    "matroska": ("mka", "mkv", "webm", "weba"),
    "asf": ("wma", "wmv", "asf"),
    "avi": ("avi",),
    "flv": ("flv",),
    "mpeg": ("mpg", "mpeg", "vob"),
    "mpegts": ("ts", "m2ts", "mts"),
    "wv": ("wv",),
    "tta": ("tta",),
    "tak": ("tak",),
    "ape": ("ape",),
    "mpc": ("mpc",),
    "dsf": ("dsf",),
    "iff": ("dff",),
}
"""Suffixes of what FFmpeg decodes, by its names of the formats"""

SONG_SUFFIXES = frozenset(
    f".{suffix}" for table in (LIBSNDFILE, FFMPEG) for names in table.values() for suffix in names
)
"""What is taken for a song inside a folder"""

OFFERED_SUFFIXES = SONG_SUFFIXES - {".ts"}
"""What a desktop is told that emoviz opens: a .ts is mostly a text, of a program or to translate"""
