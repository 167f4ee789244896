from pathlib import Path

import pytest

import stt_model_pico
from bench.peers.command import PEERS, arguments


def test_by_default_all_peers_run_beside_ours_with_pico() -> None:
    options = arguments([])
    assert options.peers == list(PEERS)
    assert [row.name for row in options.ours] == ["ours"]
    assert options.model == stt_model_pico.path()


def test_ours_may_appear_several_times_under_other_settings(tmp_path: Path) -> None:
    given = ["--ours", "full:STT_ENCODER_CONTEXT=full,STT_WORKERS=1", "plain"]
    full, plain = arguments(given).ours
    assert (full.name, plain.name) == ("full", "plain")
    variables = full.launch(tmp_path, 1).variables
    assert (variables["STT_ENCODER_CONTEXT"], variables["STT_WORKERS"]) == ("full", "1")
    assert "STT_ENCODER_CONTEXT" not in plain.launch(tmp_path, 1).variables


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--ours", "full:STT_ENCODER_CONTEXT"], "--ours: full:STT_ENCODER_CONTEXT is not NAME"),
        (["--ours", ":STT_WORKERS=1"], "--ours: :STT_WORKERS=1 is not NAME"),
        (["--ours", "one", "one:STT_WORKERS=1"], "--ours: each row needs a name of its own"),
        (["--model", "/nowhere"], "--model: there is no model folder /nowhere"),
        (["--model", "small"], "--model: small is neither pico nor a folder"),
        (["--peers", "Kaldi"], "--peers: invalid choice: 'Kaldi'"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_its_name(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        arguments(given)
    assert told in capsys.readouterr().err
