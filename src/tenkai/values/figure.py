"""Figure: a Vega-Lite specification with the data behind it, drawn to SVG, PNG, PDF and in notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
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

    def to_film(
        self,
        form: str = "gif",
        *,
        fps: float = 10.0,
        scale: float = 2.0,
        side: int = 1600,
        pause: float = 2.0,
        told: Callable[[int, int], None] | None = None,
    ) -> bytes:
        """Draw a figure with a slider as a film: one frame per place of the slider.

        Parameters
        ----------
        form : ``gif``, ``webp`` or ``mp4``
        fps : frames per second
        scale : pixels per point
        side : most pixels along the longer side; the scale gives way
        pause : seconds that the last frame stays
        told : hears how many frames of how many are drawn

        Raises
        ------
        TenkaiError
            TK522 for a figure without one slider, TK523 for one with too many places, TK524 for another format,
            TK525 for a setting out of its range, TK311 and TK526 when what writes MP4 is missing.

        Notes
        -----
        GIF and WebP come out with the same bytes every time, as long as fonts and libraries are the same.

        Example
        -------
        >>> import tenkai as tk
        >>> data = tk.Table.from_({"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 1.0]})
        >>> found = tk.learn.nmf(data, rank=2, history=1, iterations=2, tolerance=0)
        >>> seen = tk.interpret.replay(data, found.replay, found.history)
        >>> seen.player.to_film("gif", scale=0.5)[:6]
        b'GIF89a'
        """
        from tenkai.values.film import film

        return film(drawable(self.spec), form, fps=fps, scale=scale, side=side, pause=pause, told=told)

    def to_html(self) -> str:
        """Draw as an HTML page; one with controls can be moved, from its own scripts, without a network.

        Where the control is one slider, a button plays it.
        """
        import vl_convert as vlc

        if not any("bind" in p for p in self.spec.get("params", ())):
            return f"<!doctype html><meta charset='utf-8'><title>figure</title>{self.to_svg()}"
        # vl-convert writes texts into the script as they are, where "</script>" would end it: put in escaped.
        page = str(vlc.vegalite_to_html({"mark": "point"}, bundle=True))
        head, mark, rest = page.rpartition("const spec = ")
        # Its menu would lead to a site outside.
        quiet = {**self.spec, "usermeta": {**self.spec.get("usermeta", {}), "embedOptions": {"actions": False}}}
        spec = json.dumps(drawable(quiet), ensure_ascii=False).replace("<", "\\u003c")
        rest = rest[rest.index(";\n") :]
        sliders = [p for p in self.spec["params"] if isinstance(p.get("bind"), dict) and p["bind"]["input"] == "range"]
        if len(sliders) == 1:
            rest = rest.replace("opts).catch", f"opts).then({_PLAY}).catch")
        return head + mark + spec + rest

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/svg+xml": self.to_svg(), "text/plain": repr(self)}


# The button stands before the slider and moves it as a hand would: Vega listens to the slider alone.
_PLAY = """() => {
  const slider = document.querySelector(".vega-bind input[type=range]");
  const button = document.createElement("button");
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; button.textContent = "\u25b6"; button.title = "play"; };
  const moved = () => slider.dispatchEvent(new Event("input", {bubbles: true}));
  const next = () => {
    if (Number(slider.value) >= Number(slider.max)) { stop(); return; }
    slider.stepUp(); moved();
  };
  button.type = "button";
  button.style.cssText = "width:2.4em;margin-right:.6em";
  button.addEventListener("click", () => {
    if (timer !== null) { stop(); return; }
    if (Number(slider.value) >= Number(slider.max)) { slider.value = slider.min; moved(); }
    button.textContent = "\u275a\u275a"; button.title = "pause";
    timer = setInterval(next, 150);
  });
  slider.parentElement.prepend(button);
  stop();
}"""

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
