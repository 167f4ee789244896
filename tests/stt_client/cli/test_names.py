"""No two recordings are written to one file."""

from __future__ import annotations

from pathlib import Path

import pytest
from custom_stt_client.cli.names import output_names


@pytest.mark.parametrize(
    ("recordings", "names"),
    [
        (["/x/a.wav", "/x/b.wav"], ["a", "b"]),
        (["/x/a.wav", "/x/a.mp3", "/x/b.wav"], ["a.wav", "a.mp3", "b"]),
        (["/x/a.wav", "/y/a.wav"], ["x-a.wav", "y-a.wav"]),
        (["/x/1/a.wav", "/y/1/a.wav"], ["x-1-a.wav", "y-1-a.wav"]),
        (["/x/a.wav", "/x/A.mp3"], ["a.wav", "A.mp3"]),
        (["/x/a.wav", "/x/a.mp3", "/x/a.wav.ogg"], ["x-a.wav", "a.mp3", "a.wav.ogg"]),
        (["/x-y/a.wav", "/x/y-a.wav", "/z/a.wav"], ["x-y-a.wav", "y-a", "z-a.wav"]),
        (["/a.wav"], ["a"]),
    ],
)
def test_a_name_is_as_long_as_it_takes_to_be_alone(recordings: list[str], names: list[str]) -> None:
    assert output_names([Path(path) for path in recordings]) == names


def test_where_whole_paths_would_read_alike_they_are_numbered() -> None:
    recordings = ["/x/y-a.wav", "/x-y/a.wav", "/x/y/a.wav", "/z/y-a.wav"]
    names = output_names([Path(path) for path in recordings])
    assert len({name.casefold() for name in names}) == len(recordings)
