"""The commands that run something: ``run`` and ``map``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tenkai.cli.progress import shown
from tenkai.data import SCHEME, Places, find_data, looking_in
from tenkai.errors import Place, Problem, TenkaiError
from tenkai.plan.workflow import Workflow, read_workflow
from tenkai.run.project import Project, find_workflow
from tenkai.run.results import RunResult


def open_project(
    name: str, sets: Sequence[str], data: str | None, cache: str | None, *, fetch: bool = False
) -> Project:
    """Open a workflow with the options of the command line. `fetch`: known data sets are fetched when missing."""
    workflow = read_workflow(find_workflow(name))
    places = Places(workflow.folder, Path(data).absolute() if data else None)
    if fetch:
        _fetch_missing(workflow, places)
    return Project(workflow, parse_sets(sets), places, Path(cache) if cache else None)


def parse_sets(sets: Sequence[str]) -> dict[str, Any]:
    """Read ``step.setting=VALUE``; the value is written as in the workflow file."""
    from tenkai.plan.document import read_document

    found: dict[str, Any] = {}
    for text in sets:
        target, equals, value = text.partition("=")
        if not equals or not target:
            place = Place(setting="--set")
            raise TenkaiError(
                Problem("TK502", f"'{text}' sets nothing.", "Write --set STEP.SETTING=VALUE.", place=place)
            )
        document = read_document(value, f"--set {target}")
        if document.problems:
            raise TenkaiError(*document.problems)
        found[target.strip()] = document.data
    return found


def run(
    project: Project,
    to: Sequence[str] | None,
    on: str,
    out: str | None,
    threads: int | None,
    *,
    as_json: bool,
    quiet: bool,
    debug: bool = False,
    page: str = "",
) -> int:
    """Run, print what was found, write the report. Returns the exit code."""
    folder = _out_folder(out)
    with shown(quiet or as_json) as listener:
        result = project.run(to=to or None, on=on, threads=threads, listener=listener)
    report = _report(result, folder, page, quiet=quiet or as_json) if folder else None
    if as_json:
        print(json.dumps(result.to_json(), ensure_ascii=False, indent=2))
    else:
        from tenkai.report.text import summary_lines

        print("\n".join(summary_lines(result)))
        if report:
            print(f"report: {report}")
    return tell_failures(result, debug)


def tell_failures(result: RunResult, debug: bool) -> int:
    """Print what failed; with `debug` also where in the code. Returns the exit code."""
    if result.error is None:
        return 0
    print(result.error, file=sys.stderr)
    if debug:
        notes = [note for error in result.outcome.failed.values() for note in getattr(error, "__notes__", [])]
        print("\n".join(dict.fromkeys(notes)), file=sys.stderr)
    return 1


def map_data(
    source: str,
    color: str | None,
    row_id: str | None,
    skip: Sequence[str],
    out: str | None,
    seed: int,
    cache: str | None,
    threads: int | None,
    *,
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> int:
    """Write a workflow for the user's data, run it, write the report."""
    from tenkai.mapping import make_workflow

    path = find_data(source)
    folder = _out_folder(out or f"{path.name.split('.')[0]}-map")
    assert folder is not None
    plan = make_workflow(path, folder, color=color, row_id=row_id, skip=skip, seed=seed)
    if not as_json and not quiet:
        print("\n".join(f"  {line}" for line in plan.said), file=sys.stderr)
    project = open_project(str(plan.path), [], None, cache)
    page = "\n".join(f"- {line}" for line in plan.said)
    code = run(project, None, "local", str(folder), threads, as_json=as_json, quiet=quiet, debug=debug, page=page)
    if not as_json:
        print(f"workflow: {plan.path}  (edit it, then: tenkai run {plan.path} --out {folder})")
    return code


def _out_folder(out: str | None) -> Path | None:
    if out is None:
        return None
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        place = Place(setting="--out")
        fact = f"the folder {folder} cannot be made: {error.strerror}."
        raise TenkaiError(Problem("TK502", fact, remedy="Name another folder.", place=place)) from None
    return folder


def _report(result: RunResult, folder: Path, page: str, *, quiet: bool) -> Path:
    from tenkai.report import write_report
    from tenkai.run.studies import FOLDER, study_text

    workflow = result.graph.workflow
    if not page and workflow.folder == FOLDER:
        page = study_text(workflow.name)
    if not quiet and sys.stderr.isatty():
        print("drawing the report ...", file=sys.stderr)
    return write_report(result, folder, page=page)


def _fetch_missing(workflow: Workflow, places: Places) -> None:
    from tenkai.data_sets import fetch, known

    names = [
        value.removeprefix(SCHEME)
        for node in workflow.nodes.values()
        for value in node.given.values()
        if isinstance(value, str) and value.startswith(SCHEME)
    ]
    with looking_in(places):
        for name in dict.fromkeys(names):
            try:
                find_data(SCHEME + name)
            except TenkaiError:
                if name in known():
                    print(f"fetching {name} ...", file=sys.stderr)
                    fetch(name)
