"""What a user may set, and what the framework adds to it."""

from __future__ import annotations

import pytest
from livekit.agents import NOT_GIVEN
from livekit.plugins.custom_stt import STT, STTOptions
from livekit.plugins.custom_stt.options import with_conversation, with_more_keyterms


def test_options_are_those_of_the_client_and_checked_likewise() -> None:
    assert repr(STTOptions(language="de")).startswith("STTOptions(language='de', languages=None")
    with pytest.raises(ValueError, match=r"^sample_rate must be an integer between 8000 and 48000"):
        STTOptions(sample_rate=4000)


def test_a_change_that_is_not_given_changes_nothing() -> None:
    speech = STT(options=STTOptions(prompt="a call"))
    speech.update_options(language="de", prompt=NOT_GIVEN)
    assert speech._options == STTOptions(language="de", prompt="a call")


def test_what_the_framework_forwards_is_made_sendable() -> None:
    pair, half = "\ud83d\ude00", "\ud83d"
    more = with_more_keyterms(STTOptions(), [f"a{half}b", pair, half])
    assert more.keyterms == ("ab", "\U0001f600")
    assert with_conversation(STTOptions(), f"yes{pair} {half}no").prompt == "yes\U0001f600 no"


def test_keyterms_of_the_framework_come_after_the_users_and_only_as_many_as_fit() -> None:
    options = STTOptions(keyterms=["mine", "both"])
    more = with_more_keyterms(options, ["both", "", *(f"term {n}" for n in range(200))])
    assert more.keyterms[:3] == ("mine", "both", "term 0")
    assert len(more.keyterms) == 100
