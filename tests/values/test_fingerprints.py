"""Fingerprints bit by bit against RDKit called directly."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tenkai.errors import TenkaiError
from tenkai.values.apart import Answer
from tenkai.values.fingerprints import Recipe, fingerprints, matrix_of

TEXTS = ["CCO", "Cc1ccccc1", "C[C@H](N)C(=O)O", "F/C=C/F", "O=S(=O)(O)c1ccc(Cl)cc1", "[Na+].[Cl-]", "C" * 40]


def direct(recipe: Recipe) -> Callable[[Any], Any]:
    """What a chemist would write with RDKit, without our code."""
    from rdkit.Avalon import pyAvalonTools
    from rdkit.Chem import rdFingerprintGenerator, rdMolDescriptors

    make = rdFingerprintGenerator

    n, chiral = recipe.length or 1024, {"includeChirality": recipe.chirality}
    features = {"atomInvariantsGenerator": make.GetMorganFeatureAtomInvGen()}
    counts = recipe.values == "counts"
    if recipe.method == "maccs":
        return rdMolDescriptors.GetMACCSKeysFingerprint
    if recipe.method == "avalon":
        avalon = pyAvalonTools.GetAvalonCountFP if counts else pyAvalonTools.GetAvalonFP
        return lambda m: avalon(m, n)
    made = {
        "morgan": lambda: make.GetMorganGenerator(radius=recipe.radius, fpSize=n, **chiral),
        "feature-morgan": lambda: make.GetMorganGenerator(radius=recipe.radius, fpSize=n, **features, **chiral),
        "rdkit": lambda: make.GetRDKitFPGenerator(fpSize=n),
        "atom-pair": lambda: make.GetAtomPairGenerator(fpSize=n, **chiral),
        "torsion": lambda: make.GetTopologicalTorsionGenerator(fpSize=n, **chiral),
    }[recipe.method]()
    return lambda m: made.GetCountFingerprint(m) if counts else made.GetFingerprint(m)


def expected(recipe: Recipe, texts: list[str]) -> np.ndarray:
    from rdkit import Chem

    rows = []
    for text in texts:
        found = direct(recipe)(Chem.MolFromSmiles(text))
        row = np.zeros(found.GetNumBits() if hasattr(found, "GetNumBits") else found.GetLength(), np.int64)
        if recipe.values == "counts":
            for place, count in found.GetNonzeroElements().items():
                row[place] = count
        else:
            row[list(found.GetOnBits())] = 1
        rows.append(row)
    return np.array(rows)


@pytest.mark.row("P11", "P8")
@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(length=2048, radius=3, chirality=True),
        Recipe(length=100, radius=0),
        Recipe(values="counts"),
        Recipe("feature-morgan", length=2048),
        Recipe("feature-morgan", values="counts", chirality=True),
        Recipe("rdkit", length=2048),
        Recipe("rdkit", values="counts"),
        Recipe("atom-pair", chirality=True),
        Recipe("atom-pair", values="counts", length=512),
        Recipe("torsion", chirality=True),
        Recipe("torsion", values="counts"),
        Recipe("maccs"),
        Recipe("avalon", length=512),
        Recipe("avalon", values="counts"),
    ],
    ids=str,
)
def test_every_bit_equals_rdkit(recipe: Recipe) -> None:
    (answers,) = fingerprints(TEXTS, [recipe])
    found, cut = matrix_of(answers, recipe)
    assert found.dtype == np.uint8
    assert found.shape == (len(TEXTS), recipe.width)
    assert cut == 0
    assert np.array_equal(found, expected(recipe, TEXTS))
    assert found.any()


@pytest.mark.row("C8")
def test_molecules_of_qm9_give_the_same_bits_for_any_number_of_threads(data_dir: Path) -> None:
    texts = pl.read_csv(data_dir / "qm9" / "qm9.csv.gz", n_rows=100_000)["smiles"].gather_every(50).to_list()
    recipes = [Recipe(), Recipe(values="counts", length=2048)]
    one, three = (fingerprints(texts, recipes, threads=threads) for threads in (1, 3))
    for recipe, first, second in zip(recipes, one, three, strict=True):
        matrix = matrix_of(first, recipe)[0]
        assert np.array_equal(matrix, matrix_of(second, recipe)[0])
        assert np.array_equal(matrix[:100], expected(recipe, texts[:100]))


def test_mirror_images_differ_only_where_chirality_is_asked_for() -> None:
    texts = ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "F/C=C/F", "F/C=C\\F"]
    plain, chiral = Recipe(), Recipe(chirality=True)
    rows = [matrix_of(a, r)[0] for a, r in zip(fingerprints(texts, [plain, chiral]), [plain, chiral], strict=True)]
    assert np.array_equal(rows[0][0], rows[0][1])
    assert np.array_equal(rows[0][2], rows[0][3])
    assert (rows[1][0] != rows[1][1]).any()
    assert (rows[1][2] != rows[1][3]).any()


def test_rows_without_a_molecule_are_told_and_empty() -> None:
    ((good, bad),) = fingerprints(["CCO", "C1CC"], [Recipe()])
    assert (good.reason, bad.reason) == ("", "unclosed ring")
    found, _ = matrix_of([good, bad], Recipe())
    assert found.sum(axis=1).tolist() == [6, 0]


def test_counts_beyond_a_byte_are_cut_and_counted() -> None:
    packed = base64.b64encode(np.array([[3, 5], [255, 300]], np.uint32).tobytes()).decode()
    found, cut = matrix_of([Answer(packed)], Recipe(values="counts", length=8))
    assert found.tolist() == [[0, 0, 0, 255, 0, 255, 0, 0]]
    assert cut == 1


def test_a_molecule_with_too_many_paths_stops_nothing() -> None:
    # Twenty atoms, each bound to all others: the paths up to 7 bonds are too many to ever count.
    labels: list[str] = [""] * 20
    number = 10
    for i in range(20):
        for j in range(i + 2, 20):
            labels[i] += f"%({number})"
            labels[j] += f"%({number})"
            number += 1
    knot = "".join(f"[U]{label}" for label in labels)
    ((knotted, simple),) = fingerprints([knot, "CCO"], [Recipe("rdkit")], seconds=1)
    assert knotted.reason == "it takes longer than 1 s"
    assert simple.value


@pytest.mark.parametrize(
    ("recipe", "text"),
    [
        (Recipe("maccs", length=1024), "TK221 length: MACCS keys are 167 fixed questions; a length of 1024 is"),
        (Recipe("maccs", values="counts"), "TK221 values: MACCS keys are yes or no: there are no counts."),
        (Recipe("rdkit", radius=3), "TK221 radius: the method rdkit has no radius."),
        (Recipe("avalon", chirality=True), "TK221 chirality: the method avalon does not see chirality."),
    ],
)
def test_settings_a_method_does_not_know(recipe: Recipe, text: str) -> None:
    with pytest.raises(TenkaiError) as error:
        recipe.check()
    assert str(error.value).startswith(text)
