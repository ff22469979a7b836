import numpy as np
import pytest
from dscribe.descriptors import SOAP

import tenkai as tk
from tenkai.values.crystal_columns import crystals_of


@pytest.mark.row("P15")
def test_equal_to_dscribe(error_of):
    table = tk.collect.generate.crystals(polytypes=["rocksalt", "zincblende"], elements=["NaCl"], copies=1)
    soap = SOAP(species=["Na", "Cl"], r_cut=4.0, n_max=3, l_max=2, sigma=0.5, periodic=True)
    atoms = [soap.create(c.to_ase()) for c in crystals_of(table, "crystal")]
    found = tk.process.soap(table, cutoff=4.0, radial=3, angular=2)
    np.testing.assert_allclose(found.matrix(["soap"]), [a.mean(axis=0) for a in atoms], rtol=1e-12)
    each = tk.process.soap(table, cutoff=4.0, radial=3, angular=2, per="atom", keep=["polytype"])
    np.testing.assert_allclose(each.matrix(["soap"]), np.concatenate(atoms), rtol=1e-12)
    assert each.ids[0] == "NaCl-rocksalt^0"
    flow = tk.process.soap.flow({"table": table.schema}, tk.process.soap.convert({"per": "atom", "keep": ["polytype"]}))
    assert dict(flow["table"].columns) == dict(each.kinds)
    error_of(lambda: tk.process.soap(found), "TK210")
    error_of(lambda: tk.process.soap(table, cutoff=99.0), "TK234")


def test_turning_does_not_matter():
    iron = tk.collect.generate.crystals(polytypes=["bcc"], elements=["Fe"], copies=1, supercell=[2, 2, 2])
    (first, second) = crystals_of(iron, "crystal")
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    from tenkai.values.crystals import Crystal

    turned = Crystal(second.numbers, second.positions @ turn, second.cell @ turn).text()
    both = tk.Table.from_({"crystal": [second.text(), turned]}, kinds={"crystal": "crystal"})
    a, b = tk.process.soap(both, radial=4, angular=3).matrix(["soap"])
    np.testing.assert_allclose(a, b, rtol=1e-6)
    assert len(first) == 16
