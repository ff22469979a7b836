"""Numbers and settings as people write them: four digits, no noise, columns that line up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DIGITS = 4
NOTHING = "–"
_HIGH = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: Any) -> str:
    """Write a figure: four significant digits, whole numbers whole, very small and very large ones as powers.

    >>> number(0.817468), number(1797), number(60000), number(1234.5678), number(3.2e-7), number(True)
    ('0.8175', '1797', '60,000', '1235', '3.2 × 10⁻⁷', 'yes')
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    if not math.isfinite(value):
        return NOTHING if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size >= 9:
        mantissa, power = f"{value:.{DIGITS - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa.replace('-', '−')} × 10{str(int(power)).translate(_HIGH)}"
    text = f"{value:,.{max(0, DIGITS - 1 - size)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (text if abs(value) >= 10_000 else text.replace(",", "")).replace("-", "−")


@dataclass(frozen=True)
class Cell:
    """A cell as it is shown. `pad`: invisible digits behind it, so that decimal points stand in one line."""

    text: str
    pad: str = ""
    picture: str = ""


def aligned(values: Sequence[Any]) -> list[Cell]:
    """Write a column of figures so that their decimal points line up when set flush right.

    >>> [c.text + c.pad.replace("0", "_").replace(".", "_") for c in aligned([0.25, 12, None])]
    ['0.25', '12___', '–___']
    """
    texts = [number(v) for v in values]
    parts = [t.partition(".")[2] for t in texts]
    if any("×" in t for t in texts) or not any(parts):
        return [Cell(t) for t in texts]
    longest = max(len(p) for p in parts)
    return [Cell(t, ("" if p else ".") + "0" * (longest - len(p))) for t, p in zip(texts, parts, strict=True)]


def setting(value: Any, longest: int = 0) -> str:
    """Write a setting in one line, cut after `longest` characters where that is given.

    >>> setting({"except": ["dE", "A"]}), setting([1, 2]), setting(None), setting("minkowski")
    ('all except dE, A', '1, 2', 'none', 'minkowski')
    """
    text = _setting(value.written() if hasattr(value, "written") else value)
    return text if not longest or len(text) <= longest else text[: longest - 1].rstrip(" ,") + "…"


def _setting(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        if set(value) == {"except"}:
            return f"all except {_setting(value['except'])}"
        return "; ".join(f"{k}: {_setting(v)}" for k, v in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(_setting(v) for v in value) or "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    # A setting is quoted as it is, so that it can be copied: no rounding.
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def seconds(value: float) -> str:
    """Write a duration.

    >>> seconds(0.0123), seconds(3.21), seconds(75), seconds(4000)
    ('12 ms', '3.2 s', '1 min 15 s', '1 h 6 min')
    """
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(value: float) -> str:
    """Write a number of bytes.

    >>> size(1_230_000_000), size(45_600_000), size(900)
    ('1.2 GB', '46 MB', '1 kB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if value >= factor:
            return f"{value / factor:.1f} {unit}" if value < 10 * factor else f"{value / factor:.0f} {unit}"
    return f"{max(1, round(value / 1000))} kB"
