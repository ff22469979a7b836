"""The elements: symbols in the order of their numbers, and the order in which formulas name them."""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd

_BY_NUMBER = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts "
    "Og"
)
SYMBOLS = tuple(_BY_NUMBER.split())
"""The symbol of element Z stands at Z - 1."""

NUMBERS: Mapping[str, int] = {symbol: z for z, symbol in enumerate(SYMBOLS, start=1)}

# From the most electropositive to the most electronegative: IUPAC, Red Book 2005, table VI.
_ORDER = (
    "He Ne Ar Kr Xe Rn Og Fr Cs Rb K Na Li Ra Ba Sr Ca Mg Be Lr No Md Fm Es Cf Bk Cm Am Pu Np U Pa Th Ac Lu Yb Tm Er "
    "Ho Dy Tb Gd Eu Sm Pm Nd Pr Ce La Y Sc Rf Hf Zr Ti Db Ta Nb V Sg W Mo Cr Bh Re Tc Mn Hs Os Ru Fe Mt Ir Rh Co Ds Pt "
    "Pd Ni Rg Au Ag Cu Cn Hg Cd Zn Nh Tl In Ga Al B Fl Pb Sn Ge Si C Mc Bi Sb As P N H Lv Po Te Se S O Ts At I Br Cl F"
)
_PLACE = {symbol: i for i, symbol in enumerate(_ORDER.split())}


def reduced_formula(amounts: Mapping[str, int]) -> str:
    """Write a formula in smallest whole numbers, electropositive elements first.

    >>> reduced_formula({"Cl": 4, "Na": 4}), reduced_formula({"C": 4, "Si": 2, "Ti": 6}), reduced_formula({"C": 24})
    ('NaCl', 'Ti3SiC2', 'C')
    """
    divisor = gcd(*amounts.values())
    parts = sorted(amounts, key=_PLACE.__getitem__)
    return "".join(s + (str(amounts[s] // divisor) if amounts[s] != divisor else "") for s in parts)
