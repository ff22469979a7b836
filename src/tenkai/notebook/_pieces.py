"""Pieces of HTML for values: heads of tables with their kinds and things, figures by name, the points of sweeps."""

from __future__ import annotations

import base64
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tenkai.errors import Note
from tenkai.values import Figure, Fitted, Scores, Sweep, Table, Value

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_POINTS, MOST_PICTURES, MOST_NAMES = 20, 12, 12


def piece(value: Value) -> str:
    """Return a value as HTML; everything in it is escaped."""
    if isinstance(value, Table):
        return _filled("table", **_table(value))
    if isinstance(value, Scores):
        return _filled("scores", **_scores(value))
    if isinstance(value, Fitted):
        return _filled("facts", **_fitted(value))
    if isinstance(value, Sweep):
        return _sweep(value)
    return _filled("facts", **_facts(value))


def _table(table: Table) -> dict[str, Any]:
    from tenkai.interpret._plane import reduction
    from tenkai.report.tables import show

    made = reduction(table)
    shown = show(table, "")
    kinds = [table.kinds[c.name] for c in shown.columns]
    return {
        "head": f"Table of {table.height:,} rows and {len(table.columns):,} columns",
        "block": shown,
        "kinds": kinds,
        "rest": _listed(table.columns[len(shown.columns) :]),
        "map": made is not None and len(made.outputs) >= 2,
        "notes": shown.notes,
    }


def _scores(scores: Scores) -> dict[str, Any]:
    from tenkai.report.numbers import aligned

    cells = aligned(list(scores.figures.values()))
    rows = [(n, c, scores.about.get(n, "")) for n, c in zip(scores.figures, cells, strict=True)]
    lens = scores.lens.sentences() if scores.lens is not None else []
    return {"head": "Scores", "rows": rows, "lens": lens, "notes": scores.notes}


def _fitted(fitted: Fitted) -> dict[str, Any]:
    chain = " → ".join([*(f.step for f in fitted.preparation), fitted.step])
    shaped = {f"{i.kind} by {i.step}": f"{len(i.rows):,} rows" for i in fitted.influences}
    facts = {
        "estimator": fitted.class_name,
        "takes": _listed(fitted.features),
        "gives": _listed(fitted.outputs),
        **({"target": fitted.target} if fitted.target else {}),
        "preparation": chain,
        **shaped,
    }
    return {"head": f"Fitted by {fitted.step}", "facts": list(facts.items()), "notes": fitted.notes}


def _facts(value: Value) -> dict[str, Any]:
    from tenkai.report.numbers import number, setting

    said = {**value.summary(), **value.measures()}
    facts = [(k, number(v) if isinstance(v, int | float | str) else setting(v, 80)) for k, v in said.items()]
    return {"head": value.type_name.capitalize(), "facts": facts, "notes": value.notes}


def _sweep(sweep: Sweep[Any]) -> str:
    from tenkai.report.figures import written
    from tenkai.report.numbers import aligned

    kinds = list(dict.fromkeys(v.type_name for v in sweep.items))
    axes = ", ".join(f"{a.name} ({len(a.values)})" for a in sweep.axes)
    head = f"Sweep of {len(sweep)} points over {axes}: {' and '.join(kinds)}"
    points = [written(p) for p in sweep.points]
    notes: tuple[Note, ...] = sweep.notes
    if all(isinstance(v, Figure) for v in sweep.items):
        shown = list(zip(points, map(_picture, sweep.items[:MOST_PICTURES]), strict=False))
        return _filled("gallery", head=head, pictures=shown, more=len(sweep) - len(shown), notes=notes)
    if all(isinstance(v, Scores) for v in sweep.items):
        names = list(dict.fromkeys(n for v in sweep.items for n in v.figures))
        columns = [aligned([v.figures.get(n) for v in sweep.items[:MOST_POINTS]]) for n in names]
        rows = list(zip(points, zip(*columns, strict=True), strict=False))
        return _filled("grid", head=head, names=names, rows=rows, more=len(sweep) - len(rows), notes=notes)
    told = [(p, ", ".join(f"{k} {v}" for k, v in _short(i).items())) for p, i in zip(points, sweep.items, strict=True)]
    kept = told[:MOST_POINTS]
    return _filled("facts", head=head, facts=kept, more=len(told) - len(kept), notes=notes)


def _short(value: Value) -> dict[str, Any]:
    return {k: v for k, v in value.summary().items() if not isinstance(v, dict)}


def _picture(figure: Figure) -> dict[str, Any]:
    from tenkai.report.drawing import draw

    drawing = draw(figure)
    uri = f"data:image/{drawing.kind};base64,{base64.b64encode(drawing.content).decode()}"
    return {"uri": uri, "width": drawing.width, "text": figure.text or figure.title}


def _listed(names: Any) -> str:
    shown = [str(n) for n in names][:MOST_NAMES]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _filled(name: str, **given: Any) -> str:
    made = getattr(_environment().get_template("pieces").module, name)
    return str(made(**given))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    source = (files("tenkai.notebook") / "pieces.html.jinja").read_text(encoding="utf-8")
    loader = DictLoader({"pieces": source})
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
