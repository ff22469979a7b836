"""The order of a report: as the author wrote the steps, which tells the story, not as they can run."""

from __future__ import annotations

from tenkai.plan.graph import Bound, Graph


def as_written(graph: Graph) -> list[Bound]:
    """Return the bound steps in the order of the workflow file."""
    return [graph.nodes[name] for name in graph.workflow.nodes if name in graph.nodes]
