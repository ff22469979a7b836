from typing import Annotated

from tenkai.step import Help, step
from tenkai.values import Sweep, Table
from tenkai_toys.log import called


@step("interpret.toy.stack", version=1, title="One row per point")
def stack(tables: Annotated[Sweep[Table], Help("a swept table")]) -> Table:
    """Gather a sweep: one row per point with its total."""
    called("stack")
    names = [axis.name for axis in tables.axes]
    columns = {n: [str(point.get(n)) for point, _ in tables] for n in names}
    return Table.from_({**columns, "total": [float(t["x"].sum()) for _, t in tables]})
