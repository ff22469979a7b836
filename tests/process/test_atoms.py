import numpy as np
import pytest

import tenkai as tk


@pytest.mark.row("P15")
def test_atoms_and_the_way_back():
    crystals = tk.collect.generate.crystals(polytypes=["bcc", "rocksalt"], elements=["Fe", "NaCl"], a=4.0)
    atoms = tk.process.atoms(crystals, keep=["polytype"])
    assert atoms.ids.to_list()[:3] == ["Fe-bcc^0", "Fe-bcc^1", "NaCl-rocksalt^0"]
    assert atoms.columns == ["crystal", "atom", "element", "x", "y", "z", "polytype"]
    assert atoms["element"].to_list()[:4] == ["Fe", "Fe", "Na", "Cl"]
    np.testing.assert_allclose(atoms.matrix(["x", "y", "z"])[1], [2.0, 2.0, 2.0])
    assert atoms.identity.seen(crystals.identity.union()).all()
    assert atoms.identity.of(0).tolist() == crystals.identity.of(0).tolist()
    groups = tk.process.group(atoms, by=["crystal"], aggregate={"z": "max"}, size="n")
    assert groups.ids.to_list() == crystals.ids.to_list()
    assert groups["n"].to_list() == crystals["atoms"].to_list()
    both = tk.process.join(crystals, groups, lookup=True)
    assert both["z"].to_list() == [2.0, 2.0]
    flow = tk.process.atoms.flow({"table": crystals.schema}, tk.process.atoms.convert({"keep": ["polytype"]}))["table"]
    assert dict(flow.columns) == dict(atoms.kinds)


def test_refusals(error_of):
    plain = tk.Table.from_({"x": [1.0]})
    assert error_of(lambda: tk.process.atoms(plain), "TK230") == (
        "TK230 process.atoms crystal: the table has no column of crystals. It has 'x'. Read crystals with "
        "collect.structures, or from texts of a table with process.structures."
    )
    two = tk.Table.from_({"p": ["1"], "q": ["2"]}, kinds={"p": "crystal", "q": "crystal"})
    assert "Choose one: 'p', 'q'." in error_of(lambda: tk.process.atoms(two), "TK230")
    assert error_of(lambda: tk.process.atoms(two, crystal="q"), "TK231") == (
        "TK231 process.atoms crystal: the text in column 'q' at row 'Row0' is no crystal: it promises 2 atoms, but has "
        "0 lines of them. Allowed: extended XYZ of one frame. Read other forms (CIF, POSCAR) with process.structures."
    )
    iron = tk.collect.generate.crystals(polytypes=["bcc"], elements=["Fe"])
    named = iron.with_columns(iron.frame.rename({"copy": "element"}))
    error_of(lambda: tk.process.atoms(named, keep=["element"]), "TK210")
    error_of(lambda: tk.process.atoms(iron.take(np.array([False]))), "TK205")
