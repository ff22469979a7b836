from typing import Annotated

import numpy as np

from tenkai.step import Help, Range, Seed, step
from tenkai.values import Schema, Table
from tenkai_toys.log import called


@step("collect.toy.rows", version=1, title="Rows")
def rows(
    *,
    n: Annotated[int, Range(1, 1_000_000), Help("rows")] = 4,
    seed: Annotated[Seed, Help("moves all values")] = 0,
) -> Table:
    """Make n rows."""
    called(f"rows n={n} seed={seed}")
    label = np.where(np.arange(n) % 2 == 0, "even", "odd")
    return Table.from_({"x": np.arange(n, dtype=float) + 100 * seed, "label": label}, source=f"rows {n} {seed}")


@rows.schema
def _schema(**_: object) -> Schema:
    return Schema({"x": "number", "label": "category"})
