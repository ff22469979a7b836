"""Where nodes stand in the graph: by the side file of a workflow, else by stage and how far they are from the data."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenkai.plan.graph import Graph
from tenkai.step.step import STAGES

STEP_X = 226
NODE, MARGIN, BETWEEN = 180, 12, 14
# A node is as high as its lines or its handles need, and the next one stands a gap below.
LINES, HEAD, HANDLE, GAP = 88, 26, 14, 48
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


@dataclass(frozen=True)
class Band:
    """Columns of one stage, from `x` on; `nodes`: which steps stand in it."""

    stage: str
    x: float
    width: float
    nodes: tuple[str, ...]


def placed(graph: Graph, fixed: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return places by stage, and within a stage by distance from the data; near what a node takes its data from.

    `fixed`: places of nodes that the user has moved; others keep clear of them.
    """
    columns = _columns(graph)
    xs = _lefts(columns)
    places = {n: p for n, p in fixed.items() if n in graph.nodes}
    for column in sorted(set(columns.values())):
        names = [n for n in graph.nodes if columns[n] == column and n not in fixed]

        def middle(name: str) -> float:
            rows = [places[r.node][1] for r in graph.nodes[name].sources() if r.node in places]
            return sum(rows) / len(rows) if rows else 0.0

        taken = [
            (y, y + _height(graph, n)) for n, (x, y) in places.items() if n in fixed and abs(x - xs[column]) < NODE
        ]
        below = -math.inf if column[0] or column[1] else 0.0
        for wanted, _, name in sorted((middle(n), i, n) for i, n in enumerate(names)):
            y, high = max(wanted, below), _height(graph, name)
            for top, bottom in sorted(taken):
                if y < bottom + GAP and top < y + high + GAP:
                    y = bottom + GAP
            places[name] = (xs[column], y)
            below = y + high + GAP
    return places


def bands(graph: Graph) -> list[Band]:
    """Return the stages from left to right.

    A stage comes again where data go back to it, such as rows chosen by a cluster that was learned.
    """
    columns = _columns(graph)
    xs = _lefts(columns)
    found = []
    for turn, stage in sorted({c[:2] for c in columns.values()}):
        within = sorted({c for c in columns.values() if c[:2] == (turn, stage)})
        names = tuple(n for n in graph.nodes if columns[n][:2] == (turn, stage))
        left, right = xs[within[0]] - MARGIN, xs[within[-1]] + NODE + MARGIN
        found.append(Band(STAGES[stage], left, right - left, names))
    return found


Column = tuple[int, int, int]
"""How often the stages have begun anew before it, the stage, and the column within."""


def _columns(graph: Graph) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for name, bound in graph.nodes.items():
        stage = STAGES.index(bound.step.stage)
        turn, within = 0, 0
        for before in (found[r.node] for r in bound.sources() if r.node in found):
            least = (before[0], before[2] + 1) if before[1] == stage else (before[0] + (before[1] > stage), 0)
            turn, within = max((turn, within), least)
        found[name] = (turn, stage, within)
    return found


def _lefts(columns: Mapping[str, Column]) -> dict[Column, float]:
    """Return where each column begins."""
    x, lefts, last = 0.0, {}, None
    for column in sorted(set(columns.values())):
        if last is not None:
            x += STEP_X + (BETWEEN if column[:2] != last[:2] else 0)
        lefts[column] = x
        last = column
    return lefts


def _height(graph: Graph, name: str) -> float:
    step = graph.nodes[name].step
    return max(LINES, HEAD + HANDLE * max(len(step.ports), len(step.outputs)))
