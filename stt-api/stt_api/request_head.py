"""How large the head of a request may be: its URL, and its header fields."""

from collections.abc import Sequence

from .errors import HeadersTooLarge, SttError, UrlTooLong

MAX_URL_BYTES = 192 * 1024  # 100 keyterms and a prompt as long as allowed: 14,000 × "%F0%9F%98%80"
MAX_PLAIN_URL_BYTES = 65_535  # of a request that is no upgrade: httptools counts in 16 bits
MAX_FIELDS = 100  # websockets takes 128
MAX_FIELDS_BYTES = 64 * 1024  # of all fields together
MAX_HEAD_BYTES = MAX_URL_BYTES + MAX_FIELDS_BYTES


def too_large(
    url: bytes, fields: Sequence[tuple[bytes, bytes]], *, upgrade: bool
) -> SttError | None:
    """Return what to answer to a head that is too large, which may still be incomplete."""
    longest = MAX_URL_BYTES if upgrade else MAX_PLAIN_URL_BYTES
    if len(url) > longest:
        return UrlTooLong(f"url: over {longest} bytes; send prompt and keyterms in a frame")
    size = sum(len(name) + len(value) for name, value in fields)
    if size > MAX_FIELDS_BYTES or len(fields) > MAX_FIELDS:
        return fields_too_large()
    return None


def fields_too_large() -> SttError:
    allowed = f"at most {MAX_FIELDS}, of {MAX_FIELDS_BYTES} bytes together, are allowed"
    return HeadersTooLarge(f"header fields: {allowed}")
