"""Any process can be killed at any moment: `kill.py` does it thirty times."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.row("F13")
def test_thirty_kills_lose_nothing_and_repeat_nothing() -> None:
    script = Path(__file__).parent / "kill.py"
    done = subprocess.run(
        [sys.executable, str(script), "--kills", "30", "--seed", "0"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["tasks"] == 1 + 1 + 1 + 8 + 16 + 16 + 16 + 1
    assert told["kills"] >= 25  # the others came when all was done
