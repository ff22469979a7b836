"""Where nodes stand in the graph: by the side file of a workflow, else by how far they are from the data."""

from __future__ import annotations

import json
import math
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenkai.plan.graph import Graph

STEP_X = 240
# A node is as high as its handles need, and the next one stands a gap below.
HEAD, HANDLE, GAP = 26, 14, 44
MOST_BYTES = 20_000_000


@dataclass
class Layout:
    """Positions of nodes that the user has moved, notes pinned to selections, and what goes into the report."""

    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Layout:
        """Read a side file; one that is missing or damaged is as good as none, for it holds no science."""
        try:
            if path.stat().st_size > MOST_BYTES:
                return cls()
            data = json.loads(path.read_text(encoding="utf-8"))
            nodes = {str(n): (float(x), float(y)) for n, (x, y) in data["nodes"].items()}
            notes = [
                {"ref": str(n["ref"]), "ids": [str(i) for i in n["ids"]], "text": str(n["text"])} for n in data["notes"]
            ]
            report = report_choice(data.get("report", {}))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()
        return cls(nodes, notes, report)

    def write(self, path: Path) -> None:
        """Write it in one move."""
        content = {"nodes": self.nodes, "notes": self.notes, **({"report": self.report} if self.report else {})}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)

    def copy(self) -> Layout:
        """Return an independent copy."""
        return Layout(dict(self.nodes), [dict(n) for n in self.notes], dict(self.report))


def report_choice(given: Any) -> dict[str, Any]:
    """Return what is written of a choice for the report, as it should be: empty where all figures go in.

    >>> report_choice({"figures": [{"ref": "map", "live": True, "else": 1}]})
    {'figures': [{'ref': 'map', 'caption': '', 'live': True, 'columns': []}]}
    """
    figures = given.get("figures")
    if figures is None:
        return {}
    return {
        "figures": [
            {
                "ref": str(f["ref"]),
                "caption": str(f.get("caption", "")),
                "live": bool(f.get("live", False)),
                "columns": [str(c) for c in f.get("columns", ())],
            }
            for f in figures
        ]
    }


def side_file(workflow: Path) -> Path:
    """Return the side file of a workflow.

    >>> side_file(Path("a/b.yaml")).as_posix()
    'a/b.layout.json'
    """
    return workflow.with_suffix(".layout.json")


def placed(graph: Graph) -> dict[str, tuple[float, float]]:
    """Return places by distance from the data; in a column, near what a node takes its data from."""
    depth: dict[str, int] = {}
    for name, bound in graph.nodes.items():
        before = [depth[r.node] for r in bound.sources() if r.node in depth]
        depth[name] = max(before, default=-1) + 1
    places: dict[str, tuple[float, float]] = {}
    for column in range(max(depth.values(), default=-1) + 1):
        names = [n for n in graph.nodes if depth[n] == column]

        def middle(name: str) -> float:
            rows = [places[r.node][1] for r in graph.nodes[name].sources() if r.node in places]
            return sum(rows) / len(rows) if rows else 0.0

        below = -math.inf
        for wanted, _, name in sorted((middle(n), i, n) for i, n in enumerate(names)):
            y = max(wanted, below) if column else max(0.0, below)
            places[name] = (float(column * STEP_X), y)
            below = y + _height(graph, name) + GAP
    return places


def _height(graph: Graph, name: str) -> float:
    step = graph.nodes[name].step
    return HEAD + HANDLE * max(len(step.ports), len(step.outputs))
