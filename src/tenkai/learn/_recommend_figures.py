"""The figures of learn.recommend and learn.recommend_tensor, by name."""

from __future__ import annotations

from tenkai.errors import problem

FIGURES = {
    "rank": "rank used",
    "chosen_rank": "smallest rank that finds hidden cells within one standard error of the best",
    "matrix_rank": "singular values of the matrix above rounding; of a tensor, those of its unfolding with most",
    "known": "known cells",
    "unknown": "cells in the list",
    "auc": "chance that a hidden cell stands above one that was never known",
    "auc_low": "95 % of the hidings: lower end",
    "auc_high": "95 % of the hidings: upper end",
    "auc_popularity": "the same for the product of row and column counts",
    "auc_neighbors": "the same for the rows most alike",
    "precision": "share of the first cells of the list that were hidden",
    "recall": "share of the hidden cells among the first of the list",
}
SECOND = {
    "second_cells": "cells of the list that the second table has too",
    "second_known": "those it knows",
    "second_auc": "chance that one of these stands above one that is unknown in both",
    "second_precision": "share of them among the first of the list",
}


def check_asked(cells: dict[str, list[str]] | None) -> None:
    """Refuse names of figures that are taken. Raises TK632."""
    for name in cells or {}:
        if name.removesuffix("_place") in (*FIGURES, *SECOND, "top", "top_score", "top_mirror"):
            raise problem("TK632", f"'{name}' is a figure already.", remedy="Choose another name.", setting="cells")
