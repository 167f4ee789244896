"""Recordings of any format as mono PCM at 16 kHz."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import pytest
from custom_stt_client.cli.media import BYTES_PER_SECOND, NoAudio, Recording

from stt_testing.recordings import recordings

from .encoding import FORMATS, encode

[SPOKEN] = recordings("short13")
SECONDS = len(SPOKEN.samples()) / 16_000


async def pcm_of(recording: Recording) -> bytes:
    return b"".join([piece async for piece in recording.pieces(0.5)])


@pytest.mark.parametrize("suffix", FORMATS)
async def test_a_recording_of_any_format_is_as_long_as_it_was(suffix: str, tmp_path: Path) -> None:
    encode(SPOKEN, path := tmp_path / f"a{suffix}")
    recording = Recording(path)
    pcm = await pcm_of(recording)
    assert recording.decoded_s == len(pcm) / BYTES_PER_SECOND == pytest.approx(SECONDS, abs=0.1)
    assert recording.duration_s == pytest.approx(SECONDS, abs=0.1)


async def test_sound_that_needs_no_conversion_is_given_bit_by_bit(tmp_path: Path) -> None:
    encode(SPOKEN, path := tmp_path / "a.wav")
    assert await pcm_of(Recording(path)) == SPOKEN.pcm()


async def test_a_name_that_reads_like_an_address_is_a_file(tmp_path: Path) -> None:
    encode(SPOKEN, path := tmp_path / "http:talk.wav")
    assert Recording(path).duration_s


async def test_damaged_places_are_left_out_and_counted(tmp_path: Path) -> None:
    encode(SPOKEN, path := tmp_path / "a.m4a")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1000] = b"\xff" * 1000
    path.write_bytes(data)
    recording = Recording(path)
    await pcm_of(recording)
    assert recording.damaged and recording.decoded_s > 0.2 * SECONDS


def not_there(path: Path) -> None:
    pass


def not_sound(path: Path) -> None:
    path.write_text("not sound")


def empty(path: Path) -> None:
    path.touch()


def cut_off(path: Path) -> None:
    """Leave nothing but the beginning of a header."""
    encode(SPOKEN, path)
    path.write_bytes(path.read_bytes()[:60])


def pictures(path: Path) -> None:
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=1)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        for each in (av.VideoFrame(16, 16, "yuv420p"), None):
            container.mux(stream.encode(each))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (not_there, "No such file"),
        (not_sound, "Invalid data"),
        (empty, "Invalid data|End of file|nothing in it"),
        (cut_off, "Invalid data|nothing in it"),
        (pictures, "it has no sound"),
    ],
)
async def test_why_a_file_has_no_sound_is_said(
    make: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    make(path := tmp_path / "a.m4a")
    with pytest.raises(NoAudio, match=says):
        await pcm_of(Recording(path))
