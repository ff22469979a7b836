"""Things behind the rows: pictures in strips, and molecules and crystals in three dimensions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from tenkai.errors import problem
from tenkai.workbench.rows import require_rows
from tenkai.workbench.wide import Wide

MOST_PICTURES = 4096  # tiles of one strip
PER_LINE = 32
MOST_HEAVY = 250  # atoms other than hydrogen of a molecule that is built: beyond, it takes minutes
MOST_ATOMS = 3000  # of a crystal that a browser turns without waiting
_SECONDS = 20.0
_SEED = 7


def pictures_strip(wide: Wide, column: str, positions: Sequence[int], side: int) -> bytes:
    """Return the pictures of some rows as one PNG of square tiles, 32 per line.

    Raises
    ------
    TenkaiError
        TK548 for rows that are not there, or too many; TK702 for a column without pictures.
    """
    from PIL import Image

    from tenkai.interpret._things import pictures

    if not positions or len(positions) > MOST_PICTURES or not 8 <= side <= 512:
        raise problem("TK548", f"{len(positions)} pictures of {side} pixels cannot be sent.")
    require_rows(wide, positions)
    if column not in wide.pictures:
        # The range of gray is that of the whole column, so that equal tiles have equal numbers; it is looked for once.
        wide.pictures[column] = pictures(wide.pick([column]), column, False)
    images = wide.pictures[column].of(positions, side)
    across = min(PER_LINE, len(images))
    sheet = Image.new("RGB", (across * side, -(-len(images) // across) * side), "white")
    for i, pixels in enumerate(images):
        picture = Image.fromarray(pixels)
        scale = side / max(picture.size)
        size = tuple(max(1, round(n * scale)) for n in picture.size)
        how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
        small = picture.resize((size[0], size[1]), how)
        x, y = (i % across) * side + (side - size[0]) // 2, (i // across) * side + (side - size[1]) // 2
        sheet.paste(small, (x, y))
    memory = io.BytesIO()
    sheet.save(memory, "PNG", compress_level=1)
    return memory.getvalue()


def structure(wide: Wide, column: str, position: int) -> dict[str, Any]:
    """Return a molecule or crystal in three dimensions.

    Returns
    -------
    dict
        `kind`; `format` and `text` as 3Dmol reads them (an empty text where `reason` says why there is none); `svg`,
        a drawing in the plane; `facts`, pairs of name and value.

    Raises
    ------
    TenkaiError
        TK201, TK202 for the column, TK548 for a row that is not there; TK311 without RDKit.
    """
    require_rows(wide, [position])
    table = wide.pick([column], np.array([position]))
    table.require([column], ("molecule", "crystal"), "column")
    text = table.frame[column][0]
    return _molecule(text) if table.kinds[column] == "molecule" else _crystal(text)


def _told(kind: str, format: str, text: str = "", svg: str = "", reason: str = "", **facts: str) -> dict[str, Any]:
    return {
        "kind": kind, "format": format, "text": text, "svg": svg, "reason": reason, "facts": list(facts.items()),
    }  # fmt: skip


def _molecule(text: str | None) -> dict[str, Any]:
    from tenkai.values.molecules import molecules_apart

    if not text:
        return _told("molecule", "sdf", reason="the cell is empty")
    answer = molecules_apart(built, [text], seconds=_SECONDS)[0]
    if answer.value is None:
        return _told("molecule", "sdf", reason=answer.reason, SMILES=text)
    return _told("molecule", "sdf", **answer.value, SMILES=text)


def built(text: str, _: Any) -> dict[str, str]:
    """Return a molecule with coordinates (ETKDG, then the force field MMFF) and its drawing. Runs in a worker.

    Source: S. Riniker, G. Landrum, J. Chem. Inf. Model. 55, 2562 (2015); T. Halgren, J. Comput. Chem. 17, 490 (1996).
    """
    from tenkai.values.molecules import parse

    molecule = parse(text)
    from rdkit import Chem
    from rdkit.Chem import rdDistGeom, rdForceFieldHelpers, rdMolDescriptors
    from rdkit.Chem.Draw import rdMolDraw2D

    drawing = rdMolDraw2D.MolDraw2DSVG(320, 240)
    rdMolDraw2D.PrepareAndDrawMolecule(drawing, molecule)
    drawing.FinishDrawing()
    told = {"svg": drawing.GetDrawingText(), "formula": rdMolDescriptors.CalcMolFormula(molecule)}
    if molecule.GetNumHeavyAtoms() > MOST_HEAVY:
        return {**told, "reason": f"it has more than {MOST_HEAVY} atoms beside hydrogen"}
    whole = Chem.AddHs(molecule)
    parameters: Any = rdDistGeom.ETKDGv3()
    parameters.randomSeed = _SEED
    if rdDistGeom.EmbedMolecule(whole, parameters) != 0:
        parameters.useRandomCoords = True
        if rdDistGeom.EmbedMolecule(whole, parameters) != 0:
            return {**told, "reason": "no arrangement in three dimensions was found for it"}
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(whole):
        rdForceFieldHelpers.MMFFOptimizeMolecule(whole, maxIters=500)
    return {**told, "text": Chem.MolToMolBlock(whole)}


def _crystal(text: str | None) -> dict[str, Any]:
    from tenkai.values.extended_xyz import read_crystal

    try:
        crystal = read_crystal(text or "")
    except ValueError as error:
        return _told("crystal", "xyz", reason=str(error))
    facts = {
        "formula": crystal.formula,
        "atoms": str(len(crystal)),
        "a, b, c": ", ".join(f"{x:.3f}" for x in crystal.lengths) + " Å",
        "α, β, γ": ", ".join(f"{x:.1f}" for x in crystal.angles) + "°",
        "volume": f"{crystal.volume:.2f} Å³",
    }
    if len(crystal) > MOST_ATOMS:
        return _told("crystal", "xyz", reason=f"it has more than {MOST_ATOMS} atoms", **facts)
    return _told("crystal", "xyz", crystal.text(), **facts)
