from typing import Annotated

from tenkai.step import Help, step
from tenkai.values import Table
from tenkai_toys.log import called


@step("process.toy.both", version=1, title="Add two tables")
def both(
    left: Annotated[Table, Help("rows with x")],
    right: Annotated[Table | None, Help("as many rows with x")] = None,
    more: Annotated[list[Table] | None, Help("further ones")] = None,
) -> Table:
    """Add the x of several tables."""
    called("both")
    total = left["x"]
    for other in [right, *(more or [])]:
        if other is not None:
            total = total + other["x"]
    return left.with_columns(left.frame.with_columns(x=total))
