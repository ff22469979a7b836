"""A tree cut where the page has its line: the clusters of rows, and the picture of that cut."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.kernels.dendrogram import CutTree, cut_below, cut_into
from tenkai.values import Figure, Linkage, Table
from tenkai.workbench.behind import Behind, feeding, task_of
from tenkai.workbench.session import Session
from tenkai.workbench.values import MISSING_CODE, Found, Values

FIGURE = "interpret.dendrogram"
MOST_SIZES = 1000  # clusters whose size is told


def cut(
    values: Values,
    session: Session,
    found: Found,
    point: int,
    height: float | None,
    *,
    to: Found | None = None,
    draw: bool = False,
) -> dict[str, Any]:
    """Cut a tree at a height.

    Parameters
    ----------
    found : the tree, or a dendrogram of it
    height : merges up to it are kept; None: where the dendrogram is cut, else into two
    to : a table whose rows get the codes of their clusters, by row id
    draw : also return the dendrogram as a specification, cut there

    Raises
    ------
    TenkaiError
        TK548 for a value that is no tree, or a height that is none.
    """
    behind, table = _tree(values, session, found, point)
    tree = behind.found.value
    assert isinstance(tree, Linkage)
    settings = task_of(found).settings if isinstance(found.value, Figure) else {}
    cut_there, line = _cut(tree, height, settings)
    sizes = np.bincount(cut_there.groups)
    told: dict[str, Any] = {
        "tree": {"ref": behind.ref, "point": behind.point, "method": tree.method, "metric": tree.metric},
        "leaves": len(tree),
        "of": tree.of,
        "top": float(tree.merges[:, 2].max()),
        "height": line,
        "clusters": len(sizes),
        "low": cut_there.low,
        "high": cut_there.high if np.isfinite(cut_there.high) else None,
        "sizes": sizes[:MOST_SIZES].tolist(),
    }
    if to is not None:
        told["codes"] = _codes(tree, cut_there, to)
    if draw:
        told["spec"] = _drawn(tree, table, line, settings).spec
    return told


def _tree(values: Values, session: Session, found: Found, point: int) -> tuple[Behind, Table | None]:
    """Return the tree, and the table with the labels of its leaves."""
    if isinstance(found.value, Linkage):
        return Behind(found, str(found.ref), point), None
    task = task_of(found)
    if task.step.name != FIGURE:
        raise problem("TK548", f"'{found.ref}' is no tree.", allowed="A tree, or a dendrogram of one.")
    source = feeding(values, session, found, "linkage")
    table = feeding(values, session, found, "table")
    assert source is not None
    rows = table.found.value if table is not None else None
    return source, rows if isinstance(rows, Table) else None


def _cut(tree: Linkage, height: float | None, settings: Mapping[str, Any]) -> tuple[CutTree, float]:
    """Return the cut, and where its line stands: midway between merges where no height is said."""
    if height is not None and not (np.isfinite(height) and height >= 0):
        raise problem("TK548", f"{height} is no height to cut at.", allowed="A number of 0 or more.")
    if height is None:
        height = settings.get("height")
    if height is not None:
        return cut_below(tree.merges, height), float(height)
    found = cut_into(tree.merges, min(settings.get("clusters") or 2, len(tree)))
    high = found.high if np.isfinite(found.high) else found.low * 1.02
    middle = (found.low + high) / 2 if high > found.low else found.low
    # Where heights are equal no line gives this number: what the line gives is what is told.
    return cut_below(tree.merges, middle), float(middle)


def _codes(tree: Linkage, cut_there: CutTree, to: Found) -> str:
    """Return one code per row of a table: its cluster, the largest 0; 65535 where the tree has no such row."""
    table = to.value
    if not isinstance(table, Table):
        raise problem("TK548", f"'{to.ref}' is a {table.type_name}.", allowed="A table is needed here.")
    groups = np.minimum(cut_there.groups, MISSING_CODE - 1).astype(np.uint16)
    leaves = pl.DataFrame({"id": tree.ids, "c": groups}, schema_overrides={"id": pl.String})
    ids = table.ids.cast(pl.String).to_frame("id")
    joined = ids.join(leaves, on="id", how="left", maintain_order="left")["c"].fill_null(MISSING_CODE)
    return base64.b64encode(np.ascontiguousarray(joined.to_numpy(), "<u2").tobytes()).decode()


def _drawn(tree: Linkage, table: Table | None, height: float, settings: Mapping[str, Any]) -> Figure:
    from tenkai.interpret.dendrogram import dendrogram

    kept = {k: v for k, v in settings.items() if k in ("label", "leaves", "title") and v is not None}
    drawn = dendrogram(tree, table, height=height, **kept)
    assert isinstance(drawn, Figure)
    return drawn
