import pytest

from stt_api.ending import Ending, ending_of, name_of
from stt_api.errors import AtCapacity, ModelFailed
from stt_api.inbox import ClientGone
from stt_api.session.events import EndReason


def test_nobody_is_told_where_the_client_has_gone() -> None:
    assert ending_of(ExceptionGroup("", [ModelFailed("broken"), ClientGone()])) is None


def test_an_error_of_ours_is_told_as_it_is() -> None:
    error = ModelFailed("broken")
    assert ending_of(ExceptionGroup("", [ValueError("secret"), error])) is error


def test_what_nobody_expected_is_logged_and_told_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending = ending_of(ExceptionGroup("", [ValueError("secret")]))
    assert (name_of(ending), str(ending)) == ("internal", "internal error")
    assert [line.msg for line in caplog.records] == ["connection failed"]


@pytest.mark.parametrize(
    ("ending", "name"),
    [
        (None, "client_gone"),
        (EndReason.IDLE_TIMEOUT, "idle_timeout"),
        (AtCapacity("full"), "at_capacity"),
    ],
)
def test_the_log_names_every_ending(ending: Ending, name: str) -> None:
    assert name_of(ending) == name
