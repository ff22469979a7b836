from typing import Annotated

from tenkai.data import find_data
from tenkai.step import DataPath, Help, step
from tenkai.values import Table
from tenkai_toys.log import called


@step("collect.toy.lines", version=1, title="Numbers of a file")
def lines(*, path: Annotated[DataPath, Help("one number per line")]) -> Table:
    """Read one number per line."""
    called(f"lines {path}")
    return Table.from_({"x": [float(line) for line in find_data(path).read_text().split()]})
