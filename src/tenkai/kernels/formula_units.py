"""Units of measurement as products of powers of unit words, such as eV Å^-2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

__all__ = ["UNITLESS", "Unit", "Units", "read_unit", "write_unit"]

Unit = tuple[tuple[str, Fraction], ...]
"""Unit words in order of the alphabet, each with its power; no power is 0."""

UNITLESS: Unit = ()
LONGEST, LARGEST = 200, 1000
_SAME = {"angstrom": "Å", "Angstrom": "Å", "A°": "Å", "Å": "Å", "unitless": "1", "none": "1"}
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_PART = re.compile(
    r"\s*(?P<sign>[*/·×]?)\s*(?P<word>1|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹]+°?|[%°])\s*"
    r"(?:(?:\^|\*\*)\s*\(?(?P<power>[-+]?\d{1,4}(?:/\d{1,4}|\.\d{1,4})?)\)?|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\s*"
)


def read_unit(text: str) -> Unit:
    """Read a unit: words joined by * (or a space) and /, with powers: ``eV/Å^2``, ``kg m² s⁻¹``, ``GPa^(1/2)``, ``1``.

    Words are taken as they stand, but for the spellings of Å: eV and meV are different units.

    Raises
    ------
    ValueError
        With the place that cannot be read.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it is {len(text)} characters long (at most {LONGEST})")
    found: dict[str, Fraction] = {}
    at = 0
    while at < len(text) or at == 0:
        part = _PART.match(text, at)
        if part is None:
            raise ValueError(f"a unit word is missing at '{text[at:]}'" if text[at:] else "it is empty")
        sign, word = part["sign"], part["word"]
        if at == 0 and sign:
            raise ValueError(f"it begins with '{sign}'")
        power = Fraction(part["power"] or (part["raised"] or "1").translate(_POWERS)) if _whole(part) else None
        if power is None or abs(power) > LARGEST:
            raise ValueError(f"the power at '{text[at:].strip()}' is none")
        word = _SAME.get(word, word)
        if word != "1":
            found[word] = found.get(word, Fraction(0)) + (-power if sign == "/" else power)
        at = part.end()
    return _tidy(found.items())


def _whole(part: re.Match[str]) -> bool:
    power, raised = part["power"], part["raised"]
    if power and "/" in power and int(power.split("/")[1]) == 0:
        return False
    return not raised or ("⁻" not in raised[1:] and raised != "⁻")


def write_unit(unit: Unit) -> str:
    """Write a unit: ``Å^-2 eV``; 1 for a plain number."""
    return " ".join(word if p == 1 else f"{word}^{_power(p)}" for word, p in unit) or "1"


def _power(power: Fraction) -> str:
    return str(power.numerator) if power.denominator == 1 else f"({power})"


def _tidy(powers: Iterable[tuple[str, Fraction]]) -> Unit:
    return tuple(sorted((word, p) for word, p in powers if p))


class Units:
    """A growing list of units, each with a number; what operators make of them is looked up once.

    Number 0 is a plain number.
    """

    def __init__(self) -> None:
        self.known: list[Unit] = [UNITLESS]
        self._number: dict[Unit, int] = {UNITLESS: 0}
        self._made: dict[tuple[int, int, int], int] = {}
        self._powers: dict[tuple[int, Fraction], int] = {}

    def number(self, unit: Unit) -> int:
        """Return the number of a unit."""
        if unit not in self._number:
            self._number[unit] = len(self.known)
            self.known.append(unit)
        return self._number[unit]

    def product(self, a: int, b: int, sign: int = 1) -> int:
        """Return the number of a b, or with sign -1 of a / b."""
        key = (a, b, sign)
        if key not in self._made:
            powers = dict(self.known[a])
            for word, power in self.known[b]:
                powers[word] = powers.get(word, Fraction(0)) + sign * power
            self._made[key] = self.number(_tidy(powers.items()))
        return self._made[key]

    def power(self, a: int, exponent: Fraction) -> int:
        """Return the number of a unit raised to a power."""
        key = (a, exponent)
        if key not in self._powers:
            self._powers[key] = self.number(_tidy((word, p * exponent) for word, p in self.known[a]))
        return self._powers[key]
