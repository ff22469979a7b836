"""The microscope: ethanol by hand, every bit against RDKit, and collisions counted in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.step import Run, get_step


def table(**molecules: str) -> tk.Table:
    return tk.Table.from_({"smiles": list(molecules.values())}, ids=list(molecules))


BOTH = table(ethanol="CCO", toluene="Cc1ccccc1")


@pytest.mark.row("P10")
def test_ethanol_by_hand() -> None:
    seen = tk.interpret.fingerprint_microscope(BOTH, length=2048)
    rows = seen.bits.frame.select("atom", "element", "radius", "substructure").rows()
    # Atom 0 is CH3, atom 1 CH2, atom 2 OH. With their neighbors these are three again; two bonds away is nothing new,
    # because from the middle one bond reaches all.
    assert rows == [
        (0, "C", 0, "[CH3]"),
        (1, "C", 0, "[CH2]"),
        (2, "O", 0, "[OH]"),
        (0, "C", 1, "[CH3][CH2]"),
        (1, "C", 1, "[CH2]([CH3])[OH]"),
        (2, "O", 1, "[OH][CH2]"),
    ]
    # The six bits of ethanol in many an RDKit tutorial (radius 2, 2048 bits).
    assert sorted(seen.bits["bit"]) == [80, 222, 294, 807, 1057, 1410]
    assert all(i % 2048 == b for i, b in zip(seen.bits["identifier"], seen.bits["bit"], strict=True))
    # OR over atoms is the fingerprint.
    (bits,) = tk.process.fingerprint(BOTH.take([0]), length=2048).table.matrix(["fingerprint"])
    assert sorted(set(seen.bits["bit"])) == bits.nonzero()[0].tolist()


@pytest.mark.row("P10")
def test_equal_atoms_of_toluene_share_their_bits() -> None:
    seen = tk.interpret.fingerprint_microscope(BOTH, rows=["toluene"]).bits.frame
    by_radius = {r: seen.filter(seen["radius"] == r) for r in (0, 1, 2)}
    # CH3, the carbon that holds it, and five CH of the ring; then ortho apart from meta and para; then all apart.
    assert [f["identifier"].n_unique() for f in by_radius.values()] == [3, 4, 4]
    ring = by_radius[0].filter(by_radius[0]["substructure"] == "[cH]")
    assert ring["atom"].to_list() == [2, 3, 4, 5, 6]
    assert ring["bit"].n_unique() == 1
    ortho = dict(zip(by_radius[1]["atom"], by_radius[1]["substructure"], strict=True))
    assert ortho[2] == ortho[6] == "[cH]([cH])[c]"
    assert ortho[3] == ortho[4] == ortho[5] == "[cH]([cH])[cH]"


def direct(smiles: str, settings: dict[str, Any]) -> dict[int, list[tuple[int, int]]]:
    """RDKit's own map from bits to atoms and radii, folded by RDKit."""
    from rdkit import Chem
    from rdkit.Chem import rdFingerprintGenerator

    features = rdFingerprintGenerator.GetMorganFeatureAtomInvGen()
    more = {"atomInvariantsGenerator": features} if settings.get("method") == "feature-morgan" else {}
    made = rdFingerprintGenerator.GetMorganGenerator(
        radius=settings.get("radius", 2), fpSize=settings.get("length", 1024),
        includeChirality=settings.get("chirality", False), **more,
    )  # fmt: skip
    output = rdFingerprintGenerator.AdditionalOutput()
    output.AllocateBitInfoMap()
    made.GetFingerprint(Chem.MolFromSmiles(smiles), additionalOutput=output)
    return {bit: sorted(map(tuple, places)) for bit, places in output.GetBitInfoMap().items()}


@pytest.mark.row("P10")
@pytest.mark.parametrize(
    "settings",
    [{}, {"length": 64, "radius": 3}, {"method": "feature-morgan"}, {"chirality": True, "length": 100}],
    ids=str,
)
def test_atoms_and_radii_equal_rdkit(settings: dict[str, Any]) -> None:
    smiles = "C[C@H](N)C(=O)Nc1ccc(Cl)cc1/C=C/C#N"
    found = tk.interpret.fingerprint_microscope(table(one=smiles), **settings).bits
    places: dict[int, list[tuple[int, int]]] = {}
    for bit, atom, radius in found.frame.select("bit", "atom", "radius").rows():
        places.setdefault(bit, []).append((atom, radius))
    assert {bit: sorted(p) for bit, p in places.items()} == direct(smiles, settings)


