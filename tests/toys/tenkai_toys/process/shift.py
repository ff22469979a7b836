from typing import Annotated

from tenkai.step import Help, Run, step
from tenkai.values import Table
from tenkai_toys.log import called


@step("process.toy.shift", version=1, title="Add, many at once")
def shift(
    table: Annotated[Table, Help("rows with x")],
    *,
    by: Annotated[float, Help("is added to x")] = 1.0,
    twice: Annotated[bool, Help("adds it twice")] = False,
    run: Run,
) -> Table:
    """Add a number to x; many numbers share one call."""
    return shifts(table, by=[by], twice=twice, run=run)[0]


@shift.shared("by")
def shifts(table: Table, *, by: list[float], twice: bool, run: Run) -> list[Table]:
    called(f"shift {' '.join(f'{b:g}' for b in by)}")
    run.note("TKW000", f"shifted {len(table)} rows")
    return [table.with_columns(table.frame.with_columns(x=table["x"] + b * (1 + twice))) for b in by]
