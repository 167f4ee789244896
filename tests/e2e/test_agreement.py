"""What client and server each write down about the other is the same."""

from __future__ import annotations

from custom_stt_client import backlog, options
from custom_stt_client.options import StreamOptions
from custom_stt_client.wire import PROTOCOL, configure

from stt_api.protocols.native import FEATURES, VERSION
from stt_api.protocols.settings import SETTINGS, ClientSettings
from stt_api.session.audio import SAMPLE_RATE
from stt_api.session.vad import WINDOW

ALLOWED = ClientSettings.model_json_schema()["properties"]
ALL = StreamOptions(
    language="en", languages=["en"], prompt="a", endpointing_ms=300, windowing="overlap"
)


def test_the_client_speaks_the_servers_version_and_uses_features_that_it_names() -> None:
    assert PROTOCOL == VERSION
    assert {"warm_up", "resume"} <= set(FEATURES)


def test_the_server_knows_every_setting_that_the_client_may_send() -> None:
    sent = configure(ALL, warm_up_s=1.0, resume=True).keys() - {"type"}
    assert sent <= set(SETTINGS)


def test_the_client_refuses_exactly_the_numbers_that_the_server_would() -> None:
    rate, endpointing = ALLOWED["sample_rate"], ALLOWED["endpointing"]
    assert rate["minimum"] == options.MIN_SAMPLE_RATE
    assert rate["maximum"] == options.MAX_SAMPLE_RATE
    assert endpointing["minimum"] == options.MIN_ENDPOINTING_MS
    assert endpointing["maximum"] == options.MAX_ENDPOINTING_MS


def test_the_client_refuses_exactly_the_texts_that_the_server_would() -> None:
    keyterms = ALLOWED["keyterms"]
    assert ALLOWED["prompt"]["maxLength"] == options.MAX_PROMPT_LENGTH
    assert keyterms["maxItems"] == options.MAX_KEYTERMS
    assert keyterms["items"]["maxLength"] == options.MAX_KEYTERM_LENGTH


def test_a_connection_warms_up_on_whole_windows_of_the_servers_speech_detector() -> None:
    assert backlog.WINDOW_S == WINDOW / SAMPLE_RATE
    assert backlog.WARM_UP_S % backlog.WINDOW_S == 0
