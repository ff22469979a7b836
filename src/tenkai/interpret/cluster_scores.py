"""interpret.cluster_scores: how well rows fall into clusters, and how well these agree with labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.interpret import _theme
from tenkai.interpret._cautions import NO_RIGHT_CLUSTERS, caution
from tenkai.interpret._clusters import CLUSTER, NOISE, Clusters, clustering, read_clusters
from tenkai.interpret._color import MISSING, Categories, categories
from tenkai.interpret._panels import layered
from tenkai.interpret._records import data_of, tip
from tenkai.interpret._text import label as label_of
from tenkai.interpret._text import number, shorten, whole
from tenkai.interpret._theme import finished
from tenkai.kernels.metrics import Metric
from tenkai.step import Advanced, Column, Help, Keys, Outputs, Range, Run, Seed, Shape, step
from tenkai.values import Columns, Figure, Scores, Table
from tenkai.values.scores import Number

if TYPE_CHECKING:
    import altair as alt

ALL_UP_TO = 5000  # rows
WORK = 4e9  # rows x rows x columns that take some seconds
FEWEST = 300
BARS = 40


class ClusterScores(Outputs):
    """The figures, one row per cluster, and a picture of the sizes."""

    scores: Annotated[
        Scores,
        Keys("silhouette", "clusters", "largest", "smallest", "noise"),
        Help("with labels also ari, nmi and labelled; bic of a mixture"),
    ]
    sizes: Annotated[Table, Help("rows, silhouette and commonest label of every cluster")]
    figure: Annotated[Figure, Help("rows of every cluster, by label")]


@step("interpret.cluster_scores", version=1, title="Scores of clusters")
def cluster_scores(
    table: Annotated[Table, Shape("n p"), Help("clustered rows")],
    *,
    cluster: Annotated[Column, Help("the column of clusters")] = CLUSTER,
    columns: Annotated[
        Columns | None, Help("columns to measure distances in; default: those the clusters were made from")
    ] = None,
    label: Annotated[Column | None, Help("known classes to compare with; rows without one do not count")] = None,
    metric: Annotated[Metric, Help("distance of two rows, for the silhouette")] = "euclidean",
    sample: Annotated[
        int | None,
        Range(2, 1_000_000),
        Advanced,
        Help("rows whose silhouette is measured; default: all up to 5 000, else fewer"),
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Advanced, Help("of the sample")] = 0,
    run: Run,
) -> ClusterScores:
    """Measure how far clusters lie apart, how large they are, and whether they agree with known labels.

    silhouette compares the distance to the own cluster with that to the next one: 1 far apart, 0 on the border,
    below 0 in the wrong place (mean of the rows). ari (adjusted Rand index) and nmi (normalized mutual
    information) compare clusters with labels: 1 is the same, 0 is chance for ari. They are judged on the rows
    that have a label, and the leak lens then speaks of these.

    Raises
    ------
    TenkaiError
        TK201 or TK202 for the columns; TK740 when no row is in a cluster, or none has a label; TK208 where
        cells are missing; TK603 when the metric is not defined.

    Notes
    -----
    A high silhouette speaks for round, separate groups only; chains and rings score low. Labels judge whether
    clusters mean what the labels mean, not whether they are right. Noise is left out of the silhouette, and is
    one group of its own beside labels. Above 5 000 rows the silhouette is that of some rows, against all.

    Source
    ------
    P. Rousseeuw, J. Comput. Appl. Math. 20, 53 (1987); L. Hubert, P. Arabie, J. Classif. 2, 193 (1985).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 5.0, 6.0], "cluster": ["1", "1", "2", "2"], "kind": ["a", "a", "b", "b"]})
    >>> tk.interpret.cluster_scores(t, columns=["x"], label="kind").scores["ari"]
    1.0
    """
    found = read_clusters(table, cluster)
    own, said = _silhouettes(table, found, columns, metric, sample, seed)
    sizes = found.sizes
    figures: dict[str, Number] = {
        "silhouette": float(own[np.isfinite(own)].mean()) if np.isfinite(own).any() else None,
        "clusters": len(found.names),
        "largest": int(sizes.max()),
        "smallest": int(sizes.min()),
        "noise": found.noise,
    }
    about = {
        "silhouette": "How much nearer the own cluster is than the next: 1 far apart, 0 on the border.",
        "clusters": "Number of clusters.",
        "largest": "Rows of the largest cluster.",
        "smallest": "Rows of the smallest cluster.",
        "noise": "Rows in no cluster.",
    }
    _add_bic(table, cluster, figures, about)
    judged = _labels(table, label, found) if label is not None else None
    if judged is not None:
        figures.update(judged.figures)
        about.update(judged.about)
    captions = [f"{whole(table.height)} rows in {len(found.names)} clusters."]
    if figures["silhouette"] is not None:
        captions[0] += f" Silhouette {number(float(own[np.isfinite(own)].mean()), 3)}."
    if said:
        run.note("TKW740", said)
        captions.append(said)
    if judged is not None:
        captions.append(judged.told)
    captions.append(caution(run, NO_RIGHT_CLUSTERS))
    identity = table.identity if judged is None else table.identity.take(np.flatnonzero(judged.known))
    scores = Scores.scored(figures, rows=identity, influences=table.influences, about=about)
    text = f"{len(found.names)} clusters of {whole(table.height)} rows: {', '.join(map(whole, sizes[:12].tolist()))}"
    figure = finished(
        _bars(table, found, judged),
        title="Sizes of clusters",
        text=text + (f" and {len(sizes) - 12} more." if len(sizes) > 12 else "."),
        caption=captions,
        width=420,
    )
    return ClusterScores(scores, _sizes(table, found, own, judged), figure)


def _silhouettes(
    table: Table, found: Clusters, columns: Columns | None, metric: Metric, sample: int | None, seed: int
) -> tuple[NDArray[np.float64], str]:
    """Return the silhouette of each row (NaN where it is not measured), and what to say of a sample."""
    from tenkai.kernels.silhouette import silhouettes

    out = np.full(table.height, np.nan)
    inside = np.flatnonzero(found.codes >= 0)
    if len(found.names) < 2:
        return out, ""
    made = clustering(table, str(found.column))
    if columns is not None:
        names = table.choose(columns)
    elif made is not None and made.features and all(name in table.kinds for name in made.features):
        names = list(made.features)
    else:
        names = table.choose("numbers")
    X = table.take(inside).complete_matrix(names)
    n, p = X.shape
    most = n if n <= ALL_UP_TO else int(np.clip(WORK / (n * p), FEWEST, ALL_UP_TO))
    wanted = min(sample, n) if sample is not None else most
    rows = np.arange(n)
    if wanted < n:
        rows = np.sort(np.random.default_rng(seed).choice(n, wanted, replace=False))
    try:
        out[inside[rows]] = silhouettes(X, found.codes[inside], metric, rows)
    except ValueError as wrong:
        raise problem("TK603", f"the {metric} distance is not defined here: {wrong}", setting="metric") from None
    return out, f"Silhouette of {whole(wanted)} rows taken at random, against all {whole(n)}." if wanted < n else ""


def _add_bic(table: Table, cluster: str, figures: dict[str, Number], about: dict[str, str]) -> None:
    """Add the criterion of a mixture, of the rows given."""
    made = clustering(table, cluster)
    if made is None or not all(name in table.kinds for name in made.features):
        return
    bic = getattr(made.estimator, "bic", None)
    if bic is not None:
        figures["bic"] = float(bic(table.complete_matrix(made.features, np.dtype(made.dtype))))
        about["bic"] = "Bayesian information criterion of the mixture: lower is better."


@dataclass(frozen=True)
class _Judged:
    """What labels say. `known`: the rows that have one."""

    column: str
    known: NDArray[np.bool_]
    labels: list[str | None]
    categories: Categories
    figures: dict[str, Number]
    about: dict[str, str]
    told: str


def _labels(table: Table, column: str, found: Clusters) -> _Judged:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    named = categories([table], column, "label")
    labels = [label_of(v) for v in table[column].to_list()]
    known = np.array([one is not None for one in labels])
    if not known.any():
        raise problem(
            "TK740",
            f"no row has a label: the column '{column}' is empty.",
            remedy="Choose another column, or leave label out.",
            setting="label",
        )
    truth = [one for one in labels if one is not None]
    groups = found.with_noise()[known]
    ari, nmi = float(adjusted_rand_score(truth, groups)), float(normalized_mutual_info_score(truth, groups))
    m = int(known.sum())
    rows = f"the {whole(m)} rows that have '{shorten(column, 24)}'" if m < len(known) else f"all {whole(m)} rows"
    return _Judged(
        column,
        known,
        labels,
        named,
        {"ari": ari, "nmi": nmi, "labelled": m},
        {
            "ari": f"Adjusted Rand index with '{column}': 1 is the same, 0 is chance.",
            "nmi": f"Normalized mutual information with '{column}': 1 is the same, 0 tells nothing.",
            "labelled": "Rows with a label: agreement is judged on these.",
        },
        f"Agreement with '{shorten(column, 24)}', judged on {rows}: ARI {number(ari, 3)}, NMI {number(nmi, 3)}.",
    )


def _sizes(table: Table, found: Clusters, own: NDArray[np.float64], judged: _Judged | None) -> Table:
    columns: dict[str, Any] = {"rows": found.sizes, "share": found.sizes / table.height}
    means = [own[(found.codes == i) & np.isfinite(own)] for i in range(len(found.names))]
    columns["silhouette"] = pl.Series([float(m.mean()) if len(m) else None for m in means], dtype=pl.Float64)
    if judged is not None:
        frame = pl.DataFrame({"c": found.codes, "l": pl.Series(judged.labels, dtype=pl.String)})
        commonest: list[str | None] = []
        shares: list[float | None] = []
        for i in range(len(found.names)):
            inside = frame.filter((pl.col("c") == i) & pl.col("l").is_not_null())["l"]
            counts = inside.value_counts(sort=True).sort(["count", "l"], descending=[True, False])
            commonest.append(counts["l"][0] if len(counts) else None)
            shares.append(counts["count"][0] / len(inside) if len(counts) else None)
        columns["commonest label"] = pl.Series(commonest, dtype=pl.String)
        columns["share of it"] = pl.Series(shares, dtype=pl.Float64)
    sizes = Table.from_(pl.DataFrame(columns), ids=found.names)
    return sizes.influenced(table.every_influence)


def _bars(table: Table, found: Clusters, judged: _Judged | None) -> alt.LayerChart:
    import altair as alt

    names = [*found.names[:BARS], *([NOISE] if found.noise else [])]
    of = np.where(found.codes < 0, len(found.names), found.codes)
    place = dict(enumerate(found.names[:BARS]))
    if found.noise:
        place[len(found.names)] = NOISE
    labels = judged.categories.of(table) if judged is not None else [""] * table.height
    known = judged.known if judged is not None else np.ones(table.height, bool)
    frame = pl.DataFrame({"c": of[known], "l": [one for one, k in zip(labels, known, strict=True) if k]})
    counts = frame.filter(pl.col("c").is_in(list(place))).group_by(["c", "l"], maintain_order=True).len()
    order = {n: i for i, n in enumerate(judged.categories.names)} if judged is not None else {"": 0}
    data = data_of(
        {
            "c": [place[c] for c in counts["c"].to_list()],
            "l": counts["l"].to_list(),
            "n": counts["len"].to_list(),
            "o": [order[one] for one in counts["l"].to_list()],
        }
    )
    axis = alt.Axis(grid=False, ticks=False, labelLimit=160)
    y = alt.Y("c:N", sort=names, title="cluster", axis=axis)
    title = "rows" if judged is None or judged.known.all() else "rows with a label"
    x = alt.X("sum(n):Q", title=title, axis=alt.Axis(tickMinStep=1), stack="zero")
    bars = alt.Chart(data).mark_bar(stroke="white", strokeWidth=0.8, height=alt.RelativeBandSize(0.75))
    tooltip = [tip("c:N", "cluster"), tip("n:Q", "rows")]
    if judged is None:
        color: Any = alt.value(_theme.ACCENT)
    else:
        shown = [n for n in judged.categories.names if n != MISSING]
        tints = dict(zip(judged.categories.names, judged.categories.colors, strict=True))
        scale = alt.Scale(domain=shown, range=[tints[n] for n in shown])
        legend = judged.categories.legend(symbolType="square", symbolSize=95)
        color = alt.Color("l:N", scale=scale, legend=legend)
        tooltip.insert(1, tip("l:N", judged.column))
    chart = bars.encode(x=x, y=y, color=color, order=alt.Order("o:Q"), tooltip=tooltip)
    return layered([chart], 420, int(np.clip(26 * len(names), 60, 900)))
