"""The look of all figures: colors for all eyes, fonts that draw Japanese, captions that break."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import tenkai as tk
from tenkai.interpret import _theme
from tenkai.interpret._text import columns_of, shorten, wrap
from tenkai.interpret.confusion_matrix import BLUES
from tenkai.interpret.recommendations import SHADES

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, IEEE Trans. Vis. Comput. Graph. 15, 1291 (2009), severity 1.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(color: str, vision: str) -> np.ndarray:
    """CIE Lab of a color as seen."""
    c = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: np.ndarray, two: np.ndarray) -> float:
    """G. Sharma, W. Wu, E. N. Dalal, Color Res. Appl. 30, 21 (2005), equations 2 to 22."""
    L1, a1, b1 = one
    L2, a2, b2 = two
    mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    G = 0.5 * (1 - np.sqrt(mean7 / (mean7 + 25.0**7)))
    a1, a2 = (1 + G) * a1, (1 + G) * a2
    C1, C2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    flat = C1 * C2 == 0
    dh = 0 if flat else (h2 - h1 + 180) % 360 - 180
    dH = 2 * np.sqrt(C1 * C2) * np.sin(np.radians(dh / 2))
    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    h = h1 + h2 if flat else (h1 + dh / 2) % 360
    T = (
        1
        - 0.17 * np.cos(np.radians(h - 30))
        + 0.24 * np.cos(np.radians(2 * h))
        + 0.32 * np.cos(np.radians(3 * h + 6))
        - 0.2 * np.cos(np.radians(4 * h - 63))
    )
    turn = np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))
    RT = -2 * np.sqrt(C**7 / (C**7 + 25.0**7)) * np.sin(turn)
    SL = 1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2)
    SC, SH = 1 + 0.045 * C, 1 + 0.015 * C * T
    dL, dC = L2 - L1, C2 - C1
    return float(np.sqrt((dL / SL) ** 2 + (dC / SC) ** 2 + (dH / SH) ** 2 + RT * dC / SC * dH / SH))


def test_the_color_difference_agrees_with_published_pairs():
    # Sharma, Wu, Dalal 2005, table 1: pairs 1, 7 and 25.
    pairs = [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ]
    for one, two, expected in pairs:
        assert ciede2000(np.array(one), np.array(two)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.row("I14")
@pytest.mark.parametrize("vision", VISION)
def test_ten_colors_stay_apart_for_all_eyes(vision):
    seen = [lab(c, vision) for c in _theme.TEN]
    assert min(ciede2000(a, b) for a, b in itertools.combinations(seen, 2)) > 15
    assert min(ciede2000(c, lab("#ffffff", vision)) for c in seen) > 14
    # Rows without a label are rings, too; their gray alone is a little nearer.
    assert min(ciede2000(c, lab(_theme.MISSING, vision)) for c in seen) > 12


def test_ten_colors_stay_apart_in_the_dark_page():
    # The page draws its maps on its own ground: there three of the ten could hardly be seen (WCAG 2.2, 1.4.11: 3 to 1).
    web = Path(__file__).parents[2] / "web" / "src"
    written = re.search(r"const TEN_DARK = \[([^]]*)\]", (web / "parts" / "palette.ts").read_text(encoding="utf-8"))
    css = (web / "app" / "theme.css").read_text(encoding="utf-8")
    ground = re.search(r'\[data-theme="dark"\] \{[^}]*--ground: (#\w{6});', css)
    assert written is not None
    assert ground is not None
    ten = re.findall(r"#\w{6}", written[1])
    assert len(ten) == 10
    assert min(_theme.contrast(c, ground[1]) for c in ten) >= 3
    for vision in VISION:
        seen = [lab(c, vision) for c in ten]
        assert min(ciede2000(a, b) for a, b in itertools.combinations(seen, 2)) >= 15, vision


def test_up_to_forty_categories_differ_in_color_or_shape():
    for n in (1, 2, 8, 9, 10, 11, 30, 40):
        pairs = list(zip(_theme.palette(n), _theme.shapes(n), strict=True))
        assert len(set(pairs)) == n


@pytest.mark.parametrize("ramp", [SHADES, BLUES, _theme.ON_VIRIDIS])
def test_what_is_written_on_a_ramp_can_be_read_everywhere(ramp):
    # WCAG 2.2, level AA: 4.5. Black or white always reaches it: the square root of 21 is 4.58.
    grounds = [_theme.shade(ramp, s) for s in np.linspace(0, 1, 101)]
    assert min(_theme.contrast(_theme.ink_on(g), g) for g in grounds) >= 4.5
    assert {_theme.ink_on(g) for g in (grounds[0], grounds[-1])} == {_theme.INK, "#ffffff"}


def test_contrast_agrees_with_published_pairs():
    # https://webaim.org/resources/contrastchecker: #777777 on white is 4.47, #0000ff on white 8.59.
    assert _theme.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert _theme.contrast("#ffffff", "#0000ff") == pytest.approx(8.592, abs=0.001)
    assert _theme.contrast("#000000", "#ffffff") == pytest.approx(21)


def text_picture(word: str, look):
    table = tk.Table.from_({"x": [0.0], "y": [0.0]})
    return look(tk.interpret.map(table, title=word)).picture()[:60]


def test_japanese_is_drawn_and_not_as_empty_boxes(look):
    # A character without a glyph is drawn as the same box whatever it is; two kanji must differ
    # from each other and from a character no font has.
    carbon, silicon, nothing = (text_picture(word, look) for word in ("炭", "珪", "\U0010fff0"))
    for one, two in itertools.combinations((carbon, silicon, nothing), 2):
        assert (np.abs(one.astype(int) - two).max(axis=2) > 60).sum() > 20
    assert (carbon < 120).all(axis=2).sum() > 40


def test_texts_break_and_shorten_by_the_width_of_japanese():
    assert wrap("炭素の構造の地図", 8) == ["炭素の構", "造の地図"]
    assert shorten("炭素の構造", 7) == "炭素の…"
    assert all(columns_of(line) <= 20 for line in wrap("a long caption that says 多くのこと about a map", 20))


def test_a_figure_holds_all_it_needs_and_names_its_fonts(look, cities):
    figure = tk.interpret.map(cities, color="分類", title="標題")
    assert "Noto Sans CJK JP" in figure.spec["config"]["font"]
    svg = figure.to_svg()
    assert "標題" in svg
    assert "http" not in svg.replace("http://www.w3.org", "")


def test_texts_no_file_format_can_hold_are_drawn_as_such(look):
    # A control character ends the process inside the renderer; a line break in a name breaks an expression.
    name = "a\x08\\b\n\x0c\"c'"
    table = tk.Table.from_({name: [0.0, 1.0], "y\x00": [0.0, 1.0], "l": ["\x1b[31m", name]}, ids=["i\x01", "\\"])
    seen = look(tk.interpret.map(table, color="l", title=name))
    assert seen.picture().shape[2] == 3
    assert set(seen.legend().values()) == {
        "\N{REPLACEMENT CHARACTER}[31m (1)",
        "a\N{REPLACEMENT CHARACTER}\\b \"c' (1)",
    }
