"""Figure: a Vega-Lite specification with the data behind it, drawn to SVG, PNG, PDF and in notebooks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from tenkai.errors import Note
from tenkai.values.value import Folder, Value


@dataclass(frozen=True, eq=False, repr=False)
class Figure(Value):
    """A picture as a Vega-Lite specification; its data lie in the specification's ``datasets``.

    Parameters
    ----------
    spec : dict
        Vega-Lite 5/6, self-contained (data inline, images as data URIs).
    title : str
    text : str
        The same in one or two sentences, for those who do not see the picture.
    """

    type_name: ClassVar[str] = "figure"

    spec: dict[str, Any]
    title: str = ""
    text: str = ""
    notes: tuple[Note, ...] = field(default=())

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write JSON."""
        folder.write_text("figure.json", json.dumps(self.spec, ensure_ascii=False))
        return {"title": self.title, "text": self.text}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        spec = json.loads(folder.read("figure.json"))
        return cls(spec, header["title"], header["text"], tuple(Note(c, t) for c, t in header["notes"]))

    def summary(self) -> dict[str, Any]:
        """Title and size of the specification."""
        return {"title": self.title}

    def to_svg(self) -> str:
        """Draw as SVG text. Nothing is fetched: a figure holds its data."""
        import vl_convert as vlc

        return str(vlc.vegalite_to_svg(drawable(self.spec), allowed_base_urls=[]))

    def to_png(self, scale: float = 2.0) -> bytes:
        """Draw as PNG, `scale` pixels per point."""
        import vl_convert as vlc

        return bytes(vlc.vegalite_to_png(drawable(self.spec), scale=scale, allowed_base_urls=[]))

    def to_pdf(self) -> bytes:
        """Draw as PDF."""
        import vl_convert as vlc

        return bytes(vlc.vegalite_to_pdf(drawable(self.spec), allowed_base_urls=[]))

    def to_html(self) -> str:
        """Draw as an HTML page; one with controls can be moved, from its own scripts, without a network."""
        import vl_convert as vlc

        if not any("bind" in p for p in self.spec.get("params", ())):
            return f"<!doctype html><meta charset='utf-8'><title>figure</title>{self.to_svg()}"
        # vl-convert writes texts into the script as they are, where "</script>" would end it: put in escaped.
        page = str(vlc.vegalite_to_html({"mark": "point"}, bundle=True))
        head, mark, rest = page.rpartition("const spec = ")
        # Its menu would lead to a site outside.
        quiet = {**self.spec, "usermeta": {**self.spec.get("usermeta", {}), "embedOptions": {"actions": False}}}
        spec = json.dumps(drawable(quiet), ensure_ascii=False).replace("<", "\\u003c")
        return head + mark + spec + rest[rest.index(";\n") :]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/svg+xml": self.to_svg(), "text/plain": repr(self)}


# Characters outside of XML.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def drawable(part: Any) -> Any:
    """Return a specification with � for characters that no XML can hold.

    Texts of any file may hold them, and vl-convert ends the whole process on one.
    """
    if isinstance(part, str):
        return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", part)
    if isinstance(part, dict):
        return {key: drawable(value) for key, value in part.items()}
    if isinstance(part, list):
        return [drawable(value) for value in part]
    return part


def svg_to_png(svg: str, scale: float = 2.0) -> bytes:
    """Turn a drawn figure into PNG, `scale` pixels per point, without drawing it anew."""
    import vl_convert as vlc

    return bytes(vlc.svg_to_png(svg, scale=scale))
