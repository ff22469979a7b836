from typing import Annotated

from tenkai.step import Help, step
from tenkai.values import Figure, Table
from tenkai_toys.log import called


@step("interpret.toy.moving", version=1, title="A picture that moves")
def moving(table: Annotated[Table, Help("rows with x")]) -> Figure:
    """Draw x as points, one after the other."""
    called("moving")
    xs = [float(x) for x in table["x"]]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"x": x, "k": k} for k, x in enumerate(xs)]},
        "params": [{"name": "shown", "value": 0, "bind": {"input": "range", "min": 0, "max": len(xs) - 1, "step": 1}}],
        "transform": [{"filter": "datum.k <= shown"}],
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 400},
        "encoding": {"x": {"field": "x", "type": "quantitative", "scale": {"domain": [0, 6]}}},
        "width": 120,
    }
    return Figure(spec, "Moving points", "All x on a line, one more at every place of the slider.")
