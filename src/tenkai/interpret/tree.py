"""interpret.tree: a decision tree as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from tenkai.errors import count
from tenkai.interpret import _theme
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, tip
from tenkai.interpret._text import columns_of, label, natural, number, shorten, whole
from tenkai.interpret._theme import finished
from tenkai.interpret._tree import Node, laid_out, read_tree
from tenkai.step import Help, Range, Shape, step
from tenkai.values import Figure, Table

if TYPE_CHECKING:
    import altair as alt

ROW, HIGH, GAP, CHIP = 52, 40, 46, 6  # points: pitch of the ends, height of a box, between boxes, colored edge
MOST_ENDS = 64
WORDS = 26  # width of a text in a box


@step("interpret.tree", version=1, title="Decision tree")
def tree(
    nodes: Annotated[Table, Shape("nodes"), Help("the output 'nodes' of learn.tree")],
    *,
    depth: Annotated[int, Range(1, 20), Help("levels of questions drawn")] = 3,
    title: Annotated[str | None, Help("heading inside the picture")] = None,
) -> Figure:
    """Draw a decision tree from left (all rows) to right (the answers): yes goes up, no goes down.

    A box tells the question, what the tree would answer there, and how many training rows came so far.

    Raises
    ------
    TenkaiError
        TK201 and TK202 for a table that holds no nodes; TK714 when they do not hang together.

    Notes
    -----
    A tree grown on slightly other rows may ask other questions: read it as one explanation, not as the only one.
    Below the depth drawn the tree goes on; such boxes say how many nodes follow.

    Source
    ------
    L. Breiman, J. Friedman, R. Olshen, C. Stone, Classification and Regression Trees (1984).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_(
    ...     {
    ...         "node": [0, 1, 2],
    ...         "parent": [None, 0, 0],
    ...         "branch": [None, "yes", "no"],
    ...         "column": ["radius", None, None],
    ...         "threshold": [1.5, None, None],
    ...         "rows": [10, 6, 4],
    ...         "value": [0.5, 0.2, 0.9],
    ...     }
    ... )
    >>> tk.interpret.tree(t).text
    'Decision tree of 3 nodes: radius ≤ 1.5? yes: 0.2 (6 rows); no: 0.9 (4 rows).'
    """
    root = read_tree(nodes)
    classes = nodes.kinds["value"] != "number"
    levels = depth
    while laid_out(root, levels) > MOST_ENDS and levels > 1:
        levels -= 1
    ends = laid_out(root, levels)
    shown = list(root.shown(levels))
    total = 1 + root.below
    captions = []
    if len(shown) < total:
        first = "the first question" if levels == 1 else f"the first {levels} levels of questions"
        captions.append(f"{whole(len(shown))} of {whole(total)} nodes: {first}.")
    captions.append("Yes goes up, no goes down. Rows: training rows that come here.")
    drawing = _Drawing(shown, ends, classes)
    return finished(
        drawing.chart(),
        title="Decision tree",
        text=f"Decision tree of {count(total, 'node')}: {_told(root, classes, 2)}.",
        heading=title,
        caption=captions,
        width=max(drawing.width, 320),
    )


def _question(node: Node) -> str:
    return f"{node.column} ≤ {number(node.threshold)}"


def _answer(node: Node, classes: bool) -> str:
    if classes:
        name = label(node.value) or "missing"
        return name if node.share is None else f"{name} {node.share:.0%}"
    return number(float(node.value)) if node.value is not None else "missing"


def _told(node: Node, classes: bool, levels: int) -> str:
    """Say the first questions in words."""
    if node.leaf:
        return f"{_answer(node, classes)} ({count(node.rows, 'row')})"
    if levels == 0:
        return "further questions"
    yes, no = (_told(child, classes, levels - 1) for child in node.children)
    inner = f"{_question(node)}? yes: {yes}; no: {no}"
    return inner if levels == 2 else f"[{inner}]"


class _Drawing:
    def __init__(self, shown: Sequence[Node], ends: int, classes: bool) -> None:
        self.shown, self.classes = shown, classes
        widest = max(columns_of(line) for n in shown for line in self._lines(n))
        self.box = 6.4 * widest + 26
        self.pitch = self.box + GAP
        self.depth = max(n.depth for n in shown)
        self.width = self.pitch * self.depth + self.box + 2
        self.height = ROW * ends

    def _lines(self, node: Node) -> tuple[str, str]:
        rows = count(node.rows, "row")
        answer = shorten(_answer(node, self.classes), WORDS)
        if node.leaf:
            return answer, rows
        more = f" · {whole(node.cut)} more nodes" if node.cut else ""
        return shorten(_question(node), WORDS), f"{answer} · {rows}{more}"

    def _left(self, node: Node) -> float:
        return 1 + self.pitch * node.depth

    def _middle(self, node: Node) -> float:
        return ROW * (node.place + 0.5)

    def chart(self) -> alt.LayerChart:
        import altair as alt

        x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, self.width], nice=False))
        y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, self.height], reverse=True, nice=False))
        both = {"x": x, "y": y}
        layers = [*self._branches(both), self._boxes(both), self._chips(both), *self._texts(both)]
        return layered(layers, round(self.width), round(self.height), bare=True)

    def _branches(self, both: dict[str, Any]) -> list[alt.Chart]:
        import altair as alt

        drawn = {id(n) for n in self.shown}
        lines: dict[str, list[float]] = {"x": [], "y": [], "x2": [], "y2": []}
        words: dict[str, list[Any]] = {"x": [], "y": [], "t": []}
        for node in self.shown:
            start = self._left(node) + self.box
            bend = start + 12
            for child in node.children:
                if id(child) not in drawn:
                    continue
                top, end = self._middle(node), self._middle(child)
                parts = ((start, top, bend, top), (bend, top, bend, end), (bend, end, self._left(child), end))
                for part in parts:
                    for key, value in zip(lines, part, strict=True):
                        lines[key].append(round(value, 1))
                words["x"].append(round(bend + 4, 1))
                words["y"].append(round(end, 1))
                words["t"].append(child.branch)
        if not words["t"]:
            return []
        rules = alt.Chart(data_of(lines)).mark_rule(color=_theme.LINE, strokeWidth=1.3)
        texts = alt.Chart(data_of(words)).mark_text(align="left", dy=-6, fontSize=10.5, color=_theme.SOFT)
        return [rules.encode(**both, x2="x2:Q", y2="y2:Q"), texts.encode(**both, text="t:N")]

    def _boxes(self, both: dict[str, Any]) -> alt.Chart:
        import altair as alt

        left, middle = [self._left(n) for n in self.shown], [self._middle(n) for n in self.shown]
        columns: dict[str, Any] = {
            "x": [round(v, 1) for v in left],
            "x2": [round(v + self.box, 1) for v in left],
            "y": [round(v - HIGH / 2, 1) for v in middle],
            "y2": [round(v + HIGH / 2, 1) for v in middle],
            "id": [" · ".join(self._lines(n)) for n in self.shown],
            "f": ["#f3f5f7" if n.leaf else "white" for n in self.shown],
        }
        boxes = alt.Chart(data_of(columns)).mark_rect(stroke=_theme.LINE, strokeWidth=1)
        fill = alt.Fill("f:N", scale=None, legend=None)
        chart: alt.Chart = boxes.encode(**both, x2="x2:Q", y2="y2:Q", fill=fill, tooltip=[tip("id:N", "node")])
        return chart

    def _chips(self, both: dict[str, Any]) -> alt.Chart:
        """Return the left edges of the boxes, colored by the answer."""
        import altair as alt

        left, middle = [self._left(n) for n in self.shown], [self._middle(n) for n in self.shown]
        columns: dict[str, Any] = {
            "x": [round(v, 1) for v in left],
            "x2": [round(v + CHIP, 1) for v in left],
            "y": [round(v - HIGH / 2, 1) for v in middle],
            "y2": [round(v + HIGH / 2, 1) for v in middle],
        }
        if self.classes:
            answers = [label(n.value) or "missing" for n in self.shown]
            names = sorted(set(answers), key=natural)
            columns["v"] = answers
            scale = alt.Scale(domain=names, range=_theme.palette(len(names)))
            color = alt.Color("v:N", scale=scale, legend=alt.Legend(title=None, symbolType="square", symbolSize=90))
        else:
            columns["v"] = [None if n.value is None else float(f"{float(n.value):.5g}") for n in self.shown]
            tints = alt.Scale(scheme=alt.SchemeParams(**_theme.VIRIDIS), nice=False, zero=False)
            bar = alt.Legend(title="answer", gradientLength=min(120, self.height), gradientThickness=10, tickCount=4)
            color = alt.Color("v:Q", scale=tints, legend=bar)
        chips = alt.Chart(data_of(columns)).mark_rect()
        chart: alt.Chart = chips.encode(**both, x2="x2:Q", y2="y2:Q", color=color)
        return chart

    def _texts(self, both: dict[str, Any]) -> list[alt.Chart]:
        import altair as alt

        layers = []
        for line, style in ((0, {"dy": -8, "fontWeight": "bold"}), (1, {"dy": 9, "color": _theme.SOFT})):
            data = data_of(
                {
                    "x": [round(self._left(n) + CHIP + 7, 1) for n in self.shown],
                    "y": [round(self._middle(n), 1) for n in self.shown],
                    "t": [self._lines(n)[line] for n in self.shown],
                }
            )
            look: dict[str, Any] = {"color": _theme.INK, "fontSize": 11.5, "align": "left", **style}
            layers.append(alt.Chart(data).mark_text(baseline="middle", **look).encode(**both, text="t:N"))
        return layers
