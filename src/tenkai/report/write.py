"""Writing a report: the page, the document of the run, and a copy of the workflow, in one folder."""

from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

from tenkai.errors import problem
from tenkai.run.results import RunResult

PAGE, DOCUMENT = "report.html", "run.json"


def write_report(result: RunResult, folder: Path, *, page: str = "") -> Path:
    """Write ``report.html``, ``run.json`` and a copy of the workflow file.

    Parameters
    ----------
    result
        A run; what failed is told on top, what finished is shown.
    folder
        Made when it is not there; earlier reports in it are replaced.
    page
        The text of the study (Markdown).

    Returns
    -------
    Path
        The page.

    Raises
    ------
    TenkaiError
        TK521 when the folder cannot be written to; TK115 when a result quotes what is not there (the page
        is written all the same).
    """
    # The template engine and the figures are heavy: only when a report is written.
    from tenkai.report.facts import workflow_file
    from tenkai.report.page import make_page

    workflow = result.graph.workflow
    html = make_page(result, page)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / PAGE, html)
        copy = folder / workflow_file(workflow)
        original = workflow.path
        if workflow.document.text and not (original and copy.resolve() == original.resolve()):
            _write(copy, workflow.document.text)
        # Last: a result that quotes what is not there is an error, but the page is written and tells it too.
        document = {**result.to_json(), "tasks": result.tasks()}
        _write(folder / DOCUMENT, json.dumps(_plain(document), ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise problem(
            "TK521",
            f"the report cannot be written to {folder}: {error.strerror or error}.",
            remedy="Name another folder with --out.",
        ) from None
    return folder / PAGE


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all: a report open in a browser is never half there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _plain(value: Any) -> Any:
    """JSON knows no NaN and no infinity: null stands for them."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
