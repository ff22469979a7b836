"""What the reader has chosen for a report: which figures in which order, captions, maps to explore, pinned notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenkai.errors import Problem, TenkaiError, count, problem
from tenkai.plan.graph import Graph
from tenkai.plan.references import Ref, resolve

MOST_FIGURES, MOST_CAPTION, MOST_COLUMNS = 500, 5000, 12
SHOWN = 8
"""Row ids of a note that are written out."""


@dataclass(frozen=True)
class Wanted:
    """A figure of the report.

    Parameters
    ----------
    ref : what makes it; without an output all figures of the step are meant
    caption : what stands below it, in the words of the author
    live : it is a map, and the report shall carry it to be explored
    columns : columns that can give the color there; none: the color of the figure and some more
    """

    ref: Ref
    caption: str = ""
    live: bool = False
    columns: tuple[str, ...] = ()

    def means(self, ref: Ref) -> bool:
        """Say whether an output of a step is meant."""
        return self.ref.node == ref.node and self.ref.output in ("", ref.output)


@dataclass(frozen=True)
class Pinned:
    """A note pinned to rows of a value."""

    ref: Ref
    ids: tuple[str, ...]
    text: str

    @property
    def rows(self) -> str:
        """Say to which rows it belongs."""
        named = ", ".join(self.ids[:SHOWN])
        rest = len(self.ids) - SHOWN
        return f"{count(len(self.ids), 'row')}: {named}" + (f" and {rest} more" if rest > 0 else "")


@dataclass(frozen=True)
class Choice:
    """All that is chosen. `figures`: None for all, in the order of the workflow."""

    figures: tuple[Wanted, ...] | None = None
    notes: tuple[Pinned, ...] = ()
    language: str = "en"

    @classmethod
    def read(
        cls, graph: Graph, figures: Iterable[Any] | None, notes: Iterable[Mapping[str, Any]] = (), language: str = "en"
    ) -> Choice:
        """Read a choice that came as JSON: names of figures, or ``{ref, caption, live, columns}``.

        Notes on what is no longer there are left out; a figure that is not there is an error.

        Raises
        ------
        TenkaiError
            TK108 for a reference that leads nowhere; TK548 for a choice that is none.
        """
        steps = {n: b.step for n, b in graph.nodes.items()}
        wanted = None
        if figures is not None:
            listed = list(figures)
            if len(listed) > MOST_FIGURES:
                raise _wrong(f"{len(listed)} figures are chosen", f"At most {MOST_FIGURES}.")
            wanted = tuple(_wanted(each, steps) for each in listed)
        pinned: list[Pinned] = []
        for note in notes:
            ref = resolve(str(note["ref"]), steps, figure=False)
            if isinstance(ref, Ref):
                pinned.append(Pinned(ref, tuple(map(str, note["ids"])), str(note["text"])))
        return cls(wanted, tuple(pinned), language)


def _wanted(given: Any, steps: Mapping[str, Any]) -> Wanted:
    written = {"ref": given} if isinstance(given, str) else given
    if not isinstance(written, Mapping) or not isinstance(written.get("ref"), str):
        raise _wrong(f"{given!r} names no figure", "Write a step, or {ref, caption, live, columns}.")
    ref = resolve(written["ref"], steps, figure=False)
    if isinstance(ref, Problem):
        raise TenkaiError(ref)
    if "." not in written["ref"]:
        ref = Ref(ref.node, "")
    columns = written.get("columns") or ()
    if not isinstance(columns, list | tuple) or len(columns) > MOST_COLUMNS:
        raise _wrong("the columns of a map are no short list", f"At most {MOST_COLUMNS}.")
    caption = str(written.get("caption") or "")[:MOST_CAPTION]
    return Wanted(ref, caption, bool(written.get("live")), tuple(map(str, columns)))


def _wrong(fact: str, allowed: str) -> TenkaiError:
    return problem("TK548", f"{fact}.", allowed=allowed)


def notes_of(graph: Graph, node: str, notes: Sequence[Pinned]) -> tuple[Pinned, ...]:
    """Return the notes pinned to rows of what a figure shows."""
    shown = set(graph.nodes[node].sources())
    return tuple(n for n in notes if n.ref in shown)
