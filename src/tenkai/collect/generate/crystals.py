"""collect.generate.crystals: crystals of known forms, also with displaced atoms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from operator import itemgetter
from typing import Annotated

import numpy as np
import polars as pl

from tenkai.collect.generate._forms import KINDS, Form, built, name_of, usual_constants
from tenkai.errors import TenkaiError, count, listing, nearest, problem
from tenkai.step import Advanced, Help, Length, Range, Run, Seed, Unit, step
from tenkai.values import Schema, Table
from tenkai.values.crystal_columns import FACTS, facts
from tenkai.values.crystals import MOST_ATOMS, Crystal, sound
from tenkai.values.elements import NUMBERS, SYMBOLS
from tenkai.values.extended_xyz import shortened
from tenkai.values.hashing import digest_json

MOST_CRYSTALS = 100_000
MOST_ATOMS_IN_ALL = 10_000_000

Constant = Annotated[float, Range(0.5, 100)]
Constants = Constant | Annotated[list[Constant], Length(1, 1000)]


@step("collect.generate.crystals", version=1, title="Crystals of known forms")
def crystals(
    *,
    polytypes: Annotated[Annotated[list[Form], Length(1)], Help("forms of crystals")],
    elements: Annotated[
        Annotated[list[str], Length(1, 500)], Help("elements, or pairs such as NaCl and CaF2 for forms of two elements")
    ],
    a: Annotated[
        Constants | dict[str, Constants] | None,
        Unit("Å"),
        Help("lattice constant, or several; also per form: {bcc: 2.87, fcc: [3.5, 3.6]}; default: as known"),
    ] = None,
    c: Annotated[
        Constants | dict[str, Constants] | None,
        Unit("Å"),
        Help("second lattice constant of hexagonal forms, in the same way"),
    ] = None,
    tubes: Annotated[
        list[Annotated[list[Annotated[int, Range(0, 40)]], Length(2, 2)]] | None,
        Help("numbers (n, m) of nanotubes; default: [[6, 0]]"),
    ] = None,
    supercell: Annotated[
        Annotated[list[Annotated[int, Range(1, 1000)]], Length(3, 3)], Help("cells along a, b and c")
    ] = [1, 1, 1],  # noqa: B006  # settings are read, never changed
    copies: Annotated[int, Range(0, 10_000), Help("copies with displaced atoms, beside the perfect crystal")] = 0,
    displacement: Annotated[
        float, Range(0, 2), Unit("Å"), Help("standard deviation of x, y and z of each atom of a copy")
    ] = 0.1,
    perfect: Annotated[bool, Help("whether the perfect crystal is among the rows"), Advanced] = True,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the displacements")] = 0,
    run: Run,
) -> Table:
    """Make crystals of known forms: bcc, fcc, hcp, diamond, zinc blende, rock salt, graphite, nanotubes and others.

    Each form takes the entries of `elements` that fit it (one element, or two); lattice constants are combined.
    Columns are those of `collect.structures`, and `polytype` and `copy` (0: perfect). Row ids are those of the
    tutorials: ``Fe-bcc``, and ``Fe-bcc_00``, ``Fe-bcc_01`` for its copies.

    Raises
    ------
    TenkaiError
        TK319 for what is no element, and for forms and elements that do not fit together; TK320 for lattice constants
        of a form that is not made, or of a form without c; TK318 where a crystal, or all of them, would be too large;
        TK321 where displaced atoms come to lie on one place; TK311 without ASE.

    Notes
    -----
    Cells are conventional: cubic where the form is. Sheets, tubes and chains do not repeat in the other directions and
    have 12 Å of empty space there; they have no volume. Lattice constants by default: those of the stable form of an
    element, and of carbon; else a dense form gets the volume per atom of the stable dense form, and any other form
    bonds as long as the sum of the covalent radii. A note tells which were estimated so. The chain (carbyne) has equal
    bonds of a / 2; the bond of a nanotube is a / √3.

    A copy depends on its form, elements, lattice constants, number and the seed, not on what else is made.

    Source
    ------
    ASE, build: A. H. Larsen et al., J. Phys. Condens. Matter 29, 273002 (2017).

    Example
    -------
    >>> import tenkai as tk
    >>> table = tk.collect.generate.crystals(
    ...     polytypes=["bcc", "rocksalt"], elements=["Fe", "NaCl"], a={"rocksalt": 5.64}
    ... )
    >>> table.ids.to_list(), table["atoms"].to_list(), table["a"].to_list()
    (['Fe-bcc', 'NaCl-rocksalt'], [2, 8], [2.87, 5.64])
    """
    plans = list(_plans(polytypes, elements, a, c, [(t[0], t[1]) for t in tubes or [[6, 0]]], run))
    times = (supercell[0], supercell[1], supercell[2])
    cells = [built(plan.form, plan.symbols, plan.a, plan.c, plan.tube) for plan in plans]
    _refuse_large(plans, cells, times, copies + perfect)
    made: list[tuple[str, str, int, Crystal]] = []
    width = max(2, len(str(copies - 1)))
    for plan, cell in run.track(zip(plans, cells, strict=True), len(plans), "making crystals"):
        whole = _repeated(cell, times)
        if perfect:
            made.append((plan.name, plan.form, 0, whole))
        for k in range(copies):
            name = f"{plan.name}_{k:0{width}d}"
            made.append((name, plan.form, k + 1, _displaced(whole, plan, times, k, displacement, seed)))
    columns = {
        **facts([crystal for *_, crystal in made]),
        "polytype": pl.Series([form for _, form, _, _ in made], dtype=pl.String),
        "copy": pl.Series([k for _, _, k, _ in made], dtype=pl.Int64),
    }
    settings = [[p.name, p.a, p.c] for p in plans], times, copies, displacement, perfect, seed
    source = digest_json(["crystals", *settings])
    return Table.from_(
        columns, ids=[m[0] for m in made], kinds={**FACTS, "polytype": "category", "copy": "number"}, source=source
    )


_EXAMPLES = {(1,): "an element, such as Fe", (1, 1): "a pair, such as NaCl", (1, 2): "a pair, such as CaF2"}


@dataclass(frozen=True)
class _Plan:
    """One perfect crystal to be made."""

    name: str
    form: Form
    symbols: tuple[str, ...]
    a: float
    c: float | None
    tube: tuple[int, int]


def _plans(
    forms: Sequence[Form], elements: Sequence[str], a: object, c: object, tubes: Sequence[tuple[int, int]], run: Run
) -> Iterator[_Plan]:
    given = [_elements(text) for text in dict.fromkeys(elements)]
    estimated: list[str] = []
    for form in dict.fromkeys(forms):
        for symbols in (e.symbols for e in given if e.fit(form)):
            own_a, own_c, guessed = usual_constants(form, symbols)
            as_, cs = _values(a, form) or [own_a], _values(c, form)
            for tube in dict.fromkeys(tubes) if form == "nanotube" else [(0, 0)]:
                base = name_of(form, symbols, tube)
                if guessed and not _values(a, form):
                    estimated.append(f"{base} {own_a:.3g} Å")
                for x, y in _pairs(form, as_, cs, own_c if own_a in as_ else None):
                    marks = [f"{z:g}" for z, many in ((x, len(as_) > 1), (y, len(cs) > 1)) if many and z is not None]
                    yield _Plan("^".join([base, *marks]), form, symbols, x, y, tube)
    if estimated:
        run.note("TKW318", f"Lattice constants a were estimated: {listing(estimated, 6)}. Set a where they matter.")


def _pairs(
    form: Form, as_: Sequence[float], cs: Sequence[float], usual: float | None
) -> Iterator[tuple[float, float | None]]:
    """Give every a with every c; where none is given, the usual one, or the usual ratio."""
    ratio = KINDS[form].c
    for a in as_:
        for c in (cs or [usual or a * ratio]) if ratio else [None]:
            yield a, c


def _values(constants: object, form: str) -> list[float]:
    own = constants.get(form) if isinstance(constants, Mapping) else constants
    return [] if own is None else list(dict.fromkeys(own)) if isinstance(own, list) else [float(own)]  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Elements:
    """Elements as they were written, the one of which there is less first."""

    text: str
    symbols: tuple[str, ...]
    amounts: tuple[int, ...]

    def fit(self, form: Form) -> bool:
        """Say whether a form has them in these amounts."""
        return self.amounts == KINDS[form].amounts


def _elements(text: str) -> _Elements:
    """Read ``Fe``, ``NaCl``, ``CaF2``. Raises TK319."""
    parts = re.findall(r"([A-Z][a-z]?)([1-9]?)", text)
    if "".join(s + n for s, n in parts) != text or not 1 <= len(parts) <= 2:
        raise problem(
            "TK319",
            f"'{shortened(text)}' is no element and no pair of two.",
            allowed="Allowed: as in Fe, NaCl, CaF2.",
            remedy=nearest(text, SYMBOLS),
            setting="elements",
        )
    unknown = [s for s, _ in parts if s not in NUMBERS]
    if unknown:
        raise problem(
            "TK319", f"'{unknown[0]}' is no element.", remedy=nearest(unknown[0], SYMBOLS), setting="elements"
        )
    ordered = sorted(((int(n or 1), s) for s, n in parts), key=itemgetter(0))
    return _Elements(text, tuple(s for _, s in ordered), tuple(n for n, _ in ordered))


@crystals.check
def _check(
    *, polytypes: list[Form], elements: list[str], a: object, c: object, tubes: list[list[int]] | None, **_: object
) -> None:
    given = [_elements(text) for text in elements]
    for form in polytypes:
        if not any(e.fit(form) for e in given):
            raise _unfit(f"{form} needs {_EXAMPLES[KINDS[form].amounts]}, but elements are {listing(elements)}.")
    for entry in given:
        if not any(entry.fit(form) for form in polytypes):
            raise _unfit(f"no form among {listing(polytypes)} takes '{entry.text}'.")
    for setting, constants in (("a", a), ("c", c)):
        for form in constants if isinstance(constants, Mapping) else ():
            if form not in polytypes:
                raise problem(
                    "TK320", f"'{form}' is not among the polytypes.", remedy=nearest(form, polytypes), setting=setting
                )
    without = [form for form in polytypes if KINDS[form].c is None]
    if c is not None and (set(c) & set(without) if isinstance(c, Mapping) else len(without) == len(polytypes)):
        raise problem(
            "TK320", f"{listing(without)} has no second lattice constant.", remedy="Leave c out.", setting="c"
        )
    for tube in tubes or ():
        if sum(tube) < 3:
            raise problem(
                "TK320", f"a nanotube ({tube[0]}, {tube[1]}) is too thin.", allowed="n + m from 3.", setting="tubes"
            )


def _unfit(fact: str) -> TenkaiError:
    return problem("TK319", fact, remedy="Name elements that fit the forms.", setting="elements")


def _refuse_large(plans: Sequence[_Plan], cells: Sequence[Crystal], times: tuple[int, int, int], each: int) -> None:
    """Say how large it would be before anything is repeated. Raises TK318."""
    total = 0
    for plan, cell in zip(plans, cells, strict=True):
        atoms = len(cell) * prod(_counts(cell, times))
        total += atoms * each
        if atoms > MOST_ATOMS:
            raise problem(
                "TK318",
                f"{plan.name} in a supercell of {times[0]} × {times[1]} × {times[2]} has {atoms} atoms.",
                allowed=f"At most {MOST_ATOMS}.",
                remedy="Take fewer cells.",
                setting="supercell",
            )
    if total > MOST_ATOMS_IN_ALL or len(plans) * each > MOST_CRYSTALS:
        raise problem(
            "TK318",
            f"{count(len(plans) * each, 'crystal')} would have {total} atoms together.",
            allowed=f"At most {MOST_CRYSTALS} crystals and {MOST_ATOMS_IN_ALL} atoms.",
            remedy="Make fewer copies, or of smaller cells.",
            setting="copies",
        )


def _counts(crystal: Crystal, times: tuple[int, int, int]) -> list[int]:
    return [n if repeats else 1 for n, repeats in zip(times, crystal.periodic, strict=True)]


def _repeated(crystal: Crystal, times: tuple[int, int, int]) -> Crystal:
    counts = _counts(crystal, times)
    if counts == [1, 1, 1]:
        return crystal
    shifts = np.indices(counts).reshape(3, -1).T @ crystal.cell
    positions = (shifts[:, None, :] + crystal.positions[None, :, :]).reshape(-1, 3)
    cell = crystal.cell * np.array(counts, np.float64)[:, None]
    return Crystal(np.tile(crystal.numbers, len(shifts)), positions, cell, crystal.periodic)


def _displaced(crystal: Crystal, plan: _Plan, times: tuple[int, int, int], k: int, sd: float, seed: int) -> Crystal:
    key = int(digest_json([plan.form, list(plan.symbols), plan.a, plan.c, list(plan.tube), list(times), k])[:16], 16)
    draw = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, key])))
    moved = crystal.positions + sd * draw.standard_normal(crystal.positions.shape)
    try:
        return sound(crystal.numbers, moved, crystal.cell, crystal.periodic)
    except ValueError as error:
        raise problem(
            "TK321",
            f"copy {k} of {plan.name} cannot be: {error}.",
            remedy="Take a smaller displacement, or another seed.",
            setting="displacement",
        ) from None


@crystals.schema
def _schema(**_: object) -> Schema:
    return Schema({**FACTS, "polytype": "category", "copy": "number"})
