"""What the texts of recordings are called: no two alike, whatever the file system. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def output_names(recordings: Sequence[Path]) -> list[str]:
    """Return a name without suffix for each of these different, absolute paths.

    It is the recording's own name without suffix. Recordings that would share a name get longer
    ones: ``a.wav`` beside ``a.mp3``, then ``x-a.wav`` beside ``y-a.wav`` of two folders.
    """
    longest = [_names(path) for path in recordings]
    names = [each.pop(0) for each in longest]
    while clashes := _clashes(names):
        for index in clashes:
            rest = longest[index]
            names[index] = rest.pop(0) if rest else f"{names[index]}-{index + 1}"
    return names


def _names(path: Path) -> list[str]:
    """Return what a recording may be called, the shortest first."""
    folders = path.parts[1:-1]
    longer = ("-".join([*folders[at:], path.name]) for at in reversed(range(len(folders))))
    return [path.stem, path.name, *longer]


def _clashes(names: Sequence[str]) -> list[int]:
    """Return which names are not alone, where upper case may be lower case."""
    counts = Counter(name.casefold() for name in names)
    return [index for index, name in enumerate(names) if counts[name.casefold()] > 1]
