"""What a step does to rows, said without data: the leak lens of a plan reads it."""

from __future__ import annotations

from dataclasses import dataclass

from tenkai.values.lineage import InfluenceKind


@dataclass(frozen=True)
class Rows:
    """What becomes of the rows that come in, and what is learned from them.

    Parameters
    ----------
    same : outputs that hold all rows that came in; other tables hold some of them
    apart : outputs that share no row with each other, such as train and test
    stacked : rows of several tables stand below each other; otherwise a row is made of all that comes in
    learns : what the step leaves on what it makes from the rows it learns from
    held_out : ports whose own learning is done again without the rows told about (cross-validation)
    clean : outputs that do not carry what the step learned, while the setting named has a value
    """

    same: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    stacked: bool = False
    learns: InfluenceKind | None = None
    held_out: tuple[str, ...] = ()
    clean: tuple[tuple[str, str], ...] = ()
    """Pairs of output and setting."""


SOME = Rows()
