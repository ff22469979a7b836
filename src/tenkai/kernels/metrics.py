"""The names of the metrics, once for all who let a user choose one. Imports nothing."""

from __future__ import annotations

from typing import Literal, get_args

Metric = Literal[
    "euclidean",
    "sqeuclidean",
    "cosine",
    "correlation",
    "braycurtis",
    "canberra",
    "chebyshev",
    "cityblock",
    "dice",
    "hamming",
    "jaccard",
    "jensenshannon",
    "mahalanobis",
    "minkowski",
    "rogerstanimoto",
    "russellrao",
    "seuclidean",
    "sokalsneath",
    "yule",
]
"""The distances of scipy.spatial.distance."""

METRICS: tuple[str, ...] = get_args(Metric)

GRAM_METRICS = METRICS[:4]
"""Those that are a rising function of a Euclidean distance between transformed rows; the others go through `cdist`."""

PairMetric = Literal[Metric, "abs_correlation"]
"""For the distances of all pairs: also 1 - |r|, near for columns that say the same, with either sign."""
