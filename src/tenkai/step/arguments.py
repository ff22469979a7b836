"""What a step is called with from Python: values for ports, and settings with many values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tenkai.errors import Place, Problem, TenkaiError
from tenkai.step.declaration import Port
from tenkai.values.sweep import Sweep
from tenkai.values.value import Value


class SweepValues:
    """Many values of one setting, for calls from Python."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)


def values_in(inputs: Mapping[str, Any]) -> list[Value]:
    """Return every value that goes in, also those of lists."""
    found: list[Value] = []
    for value in inputs.values():
        if isinstance(value, Value):
            found.append(value)
        elif isinstance(value, list | tuple):
            found.extend(v for v in value if isinstance(v, Value))
    return found


def check_type(step: str, port: Port, value: Any) -> None:
    """Refuse what a port does not take. Raises TK109."""
    items = value if port.many and isinstance(value, list | tuple) else [value]
    for item in items:
        if isinstance(item, Sweep) and port.gathers:
            continue
        if not isinstance(item, Value) or not port.takes(type(item)):
            raise TenkaiError(
                Problem(
                    "TK109",
                    f"port '{port.name}' got {type(item).__name__}.",
                    f"It takes {port.wanted}.",
                    "Make one with tk.Table.from_(...)." if port.type_names == "table" else "",
                    Place(step=step),
                )
            )