@pytest.mark.row("P10")
def test_collisions_of_a_whole_table(data_dir: Path) -> None:
    esol = tk.collect.csv(path=str(data_dir / "molecules" / "esol_delaney.csv")).take(range(150))
    seen = tk.interpret.fingerprint_microscope(esol, length=128)
    # Counted in another way: without folding, by RDKit's sparse fingerprints.
    from rdkit import Chem
    from rdkit.Chem import rdFingerprintGenerator

    made = rdFingerprintGenerator.GetMorganGenerator(radius=2)
    rows: dict[int, int] = {}
    for text in esol["smiles"]:
        for identifier in made.GetSparseFingerprint(Chem.MolFromSmiles(text.strip())).GetOnBits():
            identifier %= 2**32  # a sparse vector has signed places
            rows[identifier] = rows.get(identifier, 0) + 1
    bits: dict[int, set[int]] = {}
    for identifier in rows:
        bits.setdefault(identifier % 128, set()).add(identifier)
    several = {b: ids for b, ids in bits.items() if len(ids) > 1}
    found = seen.collisions.frame
    assert set(zip(found["bit"], found["identifier"], strict=True)) == {
        (b, i) for b, ids in several.items() for i in ids
    }
    assert dict(zip(found["identifier"], found["rows"], strict=True)) == {
        i: rows[i] for ids in several.values() for i in ids
    }
    assert seen.counts.figures == {
        "bits_on": len(bits),
        "substructures": len(rows),
        "bits_shared": len(several),
        "share_shared": len(several) / len(bits),
    }
    assert all(found["substructure"].str.len_chars() > 0)
    others = dict(zip(seen.bits["bit"], seen.bits["others"], strict=True))
    assert all(n == len(bits[b]) - 1 for b, n in others.items())


def test_clashes_within_a_molecule_are_framed_and_told() -> None:
    figure = tk.interpret.fingerprint_microscope(BOTH, rows=["ethanol", "toluene"], length=16, title="Folded").figure
    assert figure.text == "The bits of ethanol with 6 bits, toluene with 7 bits of 16, lit on the molecule."
    assert figure.spec["usermeta"]["caption"][1] == (
        "toluene: bits 0, 1, 15 stand for several of its substructures (orange frames)."
    )
    assert figure.to_png(scale=0.5).startswith(b"\x89PNG")


def test_a_large_molecule_is_cut_and_says_so() -> None:
    long = "N" + "C".join(f"C({x})" for x in ("F", "Cl", "Br", "I", "O", "N", "S", "P", "C#N", "C=O") * 2)
    figure = tk.interpret.fingerprint_microscope(table(long=long), radius=4).figure
    assert any(line.startswith("long: the first 90 of ") for line in figure.spec["usermeta"]["caption"])


def test_rows_that_cannot_be_read_do_not_count() -> None:
    some = table(good="CCO", bad="C1CC", other="CC")
    seen = tk.interpret.fingerprint_microscope(some)
    assert [str(n) for n in seen.figure.notes] == ["TKW760: 1 row of 3 cannot be read and does not count."]


def test_the_same_for_any_number_of_threads_and_as_the_schema_says() -> None:
    step = get_step("interpret.fingerprint_microscope")
    settings = step.convert({"length": 16})
    one, two = (step.run({"table": BOTH}, settings, Run(n)) for n in (1, 3))
    assert one["collisions"].frame.equals(two["collisions"].frame)
    known = step.flow({"table": BOTH.schema}, settings)
    for name in ("bits", "collisions"):
        assert known[name] is not None
        assert known[name].columns == one[name].kinds


def message(action: Any) -> str:
    with pytest.raises(TenkaiError) as error:
        action()
    return str(error.value)


def test_refusals() -> None:
    look = tk.interpret.fingerprint_microscope
    some = table(good="CCO", bad="C1CC")
    assert message(lambda: look(some, rows=["bad"])) == (
        "TK760 interpret.fingerprint_microscope rows: the molecule at row 'bad' cannot be read: unclosed ring. "
        "Choose another row."
    )
    assert "TK760" in message(lambda: look(some.take([])))
    assert "TK703" in message(lambda: look(some, rows=["gone"]))
    assert "radius: -1 is not allowed" in message(lambda: look(some, radius=-1))
    assert "length: 0 is not allowed" in message(lambda: look(some, length=0))
    assert "Allowed: one of morgan, feature-morgan." in message(lambda: look(some, method="maccs"))
