from typing import Annotated

from tenkai.step import Help, step
from tenkai.values import Figure, Table
from tenkai_toys.log import called


@step("interpret.toy.picture", version=1, title="A picture")
def picture(table: Annotated[Table, Help("rows with x")]) -> Figure:
    """Draw x as points."""
    called("picture")
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"x": x} for x in table["x"]]},
        "mark": "point",
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }
    return Figure(spec, "Points", "All x on a line.")
