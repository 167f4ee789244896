from collections.abc import Iterator

import pytest

from stt_api.errors import (
    AtCapacity,
    ClientError,
    InvalidSetting,
    MessageTooLarge,
    NotFound,
    ServerError,
    SttError,
)


def kinds(of: type[SttError] = SttError) -> Iterator[type[SttError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def name(kind: type[SttError]) -> str:
    return kind.__name__


def test_every_error_that_is_raised_has_a_name_of_its_own_on_the_wire() -> None:
    here = [kind for kind in kinds() if kind.__module__ == SttError.__module__]
    raised = [kind for kind in here if kind not in (SttError, ClientError, ServerError)]
    assert len({kind.code for kind in raised}) == len(raised)


@pytest.mark.parametrize("kind", list(kinds()), ids=name)
def test_every_error_owns_its_status_and_its_close_code(kind: type[SttError]) -> None:
    assert 400 <= kind.http_status <= 599
    assert 1000 < kind.close_code < 1016


@pytest.mark.parametrize("kind", list(kinds(ClientError)), ids=name)
def test_what_the_client_did_wrong_is_never_worth_another_try(kind: type[SttError]) -> None:
    assert kind.http_status < 500 and not kind.retryable


@pytest.mark.parametrize(
    ("kind", "status", "close_code"),
    [
        (NotFound, 404, 1007),
        (MessageTooLarge, 413, 1009),
        (AtCapacity, 503, 1013),
        (SttError, 500, 1011),
    ],
)
def test_statuses_and_close_codes_are_the_registered_ones(
    kind: type[SttError], status: int, close_code: int
) -> None:
    assert (kind.http_status, kind.close_code) == (status, close_code)


def test_a_refused_setting_is_named_first() -> None:
    error = InvalidSetting("language", "allowed: de, en")
    assert (str(error), error.field, error.fatal) == (
        "language: allowed: de, en",
        "language",
        False,
    )
