"""process.symmetry_functions: atomic environments as numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.process._described import Per, described, described_crystals, described_schema
from tenkai.process._symmetry_functions import (
    AngularForm,
    angle_values,
    cutoff_error,
    elements_of,
    functions_of,
    pair_values,
    per_crystal,
    refuse_crowded,
)
from tenkai.step import Column, Help, Length, Of, Range, Rows, Run, Shape, Unit, step
from tenkai.values import Schema, Table

VECTOR = "symmetry_functions"
Pair = Annotated[list[Annotated[float, Range(0, 1e6)]], Length(2, 2)]
Triple = Annotated[list[Annotated[float, Range(-1, 1e6)]], Length(3, 3)]


@step("process.symmetry_functions", version=1, title="Symmetry functions", rows=Rows(same=("table",)))
def symmetry_functions(
    table: Annotated[Table, Shape("n"), Help("rows with crystals")],
    *,
    crystal: Annotated[Column | None, Of("table", ("crystal",)), Help("default: the only column of crystals")] = None,
    cutoff: Annotated[
        float, Range(0, 100, open_low=True), Unit("Å"), Help("neighbors within this distance count")
    ] = 6.0,
    a: Annotated[
        Annotated[list[Annotated[float, Range(0, 1000, open_low=True)]], Length(1, 1000)] | None,
        Unit("Å"),
        Help("widths of exp(-(r - rp)²/a²); default: 0.70"),
    ] = None,
    rp: Annotated[
        Annotated[list[Annotated[float, Range(0, 100)]], Length(1, 1000)] | None,
        Unit("Å"),
        Help("centers rp, each with every width; default: 2.40, 3.00, ... 5.40"),
    ] = None,
    g2: Annotated[
        Annotated[list[Pair], Length(1, 5000)] | None,
        Help("two-body functions as pairs [eta, Rs]: exp(-eta (r - Rs)²)"),
    ] = None,
    angular: Annotated[
        Annotated[list[Triple], Length(1, 1000)] | None, Help("three-body functions as [eta, zeta, lambda], lambda ±1")
    ] = None,
    angular_form: Annotated[AngularForm, Help("G4: the three atoms lie close; G5: two of them may lie apart")] = "G4",
    neighbors: Annotated[
        Literal["sum", "elements"], Help("sum over all neighbors, or one function per element (pair of elements)")
    ] = "sum",
    per: Annotated[Per, Help("mean over the atoms of each crystal, or a row per atom (as process.atoms)")] = "crystal",
    keep: Annotated[
        list[Column] | None, Of("table"), Help("with rows per atom: columns of the crystal to repeat")
    ] = None,
    output: Annotated[
        Literal["columns", "vector"], Help("a named column per function, or one vector column")
    ] = "columns",
    run: Run,
) -> Table:
    """Describe the surroundings of atoms by Behler's symmetry functions.

    A two-body function sums a Gaussian in the distance over all neighbors within the cutoff, images included:
    G2 = Σ exp(-eta (r - Rs)²) f(r) with f(r) = (cos(π r / cutoff) + 1) / 2. In the form of the tutorials it is
    written exp(-(r - rp)²/a²), so that eta = 1/a². Three-body functions sum over pairs of neighbors and see angles.
    Without any of `a`, `rp`, `g2`, `angular` the six functions of the tutorials are made: ``a0.70_rp2.40`` and so on.

    Raises
    ------
    TenkaiError
        TK230 where there is no column of crystals, TK231 for a text that is none, TK208 where one is missing; TK233 for
        functions that cannot be (lambda, a center beyond the cutoff, one twice); TK234 where the cutoff holds too
        many neighbors; TK210 where a name is taken, TK212 for too many columns; TK311 without DScribe (three-body).

    Notes
    -----
    Values do not change when a crystal is turned, shifted, or told by a larger cell. They do change with the density:
    two samples of one structure under different pressure differ. Per crystal the mean over atoms is told: a crystal
    with two kinds of sites looks as one of the kind between them; take rows per atom then. With ``neighbors: elements``
    the columns depend on which elements the table has, and their number grows with it; new rows with other elements
    have other columns.

    Source
    ------
    J. Behler, M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007); J. Behler, J. Chem. Phys. 134, 074106 (2011), eqs.
    5, 7 and 8 (G2, G4, G5). Three-body functions by DScribe: L. Himanen et al., Comput. Phys. Commun. 247, 106949
    (2020).

    Example
    -------
    >>> import tenkai as tk
    >>> iron = tk.collect.generate.crystals(polytypes=["bcc", "fcc"], elements=["Fe"], a={"bcc": 2.866, "fcc": 3.76})
    >>> tk.process.symmetry_functions(iron)["a0.70_rp2.40"].round(6).to_list()
    [7.07426, 6.206482]
    """
    functions = functions_of(a, rp, g2, angular, angular_form)
    column, crystals = described_crystals(table, crystal)
    refuse_crowded(crystals, table.ids.to_list(), cutoff)
    elements = elements_of(crystals) if neighbors == "elements" else None
    parts = []
    if functions.pairs:
        run.progress(0, len(crystals), "two-body functions")
        parts.append(pair_values(crystals, functions, cutoff, elements, run.threads))
    if functions.angles:
        tell = _teller(run, len(crystals))
        parts.append(angle_values(crystals, functions, cutoff, elements, tell))
    values = np.hstack(parts)
    if per == "crystal":
        values = per_crystal(values, crystals)
    names = functions.names(elements) if output == "columns" else VECTOR
    return described("process.symmetry_functions", table, column, crystals, values, names, per, keep)


def _teller(run: Run, total: int) -> Callable[[int], None]:
    return lambda k: run.progress(k, total, "three-body functions")


@symmetry_functions.check
def _check(
    *,
    cutoff: float,
    a: list[float] | None,
    rp: list[float] | None,
    g2: list[list[float]] | None,
    angular: list[list[float]] | None,
    angular_form: AngularForm,
    per: Per,
    keep: list[Column] | None,
    **_: object,
) -> None:
    wrong = cutoff_error(functions_of(a, rp, g2, angular, angular_form), cutoff)
    if wrong is not None:
        raise wrong
    if keep is not None and per == "crystal":
        raise problem(
            "TK233", "'keep' is for rows per atom.", remedy="Set per: atom, or leave keep out.", setting="keep"
        )


@symmetry_functions.schema
def _schema(
    table: Schema | None,
    *,
    crystal: Column | None,
    a: list[float] | None,
    rp: list[float] | None,
    g2: list[list[float]] | None,
    angular: list[list[float]] | None,
    angular_form: AngularForm,
    neighbors: str,
    per: Per,
    keep: list[Column] | None,
    output: str,
    **_: object,
) -> Schema | None:
    if output == "vector":
        return described_schema(table, crystal, {VECTOR: "vector"}, per, keep)
    if neighbors == "elements":
        return None  # the elements are known from the data only
    names = functions_of(a, rp, g2, angular, angular_form).names(None)
    return described_schema(table, crystal, dict.fromkeys(names, "number"), per, keep)
