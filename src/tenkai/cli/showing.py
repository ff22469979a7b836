"""The command ``show``: one value as table, CSV, JSON, SVG, PNG, PDF or HTML."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenkai.cli.progress import shown
from tenkai.cli.running import tell_failures
from tenkai.errors import Place, Problem, TenkaiError, nearest
from tenkai.run.project import Project
from tenkai.values import Distances, Figure, Linkage, Neighbors, Scores, Sweep, Table, Tensor, Value

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

FORMATS = ("table", "csv", "json", "svg", "png", "pdf", "html")


def show(
    project: Project, reference: str, form: str | None, out: str | None, *, quiet: bool, debug: bool = False
) -> int:
    """Run what is missing and print the value. Returns the exit code."""
    if form is not None and form not in FORMATS:
        allowed = f"Allowed: {', '.join(FORMATS)}."
        raise TenkaiError(
            Problem(
                "TK502", f"there is no format '{form}'.", allowed, nearest(form, FORMATS), Place(setting="--format")
            )
        )
    project.require_sound()
    project.require_node(reference.split(".", maxsplit=1)[0])
    with shown(quiet) as listener:
        result = project.run(to=[reference], listener=listener)
    if result.error is not None:
        return tell_failures(result, debug)
    value = result.value(reference)
    content = render(value, form or ("svg" if isinstance(value, Figure) and out else "table"))
    if out is not None:
        _write(Path(out), content if isinstance(content, bytes) else content.encode())
        print(out)
    elif isinstance(content, bytes):
        if sys.stdout.isatty():
            raise TenkaiError(Problem("TK502", "a picture cannot be printed in a terminal.", remedy="Add --out FILE."))
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content if content.endswith("\n") else content + "\n")
    for note in value.notes:
        print(note, file=sys.stderr)
    return 0


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        fact = f"the file {path} cannot be written: {error.strerror}."
        place = Place(setting="--out")
        raise TenkaiError(Problem("TK502", fact, remedy="Name another file.", place=place)) from None


def render(value: Value, form: str) -> str | bytes:
    """Write a value in a format. Raises TK502 where the value has no such form."""
    if isinstance(value, Figure):
        return _figure(value, form)
    if form in ("svg", "png", "pdf"):
        raise _no_form(value, form)
    if isinstance(value, Sweep) and not all(isinstance(v, Table | Scores) for v in value.items):
        if form != "json":
            raise _no_form(value, form)
        points = [{"at": p, "value": _json(v)} for p, v in value]
        return json.dumps(points, ensure_ascii=False, indent=1)
    if form == "json":
        return json.dumps(_json(value), ensure_ascii=False, indent=1)
    frame = _frame(value)
    if form == "csv":
        return frame.write_csv()
    if form == "html":
        return _html(frame)
    return _text(value, frame)


def _figure(value: Figure, form: str) -> str | bytes:
    if form == "json":
        return json.dumps(value.spec, ensure_ascii=False)
    if form == "png":
        return value.to_png()
    if form == "pdf":
        return value.to_pdf()
    if form == "html":
        return value.to_html()
    if form == "svg":
        return value.to_svg()
    if form == "table":
        return f"{value.title}\n{value.text}\n(a figure: add --format svg|png|pdf|html --out FILE)"
    raise _no_form(value, form)


def _no_form(value: Value, form: str) -> TenkaiError:
    kind = value.type_name
    allowed = "svg, png, pdf, html or json" if isinstance(value, Figure) else "table, csv, json or html"
    return TenkaiError(
        Problem(
            "TK502", f"a {kind} cannot be written as {form}.", f"Allowed: {allowed}.", place=Place(setting="--format")
        )
    )


def flat(table: Table) -> pl.DataFrame:
    """Return a table with row ids first, and vectors and images as one column per number."""
    import polars as pl

    columns: list[pl.Series] = [table.named().to_series(0)]
    for name in table.columns:
        series = table.frame[name]
        if isinstance(series.dtype, pl.Array):
            block = _block(table, name)
            columns.extend(pl.Series(n, block[:, i]) for i, n in enumerate(table.layout([name]).features()))
        elif series.dtype.is_nested():  # no column of CSV can hold a list
            texts = [None if v is None else json.dumps(v, default=str, ensure_ascii=False) for v in series.to_list()]
            columns.append(pl.Series(name, texts, dtype=pl.String))
        else:
            columns.append(series)
    return pl.DataFrame(columns)


def _block(table: Table, name: str) -> NDArray[np.float64]:
    """Return the vectors of a column; a missing one is a row of NaN."""
    import numpy as np

    known = table.frame[name].is_not_null().to_numpy()
    block = np.full((len(table), table.layout([name]).width), np.nan)
    block[known] = table.take(known).matrix([name])
    return block


def _frame(value: Value) -> pl.DataFrame:
    import polars as pl

    if isinstance(value, Table):
        return flat(value)
    if isinstance(value, Tensor):
        return value.long()
    if isinstance(value, Scores):
        rows = [{"name": n, "value": _cell(v), "about": value.about.get(n, "")} for n, v in value.figures.items()]
        return pl.DataFrame(rows)
    if isinstance(value, Neighbors):
        first, second = value.ids[value.indices[:, 0]], value.distances[:, 0]
        return pl.DataFrame({"row id": value.ids, "nearest": first, "distance": second})
    if isinstance(value, Distances):
        things = value.ids.to_list()
        heading = _free("row id" if value.of == "rows" else "column", set(things))
        return pl.DataFrame({heading: things, **dict(zip(things, value.square().T, strict=True))})
    if isinstance(value, Linkage):
        names = [*value.ids.to_list(), *(f"merge {i + 1}" for i in range(len(value.merges)))]
        first, second, height, rows = value.merges.T
        return pl.DataFrame(
            {
                "joined": [names[int(i)] for i in first],
                "with": [names[int(i)] for i in second],
                "height": height,
                value.of: rows.astype(int),
            }
        )
    if isinstance(value, Sweep):
        items = [_frame(item) for item in value.items]
        taken = {c for frame in items for c in frame.columns}
        frames = []
        for point, frame in zip(value.points, items, strict=True):
            extra = [
                pl.lit(_cell(v) if isinstance(v, list | dict) else v).alias(_free(k, taken)) for k, v in point.items()
            ]
            frames.append(frame.select([*extra, *frame.columns]))
        # Points may differ in their columns: PCA1, PCA2, ... up to the components asked for.
        return pl.concat(frames, how="diagonal_relaxed")
    return pl.DataFrame([{"name": k, "value": str(v)} for k, v in value.summary().items()])


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _cell(value: Any) -> str:
    """Write a number, a text, or what a sweep may go through, as one cell."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else repr(value)


