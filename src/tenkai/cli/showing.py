"""The command ``show``: one value as table, CSV, JSON, SVG, PNG, PDF or HTML."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenkai.cli.progress import shown
from tenkai.cli.running import tell_failures
from tenkai.errors import Place, Problem, TenkaiError, nearest
from tenkai.run.project import Project
from tenkai.values import Figure, Neighbors, Scores, Sweep, Table, Value

if TYPE_CHECKING:
    import polars as pl

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
        return f"<!doctype html><meta charset='utf-8'><title>figure</title>{value.to_svg()}"
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
            block = table.matrix([name])
            columns.extend(pl.Series(n, block[:, i]) for i, n in enumerate(table.layout([name]).features()))
        else:
            columns.append(series)
    return pl.DataFrame(columns)


def _frame(value: Value) -> pl.DataFrame:
    import polars as pl

    if isinstance(value, Table):
        return flat(value)
    if isinstance(value, Scores):
        rows = [
            {"name": n, "value": v if isinstance(v, str) else repr(v), "about": value.about.get(n, "")}
            for n, v in value.figures.items()
        ]
        return pl.DataFrame(rows)
    if isinstance(value, Neighbors):
        first, second = value.ids[value.indices[:, 0]], value.distances[:, 0]
        return pl.DataFrame({"row id": value.ids, "nearest": first, "distance": second})
    if isinstance(value, Sweep):
        frames = []
        for point, item in value:
            frame = _frame(item)
            extra = [pl.lit(v).alias(k) for k, v in point.items()]
            frames.append(frame.select([*extra, *frame.columns]))
        return pl.concat(frames, how="vertical_relaxed")
    return pl.DataFrame([{"name": k, "value": str(v)} for k, v in value.summary().items()])


def _json(value: Value) -> Any:
    if isinstance(value, Scores):
        lens = value.lens.to_json() if value.lens else None
        return {"figures": dict(value.figures), "about": dict(value.about), "lens": lens}
    if isinstance(value, Figure):
        return value.spec
    if isinstance(value, Table | Sweep):
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
