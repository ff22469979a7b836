"""What a picture cannot say: short cautions that stand under the figures they apply to."""

from __future__ import annotations

from collections.abc import Iterable

from tenkai.interpret._plane import method_of
from tenkai.step import Run
from tenkai.values import Table

NEIGHBOR_MAPS = ("learn.tsne", "learn.umap")
NAMES = {"learn.tsne": "t-SNE", "learn.umap": "UMAP", "learn.pca": "PCA", "learn.mds": "MDS"}

FAR = ("TKW711", "In {method} maps near rows are alike; distances between separate groups mean little.")
NO_SEPARATION = ("TKW712", "The map did not see the labels: classes that stay together on it are no failure.")
ONE_SEED = ("TKW713", "One seed is one case: repeat with several seeds (interpret.map_stability).")
NO_RIGHT_SETTING = ("TKW715", "No setting is the right one: trust what stays the same.")
NO_RIGHT_CLUSTERS = (
    "TKW741",
    "No number of clusters is the right one: a method finds as many as it is asked for, in any data.",
)
VARIANCE = ("TKW714", "A large variance need not carry the target: small components may.")


def of_maps(tables: Iterable[Table], axis: str | None = None) -> list[str]:
    """Return the methods, in words, whose maps show only who is near whom."""
    found = (method_of(t, axis or (t.columns[0] if t.columns else "")) for t in tables)
    return list(dict.fromkeys(NAMES[m] for m in found if m in NEIGHBOR_MAPS))


def caution(run: Run, which: tuple[str, str], **words: str) -> str:
    """Attach a caution to the result and return its text for the caption."""
    code, text = which
    said = text.format(**words)
    run.note(code, said)
    return said
