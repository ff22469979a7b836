"""The command ``show``: one value as table, CSV, JSON, picture, page or film."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenkai.cli.progress import shown
from tenkai.cli.running import tell_failures
from tenkai.errors import Place, Problem, TenkaiError, nearest
from tenkai.run.events import Event, Listener, ignore
from tenkai.run.project import Project
from tenkai.values import Distances, Figure, Linkage, Neighbors, Scores, Sweep, Table, Tensor, Value

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

PICTURES = ("svg", "png", "pdf")
FILMS = ("gif", "webp", "mp4")
FORMATS = ("table", "csv", "json", *PICTURES, "html", *FILMS)
BINARY = ("png", "pdf", *FILMS)
OF_FORMS = {"fps": FILMS, "pause": FILMS, "side": FILMS, "scale": ("png", *FILMS)}


def show(
    project: Project,
    reference: str,
    form: str | None,
    out: str | None,
    drawing: Mapping[str, float | None],
    *,
    quiet: bool,
    debug: bool = False,
) -> int:
    """Run what is missing and print the value. Returns the exit code.

    `drawing`: scale, side, fps and pause, where they are given. What can be refused is refused before the run.
    """
    if form is None and out is not None:
        ending = Path(out).suffix.removeprefix(".").lower()
        form = ending if ending in FORMATS else None
    given = {name: value for name, value in drawing.items() if value is not None}
    _check(form, out, given)
    project.require_sound()
    project.require_node(reference.split(".", maxsplit=1)[0])
    with shown(quiet) as listener:
        result = project.run(to=[reference], listener=listener)
    if result.error is not None:
        return tell_failures(result, debug)
    value = result.value(reference)
    form = form or ("svg" if isinstance(value, Figure) and out else "table")
    with shown(quiet) as listener:
        content = render(value, form, given, listener)
    if out is not None:
        _write(Path(out), content if isinstance(content, bytes) else content.encode())
        print(out)
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content if content.endswith("\n") else content + "\n")
    for note in value.notes:
        print(note, file=sys.stderr)
    return 0


def _check(form: str | None, out: str | None, given: Mapping[str, float]) -> None:
    if form is not None and form not in FORMATS:
        allowed = f"Allowed: {', '.join(FORMATS)}."
        place = Place(setting="--format")
        raise TenkaiError(Problem("TK502", f"there is no format '{form}'.", allowed, nearest(form, FORMATS), place))
    for name in given:
        if form not in OF_FORMS[name]:
            allowed = f"Allowed with --format {', '.join(OF_FORMS[name])}."
            fact = f"a {form} has no {name}." if form else f"without a format there is no {name}."
            raise TenkaiError(Problem("TK502", fact, allowed, place=Place(setting=f"--{name}")))
    if out is None and form in BINARY and sys.stdout.isatty():
        raise TenkaiError(Problem("TK502", "a picture cannot be printed in a terminal.", remedy="Add --out FILE."))
    if out is not None and not Path(out).absolute().parent.is_dir():
        fact = f"the folder {Path(out).parent} does not exist."
        raise TenkaiError(
            Problem("TK502", fact, remedy="Make it first, or name another.", place=Place(setting="--out"))
        )
    if form in FILMS:
        from tenkai.values.film import require_film

        require_film(form)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: what is there stays until the new one is complete."""
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a folder, or a device such as /dev/null
            target.write_bytes(content)
            return
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        fact = f"the file {path} cannot be written: {error.strerror}."
        place = Place(setting="--out")
        raise TenkaiError(Problem("TK502", fact, remedy="Name another file.", place=place)) from None
    finally:
        part.unlink(missing_ok=True)


def render(
    value: Value, form: str, drawing: Mapping[str, float] | None = None, listener: Listener = ignore
) -> str | bytes:
    """Write a value in a format. Raises TK502 where the value has no such form."""
    if isinstance(value, Figure):
        return _film(value, form, drawing or {}, listener) if form in FILMS else _figure(value, form, drawing or {})
    if form in (*PICTURES, *FILMS):
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


def _film(value: Figure, form: str, drawing: Mapping[str, float], listener: Listener) -> bytes:
    """Draw a film; whoever waits sees how far it is."""
    start = time.perf_counter()
    listener(Event("start", "film", form))

    def told(done: int, total: int) -> None:
        listener(Event("progress", "film", form, done, total, "drawing" if done < total else f"writing {form}"))

    settings: dict[str, Any] = dict(drawing)
    film = value.to_film(form, **settings, told=told)
    listener(Event("done", "film", form, 1, seconds=time.perf_counter() - start))
    return film


def _figure(value: Figure, form: str, drawing: Mapping[str, float]) -> str | bytes:
    if form == "json":
        return json.dumps(value.spec, ensure_ascii=False)
    if form == "png":
        return value.to_png(**drawing)
    if form == "pdf":
        return value.to_pdf()
    if form == "html":
        return value.to_html()
    if form == "svg":
        return value.to_svg()
    if form == "table":
        films = "|gif|webp|mp4" if any("bind" in p for p in value.spec.get("params", ())) else ""
        return f"{value.title}\n{value.text}\n(a figure: add --format svg|png|pdf|html{films} --out FILE)"
    raise _no_form(value, form)


def _no_form(value: Value, form: str) -> TenkaiError:
    kind = value.type_name
    picture = f"{', '.join(PICTURES)}, html or json; {', '.join(FILMS)} where it has a slider"
    allowed = picture if isinstance(value, Figure) else "table, csv, json or html"
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
