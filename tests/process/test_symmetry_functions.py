from pathlib import Path

import numpy as np
import polars as pl
import pytest
from dscribe.descriptors import ACSF

import tenkai as tk
from tenkai.step import Run
from tenkai.values.crystal_columns import crystals_of

describe = tk.process.symmetry_functions


@pytest.fixture(scope="module")
def salts() -> tk.Table:
    return tk.collect.generate.crystals(
        polytypes=["rocksalt", "zincblende"], elements=["NaCl", "ZnS"], a=5.5, copies=1, displacement=0.1
    )


@pytest.mark.row("P15")
def test_the_published_rows(data_dir: Path):
    published = pl.read_csv(data_dir / "mi" / "Fe2_descriptor.csv")
    columns = [c for c in published.columns if c.startswith("a0.70_rp")]
    crystals = tk.collect.structures(path=str(data_dir / "mi" / "structures")).table
    for table in (
        describe(crystals),  # these are the functions it makes when none are asked for
        describe(crystals, cutoff=6.0, a=[0.7], rp=[2.4, 3.0, 3.6, 4.2, 4.8, 5.4]),
    ):
        for key in ("Fe-bcc", "Fe-fcc", "Fe-hcp"):
            ours = table.frame[table.ids.to_list().index(key)].select(columns).row(0)
            theirs = published.filter(pl.col("key") == key).select(columns).row(0)
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


@pytest.mark.row("P15")
@pytest.mark.parametrize("form", ["G4", "G5"])
def test_three_body_functions_and_elements(form: str, salts: tk.Table):
    found = describe(
        salts,
        per="atom",
        g2=[[0.5, 1.0]],
        angular=[[0.01, 1, 1], [0.02, 2, -1]],
        angular_form=form,
        neighbors="elements",
    )
    species = ["Na", "S", "Cl", "Zn"]
    parameters = {f"g{form[1]}_params": [[0.01, 1, 1], [0.02, 2, -1]]}
    acsf = ACSF(species=species, r_cut=6.0, g2_params=[[0.5, 1.0]], periodic=True, **parameters)
    expected = np.concatenate([acsf.create(c.to_ase()) for c in crystals_of(salts, "crystal")])
    two_body = [c for c in found.columns if c.startswith("eta")]
    assert two_body == [f"eta0.50_rs1.00_{e}" for e in species]
    np.testing.assert_allclose(found.matrix(two_body), expected[:, 1:8:2], rtol=1e-11, atol=1e-12)
    three_body = [c for c in found.columns if c.startswith("G")]
    np.testing.assert_allclose(found.matrix(three_body), expected[:, 8:], rtol=1e-11, atol=1e-12)
    # The pair of a name is the pair it sums over: zinc sulfide has no chlorine.
    zns = found.frame.filter(found.frame["crystal"].str.starts_with("ZnS"))
    names = [c for c in three_body if "Cl" in c]
    assert zns.select(names).to_numpy().max() == 0
    assert zns[f"{form}_eta0.01_zeta1.00_lambda1_S-Zn"].min() > 0


@pytest.mark.row("P15")
def test_sums_means_and_vectors(salts: tk.Table):
    settings = {"a": [0.5], "rp": [2.0, 3.0], "angular": [[0.01, 1, 1]]}
    atoms = describe(salts, per="atom", keep=["polytype"], **settings)
    parts = describe(salts, per="atom", neighbors="elements", **settings)
    pairs = [c for c in parts.columns if c.startswith("a0.50_rp2.00_")]
    np.testing.assert_allclose(parts.matrix(pairs).sum(axis=1), atoms["a0.50_rp2.00"], rtol=1e-12)
    triples = [c for c in parts.columns if c.startswith("G4")]
    np.testing.assert_allclose(parts.matrix(triples).sum(axis=1), atoms["G4_eta0.01_zeta1.00_lambda1"], rtol=1e-10)
    crystals = describe(salts, **settings)
    means = tk.process.group(atoms, by=["crystal"], aggregate={"a0.50_rp3.00": "mean"})
    np.testing.assert_allclose(crystals["a0.50_rp3.00"], means["a0.50_rp3.00"], rtol=1e-13)
    assert crystals.ids.to_list() == salts.ids.to_list()
    vector = describe(salts, output="vector", **settings)
    assert vector.kinds["symmetry_functions"] == "vector"
    np.testing.assert_array_equal(vector.matrix(["symmetry_functions"]), crystals.matrix(crystals.columns[-3:]))
    for table, more in ((crystals, {}), (vector, {"output": "vector"}), (atoms, {"per": "atom", "keep": ["polytype"]})):
        flow = describe.flow({"table": salts.schema}, describe.convert({**settings, **more}))["table"]
        assert dict(flow.columns) == dict(table.kinds)


@pytest.mark.row("P15")
def test_a_larger_cell_of_the_same_crystal_says_the_same():
    small = tk.collect.generate.crystals(polytypes=["hcp"], elements=["Ti"])
    large = tk.collect.generate.crystals(polytypes=["hcp"], elements=["Ti"], supercell=[3, 2, 4])
    names = describe(small).columns[-6:]
    np.testing.assert_allclose(describe(small).matrix(names), describe(large).matrix(names), rtol=1e-12)


def test_threads_do_not_matter(salts: tk.Table):
    settings = describe.convert({})
    one, two = (describe.run({"table": salts}, settings, Run(threads=n))["table"] for n in (1, 2))
    assert one.frame.equals(two.frame)


def test_refusals(error_of, salts: tk.Table):
    assert error_of(lambda: describe(salts, cutoff=0.0), "TK111").endswith("Allowed: a number, above 0 to 100.")
    error_of(lambda: describe(salts, cutoff=-6.0), "TK111")
    assert error_of(lambda: describe(salts, rp=[7.0]), "TK233") == (
        "TK233 process.symmetry_functions cutoff: a0.70_rp7.00 has its center beyond the cutoff of 6 Å. Centers lie "
        "within the cutoff. Take a larger cutoff, or other centers."
    )
    assert "lambda is 0.5" in error_of(lambda: describe(salts, angular=[[0.1, 1, 0.5]]), "TK233")
    assert "zeta 0" in error_of(lambda: describe(salts, angular=[[0.1, 0, 1]]), "TK233")
    assert "stands twice" in error_of(lambda: describe(salts, a=[0.5, 0.5], rp=[2.0]), "TK233")
    error_of(lambda: describe(salts, keep=["polytype"]), "TK233")
    error_of(lambda: describe(describe(salts)), "TK210")
    error_of(lambda: describe(tk.Table.from_({"x": [1]})), "TK230")
    assert "about" in error_of(lambda: describe(salts, cutoff=90.0, rp=[2.0]), "TK234")


def test_without_dscribe(monkeypatch: pytest.MonkeyPatch, error_of, salts: tk.Table):
    monkeypatch.setitem(__import__("sys").modules, "dscribe.descriptors", None)
    monkeypatch.setitem(__import__("sys").modules, "dscribe", None)
    text = error_of(lambda: describe(salts, angular=[[0.1, 1, 1]]), "TK311")
    assert "Install it with: pip install 'tenkai[crystals]'" in text
    assert describe(salts).height == salts.height  # two-body functions do without it
