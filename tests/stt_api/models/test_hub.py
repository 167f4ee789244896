import huggingface_hub
import pytest

from stt_api.errors import ModelUnavailable
from stt_api.models.checkpoint import CannotConvert
from stt_api.models.hub import fetch_checkpoint, fetch_tokenizer, is_cached


@pytest.mark.parametrize("hub_id", ["nobody/nothing-of-the-kind", "no/such/id", "no id"])
def test_what_cannot_be_had_from_the_hub_is_named_in_one_line(hub_id: str) -> None:
    """Without a network, and with one: nobody has these."""
    for fetch in (fetch_checkpoint, fetch_tokenizer):
        with pytest.raises(CannotConvert) as raised:
            fetch(hub_id)
        assert str(raised.value).startswith(f"{hub_id} cannot be had from the hub")
        assert "\n" not in str(raised.value)


class ProxyError(Exception):
    """As an HTTP client has its own, outside of OSError."""


def fail_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the hub's client raise."""

    def snapshot_download(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ProxyError("403 Forbidden\nfor this host"), "ProxyError: 403 Forbidden"),
        (ProxyError(), "ProxyError"),
        (OSError(), "OSError"),
    ],
)
def test_whatever_the_hubs_client_raises_is_named(
    monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    fail_with(error, monkeypatch)
    with pytest.raises(CannotConvert) as raised:
        fetch_checkpoint("owner/model")
    assert str(raised.value).endswith(f"is not in its cache: {says}")


def test_a_cache_that_cannot_be_asked_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(ProxyError("403 Forbidden"), monkeypatch)
    with pytest.raises(ModelUnavailable, match=r"small cannot be looked up .*: ProxyError: 403"):
        is_cached("small")


@pytest.mark.parametrize("name", ["no such size", "no/such/id"])
def test_a_name_that_can_be_no_model_is_told_from_one_that_is_not_fetched(name: str) -> None:
    with pytest.raises(ModelUnavailable):
        is_cached(name)
    assert not is_cached("nobody/nothing-of-the-kind")
