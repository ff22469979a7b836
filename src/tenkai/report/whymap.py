"""The why-map: the finding, and below it what each of the four stages did to reach it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenkai.plan.graph import Bound, Graph
from tenkai.report.numbers import setting
from tenkai.report.order import as_written
from tenkai.step import STAGES

FOLD = 3
"""From this many on, steps of one kind share a card."""
LONGEST = 70


@dataclass(frozen=True)
class Card:
    """One step, or several of one kind: settings that differ from their defaults."""

    title: str
    step: str
    names: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stage:
    """A stage with its steps, in the order of the workflow."""

    name: str
    cards: tuple[Card, ...]


def why_map(graph: Graph) -> list[Stage]:
    """Fold a workflow into its four stages."""
    found: list[Stage] = []
    for stage in STAGES:
        groups: dict[str, list[Bound]] = {}
        for bound in as_written(graph):
            if bound.step.stage == stage:
                groups.setdefault(bound.step.name, []).append(bound)
        cards: list[tuple[int, Card]] = []
        order = list(graph.workflow.nodes)
        for members in groups.values():
            for part in [members] if len(members) >= FOLD else [[m] for m in members]:
                cards.append((order.index(part[0].name), _card(part, graph)))
        found.append(Stage(stage, tuple(card for _, card in sorted(cards, key=lambda c: c[0]))))
    return found


def _card(members: Sequence[Bound], graph: Graph) -> Card:
    step = members[0].step
    said: dict[str, list[str]] = {}
    for bound in members:
        for name, text in changed(bound, graph):
            said.setdefault(name, []).append(text)
    settings = []
    for name, texts in said.items():
        different = list(dict.fromkeys(texts))
        if len(texts) < len(members):
            different.append("default")
        settings.append((name, _cut(" | ".join(different))))
    return Card(step.title, step.name, tuple(b.name for b in members), tuple(settings))


def changed(bound: Bound, graph: Graph) -> list[tuple[str, str]]:
    """Return the settings of a step that differ from their defaults, in the order of the step."""
    found: list[tuple[str, str]] = []
    for name in bound.step.settings:
        text = value_of(bound, name, graph)
        if text is not None and differs(bound, name):
            found.append((name, _cut(text)))
    return found


def differs(bound: Bound, name: str) -> bool:
    """Say whether a setting is anything else than its default."""
    elsewhere = name in bound.sweeps or name in bound.variables or name in bound.froms
    return elsewhere or name not in bound.settings or bound.settings[name] != bound.step.settings[name].default


def value_of(bound: Bound, name: str, graph: Graph, longest: int = 0) -> str | None:
    """Write the value of a setting: one value, the values of a sweep, or where it comes from."""
    if name in bound.sweeps:
        return _values(bound.sweeps[name].values)
    if name in bound.variables:
        variable = bound.variables[name]
        return f"{_values(graph.variables[variable].values)} ({variable})"
    if name in bound.froms:
        return f"from {bound.froms[name]}"
    return setting(bound.settings[name], longest) if name in bound.settings else None


def _values(values: Sequence[Any]) -> str:
    shown = " · ".join(setting(v, 30) for v in values[:8])
    return shown if len(values) <= 8 else f"{shown} · … ({len(values)} values)"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip(" ,|·") + "…"
