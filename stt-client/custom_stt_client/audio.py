"""16-bit mono PCM of any length to chunks of one length."""

from __future__ import annotations

CHUNKS_PER_SECOND = 20  # 50 ms each
BYTES_PER_SAMPLE = 2


class Chunks:
    """Cut PCM into chunks of 50 ms. Half a sample waits for its other half."""

    def __init__(self, sample_rate: int) -> None:
        self._size = BYTES_PER_SAMPLE * (sample_rate // CHUNKS_PER_SECOND)
        self._rest = bytearray()

    def push(self, pcm: bytes) -> list[bytes]:
        """Return the chunks that are whole now."""
        self._rest += pcm
        whole = len(self._rest) // self._size * self._size
        chunks = [bytes(self._rest[at : at + self._size]) for at in range(0, whole, self._size)]
        del self._rest[:whole]
        return chunks

    def flush(self) -> list[bytes]:
        """Return what is short of a whole chunk, if anything."""
        samples = len(self._rest) // BYTES_PER_SAMPLE
        chunk = bytes(self._rest[: BYTES_PER_SAMPLE * samples])
        del self._rest[: len(chunk)]
        return [chunk] if chunk else []
