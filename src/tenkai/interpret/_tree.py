"""The nodes of a decision tree, cut at a depth and laid out from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tenkai.errors import listing, problem
from tenkai.interpret._text import label
from tenkai.values import Table

COLUMNS = ("node", "parent", "branch", "column", "threshold", "rows", "value")
NUMBERS = ("threshold", "rows")
YES, NO = "yes", "no"


@dataclass(eq=False)
class Node:
    """One node; `place` counts leaves from the top. `below`: nodes under it; `cut`: those that are not drawn."""

    name: str
    branch: str
    column: str
    threshold: float
    rows: int
    value: Any
    share: float | None
    depth: int = 0
    children: list[Node] = field(default_factory=list)
    below: int = 0
    place: float = 0.0
    cut: int = 0

    @property
    def leaf(self) -> bool:
        """Say whether it ends a branch in the tree (not only in the picture)."""
        return not self.children

    def shown(self, depth: int) -> Iterator[Node]:
        """Yield it and what is drawn under it."""
        yield self
        if self.depth < depth:
            for child in self.children:
                yield from child.shown(depth)


def read_tree(table: Table) -> Node:
    """Return the root with its branches, yes before no.

    Raises
    ------
    TenkaiError
        TK201 and TK202 for a table without these columns; TK714 when the nodes do not hang together.
    """
    lacking = [name for name in COLUMNS if name not in table.kinds]
    if lacking:
        raise problem(
            "TK201",
            f"there is no column '{lacking[0]}': this is no table of a tree's nodes.",
            allowed=f"It has {listing(table.columns, 8)}.",
            remedy="Give the output 'nodes' of learn.tree.",
        )
    table.require(NUMBERS, ("number",))
    cells = {name: [label(v) for v in table[name].to_list()] for name in ("node", "parent", "branch", "column")}
    thresholds, rows = (table.matrix([name])[:, 0].tolist() for name in NUMBERS)
    shares = table.matrix(["share"])[:, 0].tolist() if table.kinds.get("share") == "number" else [None] * table.height
    nodes: dict[str, Node] = {}
    for i, name in enumerate(cells["node"]):
        if name is None or name in nodes:
            raise problem("TK714", f"row '{table.ids[i]}' has {'no node' if name is None else f'node {name} again'}.")
        known = shares[i] is not None and shares[i] == shares[i]
        nodes[name] = Node(
            name,
            cells["branch"][i] or "",
            cells["column"][i] or "",
            float(thresholds[i]),
            int(rows[i]),
            table["value"][i],
            shares[i] if known else None,
        )
    roots = [name for name, parent in zip(cells["node"], cells["parent"], strict=True) if parent is None]
    if len(roots) != 1:
        raise problem("TK714", f"the tree has {len(roots)} roots.", allowed="One node has no parent.")
    for name, parent in zip(cells["node"], cells["parent"], strict=True):
        if parent is None or name is None:
            continue
        if parent not in nodes:
            raise problem("TK714", f"the parent {parent} of node {name} does not exist.", allowed=listing(nodes, 6))
        nodes[parent].children.append(nodes[name])
    root = nodes[roots[0] or ""]
    _measure(root, nodes)
    return root


def _measure(root: Node, nodes: dict[str, Node]) -> None:
    """Order the branches, and count depth and nodes below; without recursion, since trees may be deep."""
    order = [root]
    for node in order:
        node.children.sort(key=lambda c: (c.branch != YES, c.name))
        if node.children and [c.branch for c in node.children] != [YES, NO]:
            found = listing([c.branch or "null" for c in node.children])
            fact = f"node {node.name} has the branches {found}."
            raise problem("TK714", fact, allowed="Allowed: one yes and one no.")
        for child in node.children:
            child.depth = node.depth + 1
            order.append(child)
    if len(order) < len(nodes):
        lost = next(name for name in nodes if nodes[name] not in order)
        raise problem("TK714", f"node {lost} does not hang below the root.")
    for node in reversed(order):
        node.below = sum(1 + child.below for child in node.children)


def laid_out(root: Node, depth: int) -> int:
    """Give every node its place, cut at a depth; return the number of ends."""
    ends = 0

    def place(node: Node) -> float:
        nonlocal ends
        if node.depth >= depth or node.leaf:
            node.cut = node.below
            node.place = float(ends)
            ends += 1
        else:
            node.cut = 0
            places = [place(child) for child in node.children]
            node.place = sum(places) / len(places)
        return node.place

    place(root)
    return ends
