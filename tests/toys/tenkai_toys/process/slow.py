import os
import time
from typing import Annotated

from tenkai.step import Help, Range, Run, step
from tenkai.values import Schema, Table
from tenkai_toys.log import called


@step("process.toy.slow", version=1, title="Add, slowly")
def slow(
    table: Annotated[Table, Help("rows with x")],
    *,
    seconds: Annotated[float, Range(0, 60), Help("how long it takes")] = 0.0,
    add: Annotated[float, Help("is added to x")] = 1.0,
    deaf: Annotated[bool, Help("does not hear that it shall stop")] = False,
    run: Run,
) -> Table:
    """Add a number to x."""
    which = f"add={add:g}" + (f" to {table['x'][0]:g}" if os.environ.get("TOY_TAGS") else "")
    called(f"slow start {which}")
    if deaf:
        time.sleep(seconds)
    else:
        for _ in run.track(range(20), 20, "adding"):
            time.sleep(seconds / 20)
    out = table.with_columns(table.frame.with_columns(x=table["x"] + add))
    called(f"slow end {which}")
    return out


@slow.schema
def _schema(table: Schema | None, **_: object) -> Schema | None:
    return table
