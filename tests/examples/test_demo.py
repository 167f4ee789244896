import subprocess
import sys
from pathlib import Path

from stt_testing.local_server import RunningServer
from stt_testing.recordings import FOLDER

DEMO = Path(__file__).parents[2] / "examples/demo.py"
WITH_THE_PLUGIN_ALONE = """
import runpy, sys
sys.modules["stt_testing"] = sys.modules["stt_api"] = None  # as if they were not installed
script, sys.argv = sys.argv[1], sys.argv[1:]
runpy.run_path(script, run_name="__main__")
"""


def test_the_demonstration_needs_nothing_but_the_plugin_where_a_server_runs(
    server: RunningServer,
) -> None:
    given = ("-c", WITH_THE_PLUGIN_ALONE, DEMO, FOLDER / "demo.wav", server.url)
    done = subprocess.run([sys.executable, *given], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "turn on the lights in the kitchen" in done.stdout.splitlines()[-1]
