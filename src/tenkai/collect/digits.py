"""collect.digits: the 8 × 8 pictures of handwritten digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np
import polars as pl

from tenkai.step import step
from tenkai.values import Schema, Table
from tenkai.values.matrix import array_column


@step("collect.digits", version=1, title="Handwritten digits (8 × 8)")
def digits() -> Table:
    """Load 1 797 pictures of handwritten digits, 8 × 8 pixels of 0 to 16, with the digit meant.

    They come with scikit-learn: no file and no network is needed.

    Notes
    -----
    Small enough for every method, and with ten groups that anyone can judge by eye: the place to try a
    setting. For pictures of 28 × 28 read MNIST with `collect.array`.

    Source
    ------
    E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (1998),
    test set; scikit-learn, load_digits.

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.digits()
    >>> table.height, table["digit"].to_list()[:3]
    (1797, ['0', '1', '2'])
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    columns = {
        "image": array_column("image", bunch.images.astype(np.uint8)),
        "digit": pl.Series(bunch.target).cast(pl.String),
    }
    return Table.from_(columns, kinds={"image": "image", "digit": "category"}, source="scikit-learn load_digits")


@digits.schema
def _schema() -> Schema:
    return Schema({"image": "image", "digit": "category"})
