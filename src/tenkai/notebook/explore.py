"""tk.explore: a map to be looked at, asked and selected from, inside a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from tenkai.errors import TenkaiError, problem
from tenkai.extras import needed
from tenkai.step import Outputs
from tenkai.values import Sweep, Table, Value

if TYPE_CHECKING:
    from tenkai.notebook._widget import Explorer

LEAST_HEIGHT, MOST_HEIGHT = 200, 2000


def explore(
    map: Table | Outputs,
    color: str | None = None,
    labels: Table | None = None,
    pictures: Table | str | None = None,
    *,
    x: str | None = None,
    y: str | None = None,
    selection: Iterable[str] = (),
    height: int = 480,
    language: Literal["en", "ja"] | None = None,
) -> Explorer:
    """Show a map as a widget: zoom, color by any column, pictures in place of points, lasso, selection.

    Parameters
    ----------
    map : Table
        Rows with two coordinates, such as ``tk.learn.pca(table, components=2).map``, or all that such a step gives;
        a million rows and more.
    color : str, optional
        The column that gives the color at first; any other can be chosen in the widget.
    labels : Table, optional
        Further columns for the color, matched by row id.
    pictures : str or Table, optional
        The column that holds images, molecules or crystals, or the table that does, matched by row id. Default: the
        first such column of `map` or `labels`.
    x, y : str, optional
        The coordinates; default: those the last reduction made, else the first two number columns.
    selection : row ids, optional
        What is selected at first.
    height : int
        Height of the plot in pixels.
    language : ``"en"`` or ``"ja"``, optional
        Default: as the browser.

    Returns
    -------
    Explorer
        A widget. ``selection``: the row ids selected, to read and to set; ``selected``: these rows as a table;
        ``color``: the column, to read and to set; ``observe`` hears of changes of both.

    Raises
    ------
    TenkaiError
        TK311 without the package anywidget; TK570 for something else than a table, TK571 for a row that is not
        there, TK572 for too many rows, TK573 for a table of other rows, TK574 for an impossible height; TK701
        without two coordinates; TK201, TK202, TK702 for columns that do not fit.

    Example
    -------
    >>> import tenkai as tk
    >>> rows = tk.Table.from_({"x": [0.0, 1.0, 2.0], "y": [1.0, 0.0, 1.0], "phase": ["hcp", "bcc", "bcc"]})
    >>> seen = tk.explore(rows, color="phase", selection=["Row1"])
    >>> seen.selection
    ['Row1']
    >>> seen.selected["phase"].to_list()
    ['bcc']
    """
    # A step like learn.pca gives its map together with what it has learned: the map is meant.
    table = getattr(map, "map", map) if isinstance(map, Outputs) else map
    if not isinstance(table, Table):
        raise _no_table(table, "map")
    if not isinstance(labels, Table | None):
        raise _no_table(labels, "labels")
    if not isinstance(pictures, Table | str | None):
        raise _no_table(pictures, "pictures")
    if not LEAST_HEIGHT <= height <= MOST_HEIGHT:
        allowed = f"Allowed: {LEAST_HEIGHT} to {MOST_HEIGHT} pixels."
        raise problem("TK574", f"the height is {height}.", allowed=allowed, setting="height")
    needed("anywidget", "jupyter", "Widgets in notebooks")
    from tenkai.notebook._widget import Explorer
    from tenkai.report.explored import Explored

    found = Explored.of(table, x=x, y=y, labels=labels, things=pictures)
    return Explorer(found, color=color, selection=list(selection), height=height, language=language or "")


def _no_table(value: Any, port: str) -> TenkaiError:
    what = f"a {value.type_name}" if isinstance(value, Value) else f"'{type(value).__name__}'"
    remedy = "Give a table: tk.Table.from_(data) makes one of pandas, polars or arrays."
    if isinstance(value, Sweep):
        point = ", ".join(f"{k}={v!r}" for k, v in next(iter(value.points), {}).items())
        remedy = f"Take one point of it, such as sweep.at({point})."
    return problem("TK570", f"'{port}' is {what}, and a table is needed.", remedy=remedy)
