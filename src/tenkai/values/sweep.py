"""Sweep: one value per point of one or several axes of settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

from tenkai.errors import Note
from tenkai.values.value import Folder, Value, load, save

V = TypeVar("V", bound=Value)


@dataclass(frozen=True)
class Axis:
    """A swept setting. `name` is how it is shown: the setting, or ``step.setting`` where that is not unique."""

    name: str
    step: str
    setting: str
    values: tuple[Any, ...]

    @property
    def key(self) -> str:
        """Return the unique name ``step.setting``."""
        return f"{self.step}.{self.setting}"


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Value, Generic[V]):
    """Values along axes.

    Parameters
    ----------
    axes : Axis, ...
    points : one mapping of axis name to setting per value
    items : one value per point
    """

    type_name: ClassVar[str] = "sweep"

    axes: tuple[Axis, ...]
    points: tuple[dict[str, Any], ...]
    items: tuple[V, ...]
    own_notes: tuple[Note, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        """Return the notes of all values, each once."""
        return tuple(dict.fromkeys(n for v in self.items for n in v.notes)) + self.own_notes

    def with_notes(self, notes: Any) -> Self:
        """Attach notes to the sweep."""
        added = tuple(n for n in notes if n not in self.notes)
        return type(self)(self.axes, self.points, self.items, self.own_notes + added) if added else self

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], V]]:
        return iter(zip(self.points, self.items, strict=True))

    def at(self, **settings: Any) -> V:
        """Return the value of the point with these settings."""
        for point, value in self:
            if all(point.get(k) == v for k, v in settings.items()):
                return value
        raise KeyError(f"no point with {settings}; points: {list(self.points)}")

    def label(self, point: dict[str, Any]) -> str:
        """Write a point as ``perplexity = 30, seed = 0``."""
        return ", ".join(
            f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}" for name, value in point.items()
        )

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write one folder per value."""
        for i, value in enumerate(self.items):
            save(value, folder.sub(str(i)))
        axes = [[a.name, a.step, a.setting, list(a.values)] for a in self.axes]
        return {"axes": axes, "points": list(self.points), "count": len(self.items)}

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        axes = tuple(Axis(n, s, k, tuple(v)) for n, s, k, v in header["axes"])
        items = tuple(load(folder.sub(str(i))) for i in range(header["count"]))
        return cls(axes, tuple(header["points"]), items)  # type: ignore[arg-type]

    def summary(self) -> dict[str, Any]:
        """Axes and number of points."""
        return {"axes": {a.name: list(a.values) for a in self.axes}, "points": len(self)}
