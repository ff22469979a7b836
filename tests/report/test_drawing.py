import struct
from pathlib import Path
from typing import Any

import pytest

import tenkai.report.drawing as drawing
from tenkai.errors import TenkaiError
from tenkai.report.drawing import Drawing, draw, drawn
from tenkai.run.store import Store
from tenkai.values import Figure

SPEC: dict[str, Any] = {
    "mark": "point",
    "width": 200,
    "height": 100,
    "data": {"values": [{"x": 1}]},
    "encoding": {"x": {"field": "x"}},
}


def test_a_light_figure_is_vector_and_a_heavy_one_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    light = draw(Figure(SPEC))
    monkeypatch.setattr(drawing, "HEAVY", 100)
    heavy = draw(Figure(SPEC))
    assert (light.kind, heavy.kind) == ("svg+xml", "png")
    assert heavy.content[:8] == b"\x89PNG\r\n\x1a\n"
    # Twice the points in each direction (PNG: width and height stand at byte 16), shown at the same size.
    assert struct.unpack(">II", heavy.content[16:24]) == (2 * light.width, 2 * light.height)
    assert (heavy.width, heavy.height) == (light.width, light.height)
    assert light.width >= 200


def test_nothing_in_a_figure_leads_outside() -> None:
    spec = {
        "mark": "image",
        "data": {"values": [{"u": "http://127.0.0.1:9/x.png", "x": 1}]},
        "encoding": {"url": {"field": "u"}, "href": {"field": "u"}, "x": {"field": "x"}},
    }
    assert b"127.0.0.1" not in draw(Figure(spec)).content


def test_nothing_is_fetched_to_draw() -> None:
    with pytest.raises(TenkaiError, match=r"TK520: the figure 'far' cannot be drawn:.*not allowed"):
        draw(Figure({"mark": "point", "data": {"url": "http://127.0.0.1:9/x.csv"}}, "far"))


def test_text_in_a_figure_is_escaped() -> None:
    svg = draw(Figure({**SPEC, "title": "<script>alert(1)</script>"})).content.decode()
    assert "&lt;script&gt;" in svg
    assert "<script" not in svg


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    called: list[str] = []
    to_svg = Figure.to_svg

    def count(figure: Figure) -> str:
        called.append(figure.title)
        return to_svg(figure)

    monkeypatch.setattr(Figure, "to_svg", count)
    return called


def test_a_figure_is_drawn_once(tmp_path: Path, counted: list[str]) -> None:
    first = drawn(Figure(SPEC, "a"), Store(tmp_path))
    again = drawn(Figure(dict(reversed(SPEC.items())), "a", "another text"), Store(tmp_path))
    assert counted == ["a"]
    assert isinstance(again, Drawing)
    assert (again.kind, again.content, again.width, again.height) == (
        "svg+xml",
        first.content,
        first.width,
        first.height,
    )
    drawn(Figure({**SPEC, "height": 101}, "b"), Store(tmp_path))
    assert counted == ["a", "b"]


def test_what_counts_as_heavy_is_part_of_the_key(
    tmp_path: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(Figure(SPEC), Store(tmp_path))
    monkeypatch.setattr(drawing, "HEAVY", 100)
    assert drawn(Figure(SPEC), Store(tmp_path)).kind == "png"
    assert len(counted) == 2


def test_a_damaged_drawing_is_drawn_anew(tmp_path: Path, counted: list[str], every_file_apart: None) -> None:
    store = Store(tmp_path)
    first = drawn(Figure(SPEC), store)
    (blob,) = [p for p in store.blobs() if p.read_bytes() == first.content]
    blob.chmod(0o644)
    blob.write_bytes(b"<svg>")
    assert drawn(Figure(SPEC), store).content == first.content
    assert drawn(Figure(SPEC), store).content == first.content
    assert len(counted) == 2


def test_no_drawing_is_kept_of_what_cannot_be_drawn(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for _ in range(2):
        with pytest.raises(TenkaiError, match="TK520"):
            drawn(Figure({"mark": "no such"}), store)
    assert list(store.blobs()) == []
