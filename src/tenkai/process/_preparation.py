"""What becomes of the memory of preparation when rows or columns of several tables come together.

A table remembers the fitted steps its values went through, so that new rows can follow. Where values come
from several tables, or are made anew (sums of groups), nothing may claim that a column is raw or scaled when
it is neither: such columns are marked, and what is fitted on them refuses rows that did not come the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from tenkai.errors import problem
from tenkai.values import Fitted, Table
from tenkai.values.fitted import relevant
from tenkai.values.hashing import digest_json

Origins = Mapping[str, Sequence[tuple[Table, str]]]


class Remade:
    """Stands in a preparation for values that rows from elsewhere cannot be given.

    Parameters
    ----------
    step : the step that made the values
    """

    def __init__(self, step: str) -> None:
        self.step = step

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Refuse: there is no way there for other rows."""
        raise problem(
            "TK206",
            f"the rows it was fitted on went through {self.step} after they were prepared; new rows cannot follow.",
            remedy=f"Prepare the new rows with the same fitted steps, then take them through {self.step} too.",
        )


def remade(step: str, preparation: Sequence[Fitted], columns: Iterable[str]) -> tuple[Fitted, ...]:
    """Preparation of columns that a step made anew from prepared ones; nothing where all were raw."""
    if not preparation:
        return ()
    return marked(step, columns, [f.digest for f in preparation])


def marked(step: str, columns: Iterable[str], context: Sequence[str]) -> tuple[Fitted, ...]:
    """Preparation of columns whose values went through something that is told by its digests only."""
    return (_mark(step, list(columns), list(context)),) if context else ()


def combined(step: str, origins: Origins) -> tuple[Fitted, ...]:
    """Preparation of columns that come from several tables, side by side or one below the other.

    `origins` says for every column which columns of which tables it comes from. What was prepared alike
    everywhere stays known; the rest is marked.
    """
    chains: dict[str, tuple[Fitted, ...]] = {}
    marked: list[str] = []
    for name, sources in origins.items():
        found = [relevant(table.preparation, [old]) for table, old in sources]
        alike = len({_key(chain) for chain in found}) == 1
        if alike and (not found[0] or all(old == name for _, old in sources)):
            chains[name] = found[0]
        else:
            marked.append(name)
    raw = {name for name, chain in chains.items() if not chain}
    for name, chain in list(chains.items()):
        # Its chain writes a column that is raw here: a column of another table that has the same name.
        if raw & {out for fitted in chain for out in fitted.outputs}:
            marked.append(name)
            del chains[name]
    whole = tuple({f.digest: f for chain in chains.values() for f in chain}.values())
    marked += [name for name, chain in chains.items() if _key(relevant(whole, [name])) != _key(chain)]
    if not marked:
        return whole
    seen = [f.digest for sources in origins.values() for table, _ in sources for f in table.preparation]
    return (*whole, _mark(step, sorted(marked), list(dict.fromkeys(seen))))


def _mark(step: str, columns: list[str], context: list[str]) -> Fitted:
    digest = digest_json(["remade", step, columns, context])
    return Fitted(Remade(step), step, (), tuple(columns), digest=digest)


def _key(chain: Iterable[Fitted]) -> frozenset[str]:
    return frozenset(f.digest for f in chain)
