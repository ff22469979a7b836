"""Reading molecules as an estimator that learns nothing: new rows can always be taken through it."""

from __future__ import annotations

import polars as pl

from tenkai.values.molecules import Form, forms, molecules_apart, texts_of


class MoleculeReader:
    """Turns a column of SMILES into molecules; a cell that cannot be read becomes missing.

    Parameters
    ----------
    name : of the new column
    form : canonical, or as written
    seconds : time a molecule may take
    """

    def __init__(self, name: str, form: Form, seconds: float) -> None:
        self.name = name
        self.form = form
        self.seconds = seconds

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the new column for a column of SMILES."""
        answers = molecules_apart(forms, texts_of(frame.to_series()), self.form, seconds=self.seconds)
        return pl.DataFrame({self.name: pl.Series([a.value for a in answers], dtype=pl.String)})
