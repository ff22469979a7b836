"""Fingerprints as an estimator that learns nothing: new rows can always be taken through it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.values.fingerprints import Recipe, fingerprints, matrix_of
from tenkai.values.matrix import array_column
from tenkai.values.molecules import texts_of


class Fingerprinter:
    """Turns a column of SMILES into fingerprints; a cell that cannot be read has none.

    Parameters
    ----------
    recipe : dict of the settings of `Recipe`
    name : of the column of vectors
    expand : a column of numbers per place instead
    seconds : time a molecule may take
    """

    def __init__(self, recipe: dict[str, Any], name: str, expand: bool, seconds: float) -> None:
        self.recipe = recipe
        self.name = name
        self.expand = expand
        self.seconds = seconds

    @property
    def outputs(self) -> list[str]:
        """Names of the new columns."""
        width = Recipe(**self.recipe).width
        return [f"{self.name}[{i}]" for i in range(width)] if self.expand else [self.name]

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the new columns for a column of SMILES."""
        recipe = Recipe(**self.recipe)
        (answers,) = fingerprints(texts_of(frame.to_series()), [recipe], seconds=self.seconds)
        matrix, _ = matrix_of(answers, recipe)
        lost = np.array([bool(a.reason) for a in answers], bool)
        return self.frame_of(matrix, lost if lost.any() else None)

    def frame_of(self, matrix: NDArray[np.uint8], lost: NDArray[np.bool_] | None = None) -> pl.DataFrame:
        """Return the new columns from a matrix of bits or counts; rows that are lost have no value."""
        if self.expand:
            made = pl.DataFrame({n: np.ascontiguousarray(matrix[:, i]) for i, n in enumerate(self.outputs)})
        else:
            made = array_column(self.name, matrix).to_frame()
        if lost is None:
            return made
        gone = pl.Series(lost)
        return made.select(pl.when(gone).then(None).otherwise(pl.col(n)).alias(n) for n in made.columns)
