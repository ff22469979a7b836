"""collect.generate.crystals: crystals of known forms, also with displaced atoms."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.collect.generate._forms import Form, built
from tenkai.collect.generate._plans import check_fit, displaced, plans_of, refuse_large, repeated
from tenkai.step import Advanced, Help, Length, Range, Run, Seed, Unit, step
from tenkai.values import Schema, Table
from tenkai.values.crystal_columns import FACTS, facts
from tenkai.values.crystals import Crystal
from tenkai.values.hashing import digest_json

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
    plans = list(plans_of(polytypes, elements, a, c, [(t[0], t[1]) for t in tubes or [[6, 0]]], run))
    times = (supercell[0], supercell[1], supercell[2])
    cells = [built(plan.form, plan.symbols, plan.a, plan.c, plan.tube) for plan in plans]
    refuse_large(plans, cells, times, copies + perfect)
    made: list[tuple[str, str, int, Crystal]] = []
    width = max(2, len(str(copies - 1)))
    for plan, cell in run.track(zip(plans, cells, strict=True), len(plans), "making crystals"):
        whole = repeated(cell, times)
        if perfect:
            made.append((plan.name, plan.form, 0, whole))
        for k in range(copies):
            name = f"{plan.name}_{k:0{width}d}"
            made.append((name, plan.form, k + 1, displaced(whole, plan, times, k, displacement, seed)))
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


@crystals.check
def _check(
    *, polytypes: list[Form], elements: list[str], a: object, c: object, tubes: list[list[int]] | None, **_: object
) -> None:
    check_fit(polytypes, elements, a, c, tubes)


@crystals.schema
def _schema(**_: object) -> Schema:
    return Schema({**FACTS, "polytype": "category", "copy": "number"})
