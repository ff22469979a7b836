"""Reading SMILES: what RDKit itself says of them, its reasons in plain words, and texts meant to do harm."""

from __future__ import annotations

import pytest

from tenkai.errors import TenkaiError
from tenkai.values.molecules import forms, molecule_column, molecules_apart, reason


def reasons(*texts: str | None) -> list[str]:
    return [a.reason for a in molecules_apart(forms, list(texts), "canonical")]


def canonical(*texts: str) -> list[str]:
    return [a.value for a in molecules_apart(forms, list(texts), "canonical")]


@pytest.mark.row("P9")
def test_branches_stand_in_brackets() -> None:
    # The same isobutane three times, and butane, which is another molecule.
    assert canonical("CC(C)C", "C(C)(C)C", "[CH3][CH]([CH3])[CH3]", "CCCC") == ["CC(C)C"] * 3 + ["CCCC"]


@pytest.mark.row("P9")
def test_small_letters_are_aromatic_and_numbers_close_rings() -> None:
    assert canonical("c1ccccc1", "C1=CC=CC=C1", "C1CCCCC1", "CCCCCC") == ["c1ccccc1"] * 2 + ["C1CCCCC1", "CCCCCC"]
    # Ring numbers may be used again, and two-digit ones have a percent sign.
    assert canonical("c1ccccc1-c1ccccc1", "c%12ccccc%12-c9ccccc9") == ["c1ccc(-c2ccccc2)cc1"] * 2


@pytest.mark.row("P9")
def test_double_and_triple_bonds() -> None:
    assert canonical("C=C", "C#C", "CC", "C=O", "O=C") == ["C=C", "C#C", "CC", "C=O", "C=O"]


@pytest.mark.row("P9")
def test_cis_and_trans_and_mirror_images_are_kept_apart() -> None:
    cis, trans, unsaid = canonical("F/C=C\\F", "F/C=C/F", "FC=CF")
    assert len({cis, trans, unsaid}) == 3
    assert canonical("F\\C=C/F", "C(\\F)=C/F") == [cis, trans]
    left, right = canonical("N[C@@H](C)C(=O)O", "N[C@H](C)C(=O)O")
    assert left != right
    assert canonical("C[C@H](N)C(=O)O") == [left]


def test_the_form_as_written_is_kept() -> None:
    assert molecules_apart(forms, ["OCC"], "as written")[0].value == "OCC"


def test_reasons_are_those_of_the_parser() -> None:
    assert reasons("C1CC", "CC)", "C(C)(C)(C)(C)C", "c1cccc1", "hello", "C12CC12") == [
        "unclosed ring",
        "extra close parentheses at letter 3",
        "Explicit valence for atom # 0 C, 5, is greater than permitted",
        "Can't kekulize mol. Unkekulized atoms: 0 1 2 3 4",
        "syntax error at letter 1",
        "ring closure 2 duplicates bond between atom 0 and atom 2",
    ]


def test_a_fault_inside_rdkit_is_told_in_its_first_words() -> None:
    (said,) = reasons("[CH999]")
    assert said
    assert "/" not in said and len(said) < 200


def test_reasons_of_our_own() -> None:
    assert reasons("", None, "C" * 10_001, "炭素", "CCO ethanol") == [
        "there is no SMILES",
        "there is no SMILES",
        "it has 10001 letters, and at most 10000 are read",
        "no SMILES has the letter '炭'",
        "syntax error at letter 4",
    ]
    assert reason([]) == "it cannot be read"
    assert reason(["x" * 500]) == "x" * 159 + "…"


def test_large_and_broken_molecules_are_read_or_refused_and_never_hang() -> None:
    two_thousand = "C" * 2000
    broken_rings = "".join(f"C%{10 + i % 90}" for i in range(2000))
    cage = "c1" + "c2c(cccc2)" * 180 + "1"
    nested = "C(" * 3000 + "C" + ")" * 3000
    found = molecules_apart(forms, [two_thousand, broken_rings, cage, nested, "CCO"], "canonical", seconds=5, threads=2)
    assert found[0].value == two_thousand
    assert found[1].reason == "unclosed ring"
    assert all(a.value or a.reason for a in found)
    assert found[-1].value == "CCO"


def test_the_column_of_molecules() -> None:
    assert molecule_column({"a": "text", "b": "molecule"}, None, "molecule") == "b"
    assert molecule_column({"a": "text", "SMILES": "text"}, None, "molecule") == "SMILES"
    assert molecule_column({"a": "text"}, "a", "molecule") == "a"
    with pytest.raises(TenkaiError) as several:
        molecule_column({"a": "molecule", "b": "molecule"}, None, "molecule")
    assert str(several.value) == (
        "TK220 molecule: there are several columns of molecules: 'a', 'b'. The table has 'a', 'b'. "
        "Name one with 'molecule'."
    )
    with pytest.raises(TenkaiError) as none:
        molecule_column({"x": "text"}, None, "smiles")
    assert str(none.value) == (
        "TK220 smiles: no column holds molecules. The table has 'x'. Name the column of SMILES with 'smiles'."
    )
