"""References: ``step``, ``step.output``, ``step.figure`` or ``step.output.figure``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenkai.errors import Problem, listing, nearest
from tenkai.step import Output, Step, a_value
from tenkai.values import Scores, Table, Value

TABLE_FIGURES = ("rows", "columns")


@dataclass(frozen=True)
class Ref:
    """An output of a node, or one figure of it."""

    node: str
    output: str
    key: str = ""

    def __str__(self) -> str:
        return ".".join(p for p in (self.node, self.output, self.key) if p)


def resolve(text: str, steps: Mapping[str, Step], *, figure: bool) -> Ref | Problem:
    """Resolve a written reference against the steps of a workflow.

    `figure`: a figure of a value is wanted (a setting, a result) rather than the value itself.
    """
    node, *rest = text.split(".")
    if node not in steps:
        remedy = nearest(node, steps)
        return Problem(
            "TK108",
            f"'{text}' leads nowhere: there is no step '{node}'.",
            f"Steps: {listing(steps)}.",
            remedy,
        )
    step = steps[node]
    output = step.main
    if rest and rest[0] in step.outputs:
        output = step.outputs[rest.pop(0)]
    if not rest:
        if figure:
            return _no_key(text, step, output)
        return Ref(node, output.name)
    key = ".".join(rest)
    known = figures_of(output)
    if known is None or (not figure and key not in (*known, *output.keys)):
        names = list(step.outputs)
        key = key.split(".")[0]
        return Problem(
            "TK108", f"'{text}' leads nowhere: {node} ({step.name}) has no output '{key}'.",
            f"Outputs: {listing(names)}.", nearest(key, names),
        )  # fmt: skip
    if known and key not in known:
        names = [*known, *(n for n in step.outputs if n != output.name)]
        return Problem(
            "TK108", f"'{text}' leads nowhere: {node} ({step.name}) gives no '{key}'.",
            f"It gives {listing(names)}.", nearest(key, names),
        )  # fmt: skip
    if not figure:
        return Problem(
            "TK109", f"'{text}' is one figure; a value is wanted here.", remedy=f"Write {node}.{output.name}."
        )
    return Ref(node, output.name, key)


def figures_of(output: Output) -> tuple[str, ...] | None:
    """Return the figures an output gives: () where they are known only after the run, None where it has none."""
    if issubclass(output.type, Scores):
        return ()
    if issubclass(output.type, Table):
        return TABLE_FIGURES
    if output.type.measures is not Value.measures:
        return ()
    return None


def _no_key(text: str, step: Step, output: Output) -> Problem:
    known = output.keys or figures_of(output)
    some = listing(f"{text}.{k}" for k in known) if known else f"{text}.NAME"
    return Problem(
        "TK108",
        f"'{text}' is {a_value(output.type)}; one figure is wanted here.",
        f"Such as {some}.",
    )
