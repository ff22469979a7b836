from typing import Annotated

import numpy as np

from tenkai.step import Help, Outputs, step
from tenkai.values import Table
from tenkai_toys.log import called


class Halves(Outputs):
    first: Annotated[Table, Help("the first half")]
    second: Annotated[Table, Help("the rest, where there is any")]


@step("process.toy.halves", version=1, title="Cut in two")
def halves(table: Annotated[Table, Help("rows")]) -> Halves:
    """Cut a table in two; a single row has no second half."""
    called("halves")
    middle = (len(table) + 1) // 2
    second = table.take(np.arange(middle, len(table))) if len(table) > 1 else None
    return Halves(table.take(np.arange(middle)), second)  # type: ignore[arg-type]