def _json(value: Value) -> Any:
    if isinstance(value, Scores):
        lens = value.lens.to_json() if value.lens else None
        figures = {n: None if isinstance(v, float) and not math.isfinite(v) else v for n, v in value.figures.items()}
        return {"figures": figures, "about": dict(value.about), "lens": lens}
    if isinstance(value, Figure):
        return value.spec
    if isinstance(value, Table | Tensor | Sweep | Distances | Linkage):
        return json.loads(_frame(value).write_json())
    return value.summary()


def _text(value: Value, frame: pl.DataFrame) -> str:
    import polars as pl

    with pl.Config(tbl_rows=24, tbl_cols=10, tbl_width_chars=110, tbl_hide_column_data_types=True, fmt_str_lengths=60):
        text = str(frame)
    if isinstance(value, Scores) and value.lens is not None:
        text += "\n" + "\n".join(value.lens.sentences())
    return text


def _html(frame: pl.DataFrame) -> str:
    from html import escape

    head = "".join(f"<th>{escape(c)}</th>" for c in frame.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape('' if c is None else str(c))}</td>" for c in r) + "</tr>"
        for r in frame.iter_rows()
    )
    return f"<!doctype html><meta charset='utf-8'><title>table</title><table><tr>{head}</tr>{rows}</table>"
