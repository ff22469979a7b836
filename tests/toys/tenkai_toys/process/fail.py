import os
import signal
from typing import Annotated, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.step import Help, step
from tenkai.values import Table
from tenkai_toys.log import called


class Unusual(Exception):
    """Derived from nothing a library usually raises."""


@step("process.toy.fail", version=1, title="Fail")
def fail(
    table: Annotated[Table, Help("rows")],
    *,
    how: Annotated[
        Literal["not", "library", "value", "unusual", "data", "kill"],
        Help("what goes wrong"),
    ] = "not",
) -> Table:
    """Fail in a way of one's choice."""
    called(f"fail {how}")
    if how == "library":
        np.linalg.inv(np.zeros((2, 2)))
    if how == "value":
        raise ValueError("the numbers\n  do not fit")
    if how == "unusual":
        raise Unusual("never seen before")
    if how == "data":
        raise problem("TK203", f"row '{table.ids[0]}' is not allowed.", remedy="Leave it out.", setting="how")
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return table
