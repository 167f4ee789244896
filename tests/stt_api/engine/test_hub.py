import pytest

from stt_api.engine.checkpoint import CannotConvert
from stt_api.engine.hub import fetch_checkpoint, fetch_tokenizer


@pytest.mark.parametrize("hub_id", ["nobody/nothing-of-the-kind", "no/such/id", "no id"])
def test_what_cannot_be_had_from_the_hub_is_named_in_one_line(hub_id: str) -> None:
    """Without a network, and with one: nobody has these."""
    for fetch in (fetch_checkpoint, fetch_tokenizer):
        with pytest.raises(CannotConvert) as raised:
            fetch(hub_id)
        assert str(raised.value).startswith(f"{hub_id} cannot be had from the hub")
        assert "\n" not in str(raised.value)
