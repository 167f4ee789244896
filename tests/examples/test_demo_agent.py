import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "examples/demo_agent.py"


def test_the_agent_hears_the_recording_commits_the_turn_and_answers() -> None:
    done = subprocess.run([sys.executable, DEMO], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    shown = [line.split(maxsplit=3) for line in done.stdout.splitlines()]
    said = {what: text for _, _, what, text in shown}
    assert "turn on the lights in the kitchen" in said["turn"]
    assert said["agent"] == "Done."
