"""The command line: thin; it parses, calls, prints."""

from __future__ import annotations

import io
import os
import sys
from types import TracebackType


def _told_plainly(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Tell of a defect of tenkai itself without a traceback."""
    text = " ".join(str(error).split())
    print(f"TK500: tenkai itself failed: {kind.__name__}: {text} Run with --debug to see where.", file=sys.stderr)


def main() -> None:
    """Run ``tenkai``. Exit codes: 0 done, 1 the run failed, 2 the input was wrong."""
    # OpenBLAS threads keep spinning after a call and take the core from numba; read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    if "--debug" not in sys.argv:
        sys.excepthook = _told_plainly
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Files and pipes get UTF-8, a terminal what it knows: a text never fails for one character.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    from tenkai.cli.app import run_app

    sys.exit(run_app(sys.argv[1:]))
