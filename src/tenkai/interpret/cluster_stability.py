"""interpret.cluster_stability: whether clusterings of the same rows agree."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.errors import count, problem
from tenkai.interpret._cautions import NO_RIGHT_CLUSTERS, caution
from tenkai.interpret._clusters import CLUSTER, read_clusters
from tenkai.interpret._pair_matrix import pair_matrix, pair_names
from tenkai.interpret._sweeps import members
from tenkai.interpret._theme import finished
from tenkai.step import Column, Help, Keys, Outputs, Run, Shape, step
from tenkai.values import Figure, Scores, Sweep, Table

MOST = 200
ABOUT = {
    "ari_mean": "Agreement of two clusterings (adjusted Rand index): 1 is the same, 0 is chance (mean of pairs).",
    "ari_min": "Agreement of the two clusterings that differ most.",
    "clusterings": "How many clusterings were compared.",
    "common_rows": "Rows of the two clusterings with the fewest in common.",
}


class ClusterStability(Outputs):
    """The figures, and the agreement of every pair."""

    scores: Annotated[Scores, Keys("ari_mean", "ari_min", "clusterings", "common_rows"), Help("over all pairs")]
    figure: Annotated[Figure, Help("the agreement of every pair")]


@step("interpret.cluster_stability", version=1, title="Stability of clusters")
def cluster_stability(
    clusterings: Annotated[
        list[Table] | Sweep[Table], Shape("n p"), Help("clustered tables: a sweep over seeds, or over subsamples")
    ],
    *,
    cluster: Annotated[Column, Help("the column of clusters")] = CLUSTER,
    run: Run,
) -> ClusterStability:
    """Compare clusterings pair by pair: what changes with the seed, or with some rows left out, is no finding.

    Two clusterings are compared on the rows both have (`process.sample` with a swept seed before the clustering
    gives subsamples). Names of clusters do not matter; noise counts as one group.

    Raises
    ------
    TenkaiError
        TK708 for fewer than two clusterings, or two that have fewer than two rows in common; TK201 without a
        column of clusters; TK740 when all of it is noise.

    Notes
    -----
    The adjusted Rand index counts pairs of rows that are together in both or apart in both, less what chance
    gives. Agreement says that the method finds the same groups again, not that they mean something.

    Source
    ------
    L. Hubert, P. Arabie, J. Classif. 2, 193 (1985); A. Ben-Hur, A. Elisseeff, I. Guyon, PSB 7, 6 (2002).

    Example
    -------
    >>> import tenkai as tk
    >>> a = tk.Table.from_({"cluster": ["1", "1", "2", "2"]})
    >>> b = tk.Table.from_({"cluster": ["2", "2", "1", "1"]})
    >>> tk.interpret.cluster_stability([a, b]).scores["ari_mean"]
    1.0
    """
    from sklearn.metrics import adjusted_rand_score

    found = members(clusterings)
    if not 2 <= len(found) <= MOST:
        allowed = f"Allowed: 2 to {MOST}, such as a sweep over seeds."
        raise problem(
            "TK708", f"there {_are(len(found))} {count(len(found), 'clustering')}.", allowed=allowed,
            setting="clusterings",
        )  # fmt: skip
    groups = [
        dict(zip(m.value.ids.to_list(), read_clusters(m.value, cluster).with_noise().tolist(), strict=True))
        for m in found
    ]
    pairs = [(i, j) for i in range(len(found)) for j in range(i)]
    agreed = np.eye(len(found))
    fewest = min(len(g) for g in groups)
    for i, j in run.track(pairs, len(pairs), "pairs of clusterings"):
        common = [name for name in groups[i] if name in groups[j]]
        if len(common) < 2:
            fact = f"clusterings {j + 1} and {i + 1} have {count(len(common), 'row')} in common."
            raise problem("TK708", fact, allowed="Rows are matched by row id.", setting="clusterings")
        fewest = min(fewest, len(common))
        value = adjusted_rand_score([groups[i][n] for n in common], [groups[j][n] for n in common])
        agreed[i, j] = agreed[j, i] = float(value)
    off = np.array([agreed[i, j] for i, j in pairs])
    figures = {
        "ari_mean": float(off.mean()),
        "ari_min": float(off.min()),
        "clusterings": len(found),
        "common_rows": fewest,
    }
    said = f"{off.mean():.3f} on average, {off.min():.3f} at least"
    figure = finished(
        pair_matrix(agreed, *pair_names(found, "clustering"), "agreement"),
        title="Stability of clusters",
        text=f"{len(found)} clusterings, agreement {said}.",
        caption=[f"Adjusted Rand index: {said}. 1 is the same, 0 is chance.", caution(run, NO_RIGHT_CLUSTERS)],
        width=300,
    )
    first = found[0].value
    influences = [i for m in found for i in m.value.every_influence]
    return ClusterStability(Scores.scored(figures, rows=first.identity, influences=influences, about=ABOUT), figure)


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
