import pytest

from stt_api.errors import HeadersTooLarge, UrlTooLong
from stt_api.request_head import (
    MAX_FIELDS,
    MAX_FIELDS_BYTES,
    MAX_PLAIN_URL_BYTES,
    MAX_URL_BYTES,
    too_large,
)


@pytest.mark.parametrize(
    ("upgrade", "longest"), [(True, MAX_URL_BYTES), (False, MAX_PLAIN_URL_BYTES)]
)
def test_a_url_may_be_as_long_as_all_settings_together_where_it_opens_a_websocket(
    upgrade: bool, longest: int
) -> None:
    assert too_large(b"x" * longest, [], upgrade=upgrade) is None
    error = too_large(b"x" * (longest + 1), [], upgrade=upgrade)
    assert isinstance(error, UrlTooLong) and f"over {longest} bytes" in str(error)


def test_header_fields_are_bounded_in_number_and_in_size_together() -> None:
    assert too_large(b"/", [(b"a", b"b")] * MAX_FIELDS, upgrade=True) is None
    for fields in ([(b"a", b"b")] * (MAX_FIELDS + 1), [(b"a", b"b" * MAX_FIELDS_BYTES)]):
        error = too_large(b"/", fields, upgrade=True)
        assert isinstance(error, HeadersTooLarge) and f"at most {MAX_FIELDS}" in str(error)
