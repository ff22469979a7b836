"""The order of a report: as the author wrote the steps, which tells the story, not as they can run."""

from __future__ import annotations

from tenkai.plan.graph import Bound, Graph

MANY = 12
"""Passes from which on only the steps that take them together are shown."""


def as_written(graph: Graph) -> list[Bound]:
    """Return the bound steps in the order of the workflow file."""
    return [graph.nodes[name] for name in graph.workflow.nodes if name in graph.nodes]


def told_together(graph: Graph) -> frozenset[str]:
    """Return the steps whose sweep another step takes as a whole, such as the scores behind a spread.

    Where the passes are many, that step tells what they come to; one by one they would hide it.
    """
    return frozenset(
        ref.node for b in graph.nodes.values() for w in b.wires.values() if w.port.gathers for ref in w.refs
    )
