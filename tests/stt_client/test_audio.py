"""PCM of any length becomes chunks of one length."""

from __future__ import annotations

import random

from custom_stt_client.audio import Chunks


def lengths(chunks: list[bytes]) -> list[int]:
    return [len(chunk) // 2 for chunk in chunks]


def test_audio_leaves_in_chunks_of_50_ms() -> None:
    assert lengths(Chunks(16000).push(bytes(4000))) == [800, 800]


def test_a_flush_gives_the_rest() -> None:
    chunks = Chunks(16000)
    chunks.push(bytes(1800))
    assert (lengths(chunks.flush()), chunks.flush()) == ([100], [])


def test_half_a_sample_waits_for_its_other_half_also_behind_a_flush() -> None:
    chunks = Chunks(16000)
    chunks.push(b"\1\2\3")
    assert chunks.flush() == [b"\1\2"]
    chunks.push(b"\4")
    assert chunks.flush() == [b"\3\4"]


def test_no_byte_is_lost_or_moved_in_pieces_of_any_length() -> None:
    choose = random.Random(1)
    sound = choose.randbytes(50_000)
    chunks, sent, at = Chunks(8000), b"", 0
    while at < len(sound):
        piece = sound[at : at + choose.randrange(3000)]
        sent += b"".join(chunks.push(piece))
        at += len(piece)
    assert sent + b"".join(chunks.flush()) == sound
