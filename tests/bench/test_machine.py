import json

import pytest

from bench.command import arguments
from bench.machine import SPEED, conditions


def test_a_run_tells_the_machine_what_was_asked_and_the_settings_that_change_speed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in SPEED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STT_WORKERS", "1")
    monkeypatch.setenv("STT_SECRET", "not told")
    told = json.loads(json.dumps(conditions(arguments(["--bound-ms", "250"]))))
    assert told["cores"] >= 1 and told["processor"] and told["vad_us_per_window"] > 0
    assert (told["bound_ms"], told["endpointing_ms"], told["seconds"]) == ([250], 500, 20)
    assert told["settings"] == {"STT_WORKERS": "1"}
