"""Formulas in LaTeX and in presentation MathML."""

from __future__ import annotations

from tenkai.kernels.formula_terms import ATOM, POWER, PRODUCT, SUM, Namer, Term

__all__ = ["escape", "latex", "mathml", "row", "sign"]


def latex(term: Term, name: Namer) -> str:
    """Write a term in LaTeX."""
    return _latex(term, name)[0]


def latex_name(column: str) -> str:
    """Write the name of a column in LaTeX: what follows the last _ stands below."""
    head, _, tail = column.rpartition("_") if 0 < column.rfind("_") < len(column) - 1 else (column, "", "")
    escaped = [part.replace("\\", r"\backslash ") for part in (head, tail)]
    for sign in "{}#$%&_":
        escaped = [part.replace(sign, "\\" + sign) for part in escaped]
    upright = [rf"\mathrm{{{part}}}".replace(" ", r"\ ").replace("^", r"\hat{\ }") for part in escaped]
    return f"{upright[0]}_{{{upright[1]}}}" if tail else upright[0]


def _latex(term: Term, name: Namer) -> tuple[str, int]:
    if not isinstance(term, tuple):
        return latex_name(name(term)), ATOM
    op = term[0]
    parts = [_latex(part, name) for part in term[1:]]

    def least(i: int, strength: int) -> str:
        said, holds = parts[i]
        return said if holds >= strength else rf"\left({said}\right)"

    if op == "|-|":
        return rf"\left|{parts[0][0]} - {least(1, PRODUCT)}\right|", ATOM
    if op in ("+", "-"):
        return f"{parts[0][0]} {op} {least(1, PRODUCT)}", SUM
    if op == "*":
        return rf"{least(0, PRODUCT)} \, {least(1, PRODUCT)}", PRODUCT
    if op in ("/", "^-1"):
        above, below = (parts[0][0], parts[1][0]) if op == "/" else ("1", parts[0][0])
        return rf"\frac{{{above}}}{{{below}}}", PRODUCT
    if op in ("^2", "^3"):
        return f"{least(0, ATOM)}^{{{op[1]}}}", POWER
    if op in ("exp", "exp-"):
        inner = parts[0][0] if op == "exp" else f"-{least(0, PRODUCT)}"
        return f"e^{{{inner}}}", POWER
    if op in ("sqrt", "cbrt"):
        return rf"\sqrt{'[3]' if op == 'cbrt' else ''}{{{parts[0][0]}}}", ATOM
    if op == "abs":
        return rf"\left|{parts[0][0]}\right|", ATOM
    return rf"\{op if op != 'log' else 'ln'}\left({parts[0][0]}\right)", ATOM


def mathml(term: Term, name: Namer) -> str:
    """Write a term in presentation MathML, without the <math> around it."""
    return _mathml(term, name)[0]


def mathml_name(column: str) -> str:
    """Write the name of a column in MathML: what follows the last _ stands below."""
    head, _, tail = column.rpartition("_") if 0 < column.rfind("_") < len(column) - 1 else (column, "", "")
    one, two = (f"<mi>{escape(part)}</mi>" for part in (head, tail))
    return f"<msub>{one}{two}</msub>" if tail else one


def escape(said: str) -> str:
    """Write a text so that no sign of it is read as markup."""
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def row(*parts: str) -> str:
    """Put parts side by side."""
    return f"<mrow>{''.join(parts)}</mrow>"


def sign(said: str) -> str:
    """Write an operator."""
    return f"<mo>{escape(said)}</mo>"


def _mathml(term: Term, name: Namer) -> tuple[str, int]:
    if not isinstance(term, tuple):
        return mathml_name(name(term)), ATOM
    op = term[0]
    parts = [_mathml(part, name) for part in term[1:]]

    def least(i: int, strength: int) -> str:
        said, holds = parts[i]
        return said if holds >= strength else row(sign("("), said, sign(")"))

    if op == "|-|":
        return row(sign("|"), parts[0][0], sign("−"), least(1, PRODUCT), sign("|")), ATOM
    if op in ("+", "-"):
        return row(parts[0][0], sign("−" if op == "-" else op), least(1, PRODUCT)), SUM
    if op == "*":
        return row(least(0, PRODUCT), sign("·"), least(1, PRODUCT)), PRODUCT
    if op in ("/", "^-1"):
        above, below = (parts[0][0], parts[1][0]) if op == "/" else ("<mn>1</mn>", parts[0][0])
        return f"<mfrac>{row(above)}{row(below)}</mfrac>", PRODUCT
    if op in ("^2", "^3"):
        return f"<msup>{row(least(0, ATOM))}<mn>{op[1]}</mn></msup>", POWER
    if op in ("exp", "exp-"):
        inner = parts[0][0] if op == "exp" else row(sign("−"), least(0, PRODUCT))
        return f"<msup><mi>e</mi>{row(inner)}</msup>", POWER
    if op == "sqrt":
        return f"<msqrt>{parts[0][0]}</msqrt>", ATOM
    if op == "cbrt":
        return f"<mroot>{row(parts[0][0])}<mn>3</mn></mroot>", ATOM
    if op == "abs":
        return row(sign("|"), parts[0][0], sign("|")), ATOM
    return row(f"<mi>{'ln' if op == 'log' else op}</mi>", sign("("), parts[0][0], sign(")")), ATOM
