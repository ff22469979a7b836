"""What there is to choose from: steps, studies, workflow files, data sets."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from tenkai.plan.workflow import read_workflow
from tenkai.run.studies import find_study, study_names
from tenkai.step import Step, get_step, step_names
from tenkai.step.page import page
from tenkai.workbench.project import Folder
from tenkai.workbench.state import plain


def project(folder: Folder, version: str) -> dict[str, Any]:
    """Return what the open folder holds, and the studies."""
    return {
        "name": folder.root.name or "/",
        "version": version,
        "workflows": [{"file": file, "title": _title(folder.root / file)} for file in folder.workflows()],
        "studies": _studies(),
        "data": _data(),
        "language": "",
    }


def _title(path: Path) -> str:
    """Return the title of a workflow file, read without understanding the rest of it."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line in file.read(4000).splitlines():
                if line.startswith("title:"):
                    return line.removeprefix("title:").strip().strip("\"'")
    except (OSError, UnicodeDecodeError):
        pass
    return ""


@lru_cache(maxsize=1)
def _studies() -> list[dict[str, str]]:
    found = []
    for name in study_names():
        path = find_study(name)
        if path is not None:
            workflow = read_workflow(path)
            found.append({"name": name, "title": workflow.title, "description": " ".join(workflow.description.split())})
    return found


def _data() -> list[str]:
    from tenkai.data_sets import known

    return sorted(known())


@lru_cache(maxsize=1)
def steps() -> list[dict[str, Any]]:
    """Return all steps with their ports, outputs, settings and pages."""
    return [_step(get_step(name)) for name in step_names()]


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "title": step.title,
        "stage": step.stage,
        "summary": step.summary,
        "page": page(step),
        "ports": [
            {
                "name": p.name, "types": list(dict.fromkeys(t.type_name or "value" for t in p.types)),
                "optional": p.optional, "many": p.many, "gathers": p.gathers, "help": p.help,
            }
            for p in step.ports.values()
        ],
        "outputs": [
            {"name": o.name, "type": o.type.type_name, "help": o.help, "keys": list(o.keys)}
            for o in step.outputs.values()
        ],
        "schema": plain(step.json_schema()),
    }  # fmt: skip
