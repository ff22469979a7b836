"""Molecules as pictures: the 2-D drawing that chemists know, in pixels."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.values.apart import Answer
from tenkai.values.molecules import molecules_apart, parse

# Points apart of two bonded atoms, as a share of the side: small molecules are not blown up, large ones shrink.
BOND = 0.17
# Letters tell the elements; colors only help, dark enough to be read on white.
COLORS = {
    7: "#0072b2",
    8: "#c8321e",
    9: "#00757d",
    15: "#a35200",
    16: "#8a6d00",
    17: "#007a55",
    35: "#7f3b08",
    53: "#7d3156",
}
_PLACEHOLDER = 225  # gray of the cross that stands for what cannot be drawn


def molecule_pixels(texts: Sequence[str | None], side: int) -> NDArray[np.uint8]:
    """Draw molecules on white squares.

    Parameters
    ----------
    texts : SMILES
    side : pixels

    Returns
    -------
    array (m, side, side, 3)
        A gray cross where a molecule cannot be drawn, white where there is none.
    """
    different = list(dict.fromkeys(t for t in texts if t))
    answers = dict(zip(different, molecules_apart(molecule_picture, different, side), strict=True))
    out: NDArray[np.uint8] = np.full((len(texts), side, side, 3), 255, np.uint8)
    for pixels, text in zip(out, texts, strict=True):
        if text:
            pixels[...] = _pixels(answers[text], side)
    return out


def _pixels(answer: Answer, side: int) -> NDArray[np.uint8]:
    if answer.value is None:
        return crossed(side)
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(answer.value))) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def crossed(side: int) -> NDArray[np.uint8]:
    """Return a white square with a gray cross: there is something here that cannot be drawn."""
    across = np.arange(side)
    near = np.abs(across[:, None] - across[None, :]) <= max(1, side // 60)
    inner = (across > side * 0.2) & (across < side * 0.8)
    cross = (near | near[:, ::-1]) & inner[:, None] & inner[None, :]
    gray = np.where(cross, _PLACEHOLDER, 255).astype(np.uint8)
    return np.repeat(gray[:, :, None], 3, axis=2)


def molecule_picture(text: str, side: int) -> str:
    """Return a PNG of one molecule, as text. Runs in a worker."""
    from rdkit.Chem.Draw import rdMolDraw2D

    molecule = parse(text)
    canvas = rdMolDraw2D.MolDraw2DCairo(side, side)
    styled(canvas.drawOptions(), side)
    canvas.DrawMolecule(rdMolDraw2D.PrepareMolForDrawing(molecule, kekulize=True))
    canvas.FinishDrawing()
    return base64.b64encode(canvas.GetDrawingText()).decode()


def styled(options: Any, side: int) -> None:
    """Set RDKit's drawing options: one look for all pictures of molecules, whatever their size."""
    options.fixedBondLength = BOND * side
    options.bondLineWidth = max(1, round(side / 110))
    options.scaleBondWidth = False
    options.padding = 0.04
    options.minFontSize = min(7, max(4, round(side * 0.06)))
    options.maxFontSize = max(8, round(side * 0.11))
    options.updateAtomPalette({number: rgb(color) for number, color in COLORS.items()})


def rgb(color: str) -> tuple[float, float, float]:
    """Return a color as RDKit takes it."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
