"""process.soap: smooth overlap of atomic positions."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from tenkai.errors import problem
from tenkai.extras import needed
from tenkai.process._described import Per, described, described_crystals, described_schema
from tenkai.process._symmetry_functions import elements_of, per_crystal, refuse_crowded
from tenkai.step import Advanced, Column, Help, Of, Range, Rows, Run, Shape, Unit, step
from tenkai.values import Schema, Table
from tenkai.values.matrix import MOST_CELLS

VECTOR = "soap"


@step("process.soap", version=1, title="SOAP vectors", rows=Rows(same=("table",)))
def soap(
    table: Annotated[Table, Shape("n"), Help("rows with crystals")],
    *,
    crystal: Annotated[Column | None, Of("table", ("crystal",)), Help("default: the only column of crystals")] = None,
    cutoff: Annotated[
        float, Range(1, 100, open_low=True), Unit("Å"), Help("neighbors within this distance count")
    ] = 5.0,
    radial: Annotated[int, Range(1, 30), Help("radial basis functions (n_max)")] = 8,
    angular: Annotated[int, Range(0, 20), Help("highest degree of spherical harmonics (l_max)")] = 6,
    width: Annotated[float, Range(0, 10, open_low=True), Unit("Å"), Help("Gaussian width of an atom (sigma)")] = 0.5,
    per: Annotated[Per, Help("mean over the atoms of each crystal, or a row per atom (as process.atoms)")] = "crystal",
    keep: Annotated[
        list[Column] | None, Of("table"), Help("with rows per atom: columns of the crystal to repeat")
    ] = None,
    basis: Annotated[Literal["gto", "polynomial"], Help("kind of radial basis functions"), Advanced] = "gto",
    run: Run,
) -> Table:
    """Describe the surroundings of atoms by the SOAP power spectrum, one vector per crystal or atom.

    The density of neighbors, each a Gaussian, is expanded in radial functions and spherical harmonics; the power
    spectrum of the expansion does not change when the crystal is turned. New column: `soap`.

    Raises
    ------
    TenkaiError
        TK230 where there is no column of crystals, TK231 for a text that is none, TK208 where one is missing; TK234
        where the cutoff holds too many neighbors; TK212 where the vectors are too many and too long; TK210 when there
        is a column `soap` already; TK311 without DScribe.

    Notes
    -----
    The length grows with the square of the number of elements in the table. The mean over atoms is that of their
    vectors ("outer" in DScribe). Distances between normalized vectors are the usual SOAP kernel; see
    `process.standardize` before methods that measure distances otherwise.

    Source
    ------
    A. P. Bartók, R. Kondor, G. Csányi, Phys. Rev. B 87, 184115 (2013). DScribe: L. Himanen et al., Comput. Phys.
    Commun. 247, 106949 (2020).

    Example
    -------
    >>> import tenkai as tk
    >>> iron = tk.collect.generate.crystals(polytypes=["bcc", "fcc"], elements=["Fe"])
    >>> tk.process.soap(iron, radial=4, angular=2)["soap"].dtype.shape
    (30,)
    """
    soap_of = needed("dscribe.descriptors", "crystals", "SOAP vectors").SOAP
    column, crystals = described_crystals(table, crystal)
    refuse_crowded(crystals, table.ids.to_list(), cutoff)
    maker = soap_of(
        species=elements_of(crystals), r_cut=cutoff, n_max=radial, l_max=angular, sigma=width, rbf=basis, periodic=True
    )
    length, atoms = int(maker.get_number_of_features()), sum(len(c) for c in crystals)
    if length * atoms > MOST_CELLS // 8:
        raise problem(
            "TK212",
            f"{atoms} vectors of length {length} are {length * atoms / 1e9:.1f} billion numbers.",
            allowed=f"At most {MOST_CELLS / 8e9:.1f} billion.",
            remedy="Take fewer crystals, or smaller radial and angular.",
        )
    parts = [
        np.asarray(maker.create(c.to_ase()), np.float64) for c in run.track(crystals, len(crystals), "SOAP vectors")
    ]
    values = np.concatenate(parts)
    if per == "crystal":
        values = per_crystal(values, crystals)
    return described("process.soap", table, column, crystals, values, VECTOR, per, keep)


@soap.schema
def _schema(
    table: Schema | None, *, crystal: Column | None, per: Per, keep: list[Column] | None, **_: object
) -> Schema | None:
    return described_schema(table, crystal, {VECTOR: "vector"}, per, keep)
