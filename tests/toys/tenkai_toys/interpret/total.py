from typing import Annotated

from tenkai.step import Help, Keys, step
from tenkai.values import Scores, Table
from tenkai_toys.log import called


@step("interpret.toy.total", version=1, title="Total")
def total(table: Annotated[Table, Help("rows with x")]) -> Annotated[Scores, Keys("total", "first"), Help("figures")]:
    """Sum x."""
    called("total")
    figures = {"total": float(table["x"].sum()), "first": float(table["x"][0])}
    about = {"total": "sum of x", "first": "x of the first row"}
    return Scores.scored(figures, rows=table.identity, influences=table.influences, about=about)
