"""collect.generate.crystals: forms, lattice constants, copies, and what is refused."""

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

import tenkai as tk
from tenkai.collect.generate._forms import KINDS
from tenkai.errors import TenkaiError
from tenkai.values.crystal_columns import crystals_of

make = tk.collect.generate.crystals
ONE = [form for form, kind in KINDS.items() if kind.amounts == (1,)]

# Number and length (in units of a) of the shortest bonds of every atom, from textbooks.
NEAREST = {
    "sc": (6, 1),
    "bcc": (8, np.sqrt(3) / 2),
    "fcc": (12, np.sqrt(1 / 2)),
    "hcp": (12, 1),
    "diamond": (4, np.sqrt(3) / 4),
    "lonsdaleite": (4, np.sqrt(3 / 8)),
    "graphite": (3, np.sqrt(1 / 3)),
    "graphene": (3, np.sqrt(1 / 3)),
    "carbyne": (2, 0.5),
    "zincblende": (4, np.sqrt(3) / 4),
    "wurtzite": (4, np.sqrt(3 / 8)),
    "rocksalt": (6, 0.5),
    "cesiumchloride": (8, np.sqrt(3) / 2),
}


def error(**settings: object) -> str:
    with pytest.raises(TenkaiError) as caught:
        make(**settings)
    return str(caught.value)


@pytest.mark.row("C5")
@pytest.mark.parametrize("form", NEAREST)
def test_every_atom_has_the_neighbors_of_its_form(form: str):
    element = "C" if form in ONE else "ZnS"
    c = {"c": 4 * np.sqrt(8 / 3)} if form in ("hcp", "lonsdaleite", "wurtzite") else {}
    (crystal,) = crystals_of(make(polytypes=[form], elements=[element], a=4.0, **c), "crystal")
    number, bond = NEAREST[form]
    i, d = neighbor_list("id", crystal.to_ase(), 4.0 * bond * 1.01)
    assert np.bincount(i).tolist() == [number] * len(crystal)
    np.testing.assert_allclose(d, 4.0 * bond, rtol=1e-2)
    if form in ("zincblende", "wurtzite", "rocksalt", "cesiumchloride"):
        j = neighbor_list("j", crystal.to_ase(), 4.0 * bond * 1.01)
        assert (crystal.numbers[i] != crystal.numbers[j]).all()


def test_fluorite_takes_the_rarer_element_first():
    table = make(polytypes=["fluorite"], elements=["CaF2", "Li2O"], a=5.46)
    assert table["formula"].to_list() == ["CaF2", "Li2O"]
    assert table.ids.to_list() == ["CaF2-fluorite", "Li2O-fluorite"]


@pytest.mark.parametrize(("tube", "atoms"), [((6, 0), 24), ((5, 5), 20), ((4, 2), 56)])
def test_a_nanotube_is_a_rolled_sheet(tube: tuple[int, int], atoms: int):
    # Atoms per period: 4 (n² + nm + m²) / gcd(2n + m, 2m + n).
    table = make(polytypes=["nanotube"], elements=["C"], tubes=[list(tube)])
    (crystal,) = crystals_of(table, "crystal")
    assert len(crystal) == atoms
    assert crystal.periodic == (False, False, True)
    assert table["volume"].to_list() == [None]
    middle = crystal.positions[:, :2].mean(axis=0)
    radius = np.linalg.norm(crystal.positions[:, :2] - middle, axis=1)
    n, m = tube
    np.testing.assert_allclose(radius, 2.461 * np.sqrt(n * n + n * m + m * m) / (2 * np.pi), rtol=1e-6)
    assert np.bincount(neighbor_list("i", crystal.to_ase(), 1.6)).tolist() == [3] * atoms


