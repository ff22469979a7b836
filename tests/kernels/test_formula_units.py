"""Units by hand."""

from fractions import Fraction

import pytest

from tenkai.kernels.formula_units import Units, read_unit, write_unit


@pytest.mark.row("L12")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eV", "eV"),
        ("eV/Å^2", "eV Å^-2"),
        ("eV Å⁻²", "eV Å^-2"),
        ("kg m^2 s**-2", "kg m^2 s^-2"),
        ("kg·m/s/s", "kg m s^-2"),
        ("1/s", "s^-1"),
        ("GPa^(1/2)", "GPa^(1/2)"),
        ("GPa^0.5", "GPa^(1/2)"),
        ("angstrom", "Å"),
        ("m/m", "1"),
        ("1", "1"),
        ("m²", "m^2"),
        ("%", "%"),
    ],
)
def test_units_are_read_and_written(text: str, said: str) -> None:
    assert write_unit(read_unit(text)) == said


@pytest.mark.parametrize(
    "text", ["", "eV//Å", "/s", "eV^", "eV^x", "m^(1/0)", "m^2000", "m⁻", "eV + Å", "m^1/2 3", "e" * 300]
)
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_unit(text)


@pytest.mark.row("L12")
def test_algebra_by_hand() -> None:
    units = Units()
    energy, length = units.number(read_unit("eV")), units.number(read_unit("Å"))

    def said(number: int) -> str:
        return write_unit(units.known[number])

    field = units.product(energy, length, -1)
    assert said(field) == "eV Å^-1"
    assert units.product(field, length) == energy
    assert units.product(length, length, -1) == 0  # a plain number
    assert said(units.power(field, Fraction(-1))) == "eV^-1 Å"
    root = units.power(length, Fraction(1, 2))
    assert said(root) == "Å^(1/2)"
    assert units.product(root, root) == length
    assert units.power(units.power(length, Fraction(1, 3)), Fraction(3)) == length
