"""What the run and its worker processes say to each other: one JSON document per line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenkai.data import Places
from tenkai.errors import Place, Problem, TenkaiError
from tenkai.plan.graph import Graph
from tenkai.run.store import Finished


def order_for(graph: Graph, overrides: Mapping[str, Any], root: Path, places: Places, threads: int) -> dict[str, Any]:
    """Return what a worker must know to see the same tasks under the same keys."""
    workflow = graph.workflow
    return {
        "text": workflow.document.text,
        "name": workflow.name,
        "path": str(workflow.path) if workflow.path else None,
        "shown": workflow.document.name,
        "overrides": dict(overrides),
        "root": str(root),
        "places": [str(p) if p else None for p in (places.workflow, places.data)],
        "threads": threads,
    }


def encode(message: Mapping[str, Any]) -> str:
    """Write a message as one line."""
    return json.dumps(message, ensure_ascii=False) + "\n"


def problems_to_json(error: TenkaiError) -> list[dict[str, Any]]:
    """Write problems."""
    return [asdict(p) for p in error.problems]


def problems_from_json(data: list[dict[str, Any]]) -> TenkaiError:
    """Read problems."""
    return TenkaiError(*(Problem(**{**p, "place": Place(**p["place"])}) for p in data))


def finished_from_json(data: dict[str, Any]) -> Finished:
    """Read the record of a finished task."""
    return Finished(**{**data, "notes": tuple((c, t) for c, t in data["notes"])})
