"""Two-body symmetry functions: by hand, against DScribe, and the same bits for any number of threads."""

import math

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from dscribe.descriptors import ACSF
from hypothesis import given, settings
from hypothesis import strategies as st

from tenkai.kernels.symmetry_functions import _exp, cells_of, pair_functions

ETA = np.array([0.0, 0.05, 1.0, 4.0, 2.0])
CENTERS = np.array([0.0, 0.0, 2.4, 3.0, 5.5])


def ours(atoms: list[Atoms], cutoff: float, threads: int = 1, elements: list[int] | None = None) -> np.ndarray:
    cells = cells_of([a.positions for a in atoms], [a.cell.array for a in atoms], [a.pbc for a in atoms], cutoff)
    numbers = np.concatenate([a.numbers for a in atoms])
    kinds = np.searchsorted(elements, numbers) if elements else np.zeros(len(numbers), np.int64)
    values, _ = pair_functions(cells, kinds.astype(np.int64), len(elements or [0]), ETA, CENTERS, cutoff, threads)
    return values


def theirs(atoms: Atoms, cutoff: float, species: list[str]) -> np.ndarray:
    parameters = np.column_stack([ETA, CENTERS]).tolist()
    acsf = ACSF(species=species, r_cut=cutoff, g2_params=parameters, periodic=bool(atoms.pbc.any()))
    return acsf.create(atoms).reshape(len(atoms), len(species), -1)[:, :, 1:]


def test_two_atoms_by_hand():
    pair = Atoms("H2", [[0, 0, 0], [1.5, 0, 0]], cell=[9, 9, 9], pbc=False)
    smooth = 0.5 * (math.cos(math.pi * 1.5 / 4) + 1)
    expected = np.exp(-ETA * (1.5 - CENTERS) ** 2) * smooth
    np.testing.assert_allclose(ours([pair], 4.0)[:, 0], [expected, expected], rtol=1e-14)


def test_one_atom_sees_its_images():
    # Simple cubic, cutoff between the second (a √2, 12) and the third shell (a √3, 8).
    values = ours([Atoms("Po", cell=np.eye(3) * 3, pbc=True)], 4.5)[0, 0]
    shells = [(6, 3.0), (12, 3 * math.sqrt(2))]
    expected = sum(n * np.exp(-ETA * (r - CENTERS) ** 2) * 0.5 * (math.cos(math.pi * r / 4.5) + 1) for n, r in shells)
    np.testing.assert_allclose(values, expected, rtol=1e-13)


@pytest.mark.row("P15")
@pytest.mark.parametrize("pbc", [(True, True, True), (True, True, False), (False, False, True)])
@pytest.mark.parametrize("size", [1, 3])
def test_equal_to_dscribe(pbc: tuple[bool, bool, bool], size: int):
    cell = np.array([[4.1, 0, 0], [1.9, 4.4, 0], [-0.7, 1.2, 5.0]])
    salt = Atoms("NaClNaO", np.random.default_rng(1).random((4, 3)) @ cell + [9, -30, 4], cell=cell, pbc=pbc)
    salt = salt * tuple(size if p else 1 for p in pbc)
    salt.rattle(0.05, seed=2)
    expected = theirs(salt, 6.0, ["O", "Na", "Cl"])
    np.testing.assert_allclose(ours([salt], 6.0, elements=[8, 11, 17]), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours([salt], 6.0)[:, 0], expected.sum(axis=1), rtol=1e-12, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(1.5, 12.0))
def test_any_cell_and_cutoff(seed: int, cutoff: float):
    """Against all images one by one, in cells of any shape."""
    rng = np.random.default_rng(seed)
    cell = np.diag(rng.uniform(2, 6, 3)) + rng.uniform(-1.5, 1.5, (3, 3)) * np.tri(3, k=-1)
    atoms = Atoms("C" * 3, rng.uniform(-5, 5, (3, 3)), cell=cell, pbc=True)
    reach = np.ceil(cutoff * np.linalg.norm(np.linalg.inv(cell), axis=0)).astype(int) + 4
    images = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), -1).reshape(-1, 3) @ cell
    expected = np.zeros((3, len(ETA)))
    for i in range(3):
        r = np.linalg.norm(atoms.positions[None] + images[:, None] - atoms.positions[i], axis=2).ravel()
        r = r[(r < cutoff) & (r > 1e-9)][:, None]
        expected[i] = (np.exp(-ETA * (r - CENTERS) ** 2) * 0.5 * (np.cos(np.pi * r / cutoff) + 1)).sum(axis=0)
    np.testing.assert_allclose(ours([atoms], cutoff)[:, 0], expected, rtol=1e-10, atol=1e-12)


def test_same_bits_for_any_number_of_threads():
    atoms = [bulk("Fe", "bcc", a=2.87, cubic=True) * (n, 2, 2) for n in (1, 2, 3, 4, 5)]
    for k, one in enumerate(atoms):
        one.rattle(0.1, seed=k)
    assert (ours(atoms, 6.0, 1) == ours(atoms, 6.0, 2)).all()
    assert (ours(atoms, 6.0, 1)[: len(atoms[0])] == ours(atoms[:1], 6.0, 1)).all()


def test_the_exponential():
    x = -np.concatenate([np.linspace(0, 50, 20_001), np.logspace(-12, 2.8, 2_000)])
    found = np.array([_exp(v) for v in x])
    np.testing.assert_allclose(found, np.exp(x), rtol=4e-16 * 2)
    assert _exp(-1e300) < 1e-300
