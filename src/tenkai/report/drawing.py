"""Drawn figures, kept in the store: drawing is the slow part of a report, and a figure seldom changes."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, ClassVar, Self

from tenkai.errors import Note, Problem, TenkaiError
from tenkai.run.store import Finished, Store
from tenkai.values import Figure, Folder, Value
from tenkai.values.figure import svg_to_png
from tenkai.values.hashing import digest_json

HEAVY = 400_000
"""Characters of SVG above which a picture goes in as pixels: browsers slow down with many shapes."""
FORMAT = 1
"""Raised when drawings change."""
STEP = "report.drawing"
_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')
_OUTSIDE = re.compile(r'\s(?:xlink:)?href="(?!data:|#)[^"]*"')


@dataclass(frozen=True, eq=False, repr=False)
class Drawing(Value):
    """A drawn figure: SVG or PNG, with its size in points."""

    type_name: ClassVar[str] = "drawing"

    kind: str
    content: bytes
    width: int
    height: int
    notes: tuple[Note, ...] = field(default=())

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write the picture."""
        folder.write("drawing", self.content)
        return {"kind": self.kind, "width": self.width, "height": self.height}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        return cls(header["kind"], folder.read("drawing"), header["width"], header["height"])

    def summary(self) -> dict[str, Any]:
        """Kind and size."""
        return {"kind": self.kind, "width": self.width, "height": self.height}


def drawn(figure: Figure, store: Store) -> Drawing:
    """Return the drawing of a figure, from the store where it is there.

    Raises
    ------
    TenkaiError
        TK520 when the specification cannot be drawn.
    """
    parts = {
        "format": FORMAT,
        "heavy": HEAVY,
        "vl-convert": version("vl-convert-python"),
        "spec": digest_json(figure.spec),
    }
    key = digest_json([STEP, parts])
    found = store.find(key)
    if found is not None:
        try:
            value = store.read(found, "drawing")
            assert isinstance(value, Drawing)
            store.index.touch([key])
            return value
        except TenkaiError:
            pass  # A damaged drawing is drawn anew; the store has forgotten it.
    start = time.perf_counter()
    drawing = draw(figure)
    seconds = time.perf_counter() - start
    store.finish(Finished(key, figure.title, STEP, {"drawing": store.put(drawing)}, seconds, 0, {}, ()), parts)
    return drawing


def draw(figure: Figure) -> Drawing:
    """Draw a figure: vector where it is light, pixels where it is heavy. Nothing in it leads outside.

    Raises
    ------
    TenkaiError
        TK520 when the specification cannot be drawn.
    """
    # The picture goes in as one image with a text: names for each of its shapes would only make it heavy.
    quiet = {**figure.spec, "config": {**figure.spec.get("config", {}), "aria": False}}
    try:
        svg = _OUTSIDE.sub("", replace(figure, spec=quiet).to_svg())
        found = _SIZE.search(svg)
        width, height = (round(float(found[1])), round(float(found[2]))) if found else (0, 0)
        if len(svg) > HEAVY:
            return Drawing("png", svg_to_png(svg), width, height)
        return Drawing("svg+xml", svg.encode(), width, height)
    except ValueError as error:
        # Behind the first line that starts with "at" stands what only the authors of the library need.
        told = str(error).split("\n    at ")[0]
        fact = f"the figure '{figure.title}' cannot be drawn: {' '.join(told.split())[:300]}"
        raise TenkaiError(Problem("TK520", fact)) from None
