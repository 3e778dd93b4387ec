"""What the tests share: where the package is, and the program under test."""

import os
import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]


def binary():
    """The program that EVOKE_BINARY names; else that of the build folder, release before debug."""
    if "EVOKE_BINARY" in os.environ:
        return Path(os.environ["EVOKE_BINARY"]).resolve()
    candidates = [PACKAGE / ".build/release/evoke", PACKAGE / ".build/debug/evoke"]
    return next((path for path in candidates if path.exists()), None)


@pytest.fixture(scope="session")
def evoke():
    """Runs the program, which has to succeed, and returns what it printed."""
    program = binary()
    if program is None or not program.exists():
        pytest.fail("build the package first, or set EVOKE_BINARY")

    def run(*arguments):
        result = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run
