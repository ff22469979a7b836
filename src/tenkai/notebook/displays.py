"""How values show themselves in notebooks: as reports show them, bounded, with nothing fetched."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenkai.values import Figure

Bundle = tuple[dict[str, Any], dict[str, Any]]

TYPES = {
    "tenkai.values.table": "Table",
    "tenkai.values.fitted": "Fitted",
    "tenkai.values.scores": "Scores",
    "tenkai.values.sweep": "Sweep",
    "tenkai.values.tensor": "Tensor",
    "tenkai.values.distances": "Distances",
    "tenkai.values.linkage": "Linkage",
    "tenkai.values.neighbors": "Neighbors",
}
CONTROLS = 70
"""Pixels below a figure for its slider and button."""


def register(shell: Any) -> None:
    """Tell IPython how values are shown. By name: no value is imported before one is there.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    formatter = shell.display_formatter
    for module, name in TYPES.items():
        formatter.formatters["text/html"].for_type_by_name(module, name, value_html)
    formatter.mimebundle_formatter.for_type_by_name("tenkai.values.figure", "Figure", figure_bundle)


def value_html(value: Any) -> str:
    """Return a value as a piece of HTML."""
    from tenkai.notebook._pieces import piece

    return piece(value)


def figure_bundle(figure: Figure, include: Any = None, exclude: Any = None) -> Bundle:
    """Return a figure as SVG and PNG, and as a page of its own where it has controls.

    Notebooks draw Vega-Lite of an older version than the figures are written in, or fetch a newer one from the
    network; a drawing looks alike everywhere, stays in the file, and needs no script.

    Raises
    ------
    TenkaiError
        TK520 when the specification cannot be drawn.
    """
    from tenkai.report.drawing import draw
    from tenkai.values.figure import svg_to_png

    drawing = draw(figure)
    size = {"width": drawing.width, "height": drawing.height}
    data: dict[str, Any] = {"text/plain": repr(figure)}
    content = drawing.content
    if drawing.kind == "svg+xml":
        data["image/svg+xml"] = content.decode()
        # Notebooks that were not written here show no SVG until they are trusted.
        content = svg_to_png(content.decode())
    data["image/png"] = base64.b64encode(content).decode()
    if any("bind" in p for p in figure.spec.get("params", ())):
        data["text/html"] = _framed(figure, drawing.height + CONTROLS)
    return data, {"image/png": size}


def _framed(figure: Figure, height: int) -> str:
    """Return a page in a frame of its own: its scripts see nothing of the notebook."""
    page, name = html.escape(figure.to_html()), html.escape(figure.title or "figure")
    style = f"width:100%;height:{height}px;border:0;background:#fff"
    return f'<iframe title="{name}" sandbox="allow-scripts" style="{style}" srcdoc="{page}"></iframe>'
