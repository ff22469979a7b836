import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values import Table

IDS = ["part1", "part2", "part3"]


def one_light_each() -> Table:
    """Three parts of 2x2: each is light in another corner, with another strength."""
    pictures = np.zeros((3, 2, 2))
    pictures[0, 0, 0], pictures[1, 0, 1], pictures[2, 1, 0] = 1.0, 5.0, 0.2
    return tk.Table.from_({"face": pictures}, ids=IDS)


def corners(sheet, across: int) -> list[tuple[int, int] | None]:
    """Return, tile by tile, the quarter of the picture that is lightest inside."""
    side = sheet.shape[1] // across
    found: list[tuple[int, int] | None] = []
    for k in range(across):
        tile = sheet[:, k * side : (k + 1) * side].astype(int).max(axis=2)
        dark = np.argwhere(tile == 0)
        (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
        h, w = (bottom - top + 1) // 4, (right - left + 1) // 4
        quarters = {
            (r, c): tile[top + h + 2 * h * r, left + w + 2 * w * c]
            for r in (0, 1) for c in (0, 1)
        }  # fmt: skip
        found.append(max(quarters, key=lambda q: quarters[q]))
    return found


@pytest.mark.row("I17")
def test_parts_stand_in_the_order_of_their_shares_found_by_row_id(look):
    shares = tk.Table.from_({"share": [0.1, 0.6, 0.3]}, ids=["part3", "part2", "part1"])
    figure = tk.interpret.parts_gallery(one_light_each(), shares, across=3)
    seen = look(figure)
    texts = seen.texts()
    assert sorted(texts) == sorted(["1", "2", "3", "60.0 %", "30.0 %", "10.0 %"])
    assert texts[:3] == ["1", "2", "3"]
    assert texts[3:] == ["60.0 %", "30.0 %", "10.0 %"]
    # part2 is light at the top right, part1 at the top left, part3 at the bottom left.
    assert corners(seen.tiles(), 3) == [(0, 1), (0, 0), (1, 0)]
    assert figure.text == "3 parts as pictures, ranked by share: part2 (60.0 %) first, part3 (10.0 %) last."


@pytest.mark.row("I17")
def test_the_strongest_parts_of_digits_are_those_of_nmf(look, digits):
    found = tk.learn.nmf(digits[1], columns=["image"], rank=20, iterations=30)
    figure = tk.interpret.parts_gallery(found.parts, found.shares)
    seen = look(figure)
    share = found.shares["share"].to_numpy()
    assert [t for t in seen.texts() if t.endswith("%")] == [f"{100 * s:.1f} %" for s in np.sort(share)[::-1][:16]]
    together = 100 * np.sort(share)[-16:].sum()
    assert seen.caption == f"The strongest 16 of 20 parts, together {together:.1f} % of the rows as rebuilt."
    assert figure.notes[-1].code == "TKW704"
    (view,) = seen.marks("image")
    assert view["mark"]["width"] == view["mark"]["height"]


def test_each_part_has_its_own_white_or_all_have_the_same(look):
    def whitest(scale: str) -> list[int]:
        figure = tk.interpret.parts_gallery(one_light_each(), across=3, scale=scale)
        sheet = look(figure).tiles().astype(int).max(axis=2)
        side = sheet.shape[1] // 3
        inside = []
        for k in range(3):
            tile = sheet[:, k * side : (k + 1) * side]
            dark = np.argwhere(tile == 0)
            (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
            inside.append(int(tile[top : bottom + 1, left : right + 1].max()))
        return inside

    assert whitest("each") == [255, 255, 255]
    assert whitest("together") == [51, 255, 10]  # 255 times 1, 5 and 0.2, over 5


def test_numbers_below_zero_lie_around_a_middle_gray(look):
    figure = tk.interpret.parts_gallery(tk.Table.from_({"v": [[-2.0, 0.0, 0.0, 2.0]]}))
    assert look(figure).caption == "The middle gray is 0."
    grays = set(np.unique(look(figure).tiles()).tolist())
    assert {0, 128, 255} <= grays


def test_a_part_of_zeros_and_many_parts_are_drawn(look, pixels):
    table = tk.Table.from_({"face": np.zeros((30, 3, 3))})
    seen = look(tk.interpret.parts_gallery(table, limit=30, across=10, title="無"))
    assert pixels(seen.picture(), "#000000", 20) > 30_000
    assert seen.texts() == [str(k + 1) for k in range(30)]


def test_what_is_no_gallery_is_refused():
    with pytest.raises(TenkaiError, match=r"TK702 .*the table of 'parts' has no pictures"):
        tk.interpret.parts_gallery(tk.Table.from_({"x": [1.0]}))
    with pytest.raises(TenkaiError, match=r"TK702 .*vectors of length 3"):
        tk.interpret.parts_gallery(tk.Table.from_({"v": [[1.0, 2.0, 3.0]]}))
    few = tk.Table.from_({"share": [1.0]}, ids=["part1"])
    with pytest.raises(TenkaiError, match=r"TK703 .*the table of 'shares' has no row 'part2'"):
        tk.interpret.parts_gallery(one_light_each(), few)
    with pytest.raises(TenkaiError, match="TK201"):
        tk.interpret.parts_gallery(one_light_each(), one_light_each())
    with pytest.raises(TenkaiError, match="TK205"):
        tk.interpret.parts_gallery(one_light_each().take(range(0)))
