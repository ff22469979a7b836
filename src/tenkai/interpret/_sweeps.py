"""Several values side by side: the points of a sweep, or a list of values, with what to call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from tenkai.errors import problem
from tenkai.interpret._plane import method_of, read_plane
from tenkai.values import Sweep, Table
from tenkai.values.value import Value

V = TypeVar("V", bound=Value)


@dataclass(frozen=True)
class Member(Generic[V]):
    """One value: its name, and its settings where it comes from a sweep."""

    value: V
    name: str
    point: Mapping[str, Any] = field(default_factory=dict)


def members(given: Sweep[V] | Sequence[V | Sweep[V]] | Sequence[V] | V) -> list[Member[V]]:
    """Return the values of a sweep, or of a list of values and sweeps, in order.

    A list may mix both: ``maps: [pca, tsne]`` where t-SNE is swept.
    """
    if isinstance(given, Sweep):
        return [Member(value, given.label(point), point) for point, value in given]
    if isinstance(given, list | tuple):
        return [member for part in given for member in members(part)]
    return [Member(cast("V", given), "")]


def one_name_each(found: Sequence[Member[Table]], titles: Sequence[str] | None) -> list[str]:
    """Return titles: those given, else settings, else the coordinates; further copies get a number.

    Raises
    ------
    TenkaiError
        TK708 when the number of titles differs.
    """
    if titles is not None:
        if len(titles) != len(found):
            fact = f"there are {len(titles)} titles for {len(found)} maps."
            raise problem("TK708", fact, allowed="Give one title per map.", setting="titles")
        return list(titles)
    return [m.name or _coordinates(m.value) for m in found]


def _coordinates(table: Table) -> str:
    from tenkai.interpret._cautions import NAMES

    plane = read_plane(table, None, None, "maps")
    return NAMES.get(method_of(table, plane.x)) or f"{plane.x}, {plane.y}"


def axis_values(found: Sequence[Member[Any]]) -> dict[str, list[Any]]:
    """Return, per swept setting, its value at every point (None where it does not apply)."""
    names = list(dict.fromkeys(name for m in found for name in m.point))
    return {name: [m.point.get(name) for m in found] for name in names}


def written(value: Any) -> str:
    """Write the value of a setting.

    >>> written(30), written(0.001), written([1, 2]), written(None)
    ('30', '0.001', '1, 2', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(written(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {written(v)}" for k, v in value.items())
    return str(value)
