from stt_api.decoding.presence import LIVE_S, Presence


def test_a_speaker_is_present_for_a_while_after_each_request() -> None:
    presence = Presence()
    assert not presence.at(100.0)
    presence.note(100.0)
    assert presence.at(100.0 + LIVE_S / 2) and not presence.at(100.0 + LIVE_S)