@pytest.mark.row("C5")
def test_lattice_constants_per_form_and_their_names():
    table = make(polytypes=["bcc", "hcp"], elements=["Fe"], a={"bcc": [2.8, 2.9], "hcp": 2.455}, c={"hcp": [3.9, 4.0]})
    assert table.ids.to_list() == ["Fe-bcc^2.8", "Fe-bcc^2.9", "Fe-hcp^3.9", "Fe-hcp^4"]
    assert table["c"].to_list() == [2.8, 2.9, 3.9, 4.0]
    usual = make(polytypes=["bcc", "fcc"], elements=["Fe"])
    assert usual["a"][0] == 2.87  # ase.data.reference_states
    assert usual["volume"][0] / 2 == pytest.approx(usual["volume"][1] / 4)  # the volume per atom of the stable form
    assert [n.code for n in usual.notes] == ["TKW318"]
    assert "'Fe-fcc 3.62 Å'" in str(usual.notes[0])


@pytest.mark.row("C5")
def test_copies_depend_on_nothing_but_themselves():
    settings = {"elements": ["Fe"], "a": 3.0, "supercell": [3, 3, 3], "copies": 2, "displacement": 0.2, "seed": 5}
    both = make(polytypes=["bcc", "fcc"], **settings)
    one = make(polytypes=["fcc"], **{**settings, "copies": 1})
    assert both.ids.to_list()[:3] == ["Fe-bcc", "Fe-bcc_00", "Fe-bcc_01"]
    at = both.ids.to_list().index("Fe-fcc_00")
    assert both["crystal"][at] == one["crystal"][1]
    assert one["copy"].to_list() == [0, 1]
    perfect, shaken = (c.positions for c in crystals_of(one, "crystal"))
    assert (shaken - perfect).std() == pytest.approx(0.2, rel=0.1)
    assert make(polytypes=["fcc"], **{**settings, "seed": 6})["crystal"][1] != one["crystal"][1]
    assert make(polytypes=["fcc"], **settings, perfect=False)["copy"].to_list() == [1, 2]
    again = make(polytypes=["bcc", "fcc"], **settings)
    assert again.identity.seen(both.identity.union()).all()
    assert not one.identity.seen(both.identity.union()).any()


def test_columns_are_known_before_data():
    step = tk.collect.generate.crystals
    table = make(polytypes=["bcc"], elements=["Fe"])
    flow = step.flow({}, step.convert({"polytypes": ["bcc"], "elements": ["Fe"]}))["table"]
    assert dict(flow.columns) == dict(table.kinds)
    assert table.kinds["crystal"] == "crystal"


@pytest.mark.row("C5")
def test_refusals():
    assert (
        error(polytypes=["bcc"], elements=["Xx"])
        == "TK319 collect.generate.crystals elements: 'Xx' is no element. Did you mean 'Xe'?"
    )
    assert "'iron' is no element and no pair of two. Allowed: as in Fe, NaCl, CaF2." in error(
        polytypes=["bcc"], elements=["iron"]
    )
    assert error(polytypes=["rocksalt"], elements=["Fe"]) == (
        "TK319 collect.generate.crystals elements: rocksalt needs a pair, such as NaCl, but elements are 'Fe'. "
        "Name elements that fit the forms."
    )
    assert "no form among 'bcc' takes 'NaCl'" in error(polytypes=["bcc"], elements=["Fe", "NaCl"])
    assert "'fcc' is not among the polytypes" in error(polytypes=["bcc"], elements=["Fe"], a={"fcc": 3.6})
    assert "TK320" in error(polytypes=["bcc"], elements=["Fe"], c=4.0)
    assert "a nanotube (1, 0) is too thin" in error(polytypes=["nanotube"], elements=["C"], tubes=[[1, 0]])
    assert error(polytypes=["bcc"], elements=["Fe"], supercell=[100, 100, 100]) == (
        "TK318 collect.generate.crystals supercell: Fe-bcc in a supercell of 100 × 100 × 100 has 2000000 atoms. "
        "At most 20000. Take fewer cells."
    )
    assert "TK318" in error(polytypes=["bcc"], elements=["Fe"], supercell=[20, 20, 20], copies=10000)
    said = error(polytypes=["bcc"], elements=["Fe"], displacement=2.0, copies=900, supercell=[2, 2, 2])
    assert "TK321" in said
    assert "lie on one place. Take a smaller displacement, or another seed." in said
