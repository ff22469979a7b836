"""Reading formulas: text to a tree of an allow-list of operations. Nothing here runs code.

Binding, weakest first: or, and, not, comparison (``1 < x < 5`` is allowed), ``+ -``, ``* /``, sign, power.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tenkai.errors import TenkaiError, listing, nearest, problem
from tenkai.process._formula_text import Token, tokens, wrong
from tenkai.values.formula_names import is_plain, written

LONGEST = 4000
DEEPEST = 150

# name -> (fewest, most arguments)
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("abs", "exp", "log", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan"), (1, 1)),
    **dict.fromkeys(("floor", "ceil"), (1, 1)),
    **dict.fromkeys(("min", "max"), (2, None)),
    "where": (3, 3),
}
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
_BINDING = {"or": 10, "and": 20, **dict.fromkeys((*_COMPARISONS, "in", "is", "not"), 40)}
_BINDING |= {"+": 50, "-": 50, "*": 60, "/": 60, "**": 80}
_NOT, _SIGN, _POWER = 30, 70, 79
_FLAT = ("+", "*", "and", "or")


@dataclass(frozen=True)
class Node:
    """A part of a formula; `at` is where it stands in the text, `depth` how deep it is."""

    at: int
    depth: int = 1


@dataclass(frozen=True)
class Literal(Node):
    """A number, a text or a truth value."""

    value: float | int | str | bool = 0


@dataclass(frozen=True)
class Name(Node):
    """A column. Quoted names (in backticks) are never anything else."""

    name: str = ""
    quoted: bool = False


@dataclass(frozen=True)
class Operation(Node):
    """An operator or a function with its arguments.

    ``compare`` has one sign between each two arguments; ``missing`` is true where its argument has no value.
    """

    name: str = ""
    arguments: tuple[Node, ...] = ()
    signs: tuple[str, ...] = ()


def parse(text: str, columns: Collection[str] = ()) -> Node:
    """Read a formula.

    Parameters
    ----------
    text : the formula
    columns : names of columns, for better messages

    Raises
    ------
    TenkaiError
        TK209 with the place in the text.
    """
    if len(text) > LONGEST:
        raise problem("TK209", f"the formula is {len(text)} characters long.", allowed=f"At most {LONGEST}.")
    return _Parser(text, columns).whole()


def names_in(node: Node) -> Iterator[Name]:
    """Return the columns a formula reads, in the order of the text."""
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Operation):
        for argument in node.arguments:
            yield from names_in(argument)


class _Parser:
    """A Pratt parser: each operator has a strength; a stronger one takes what stands between two."""

    def __init__(self, text: str, columns: Collection[str]) -> None:
        self.text = text
        self.columns = columns
        self.tokens = list(tokens(text))
        self.i = 0
        self.open = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    def next(self) -> Token:
        token = self.token
        self.i += 1
        return token

    def whole(self) -> Node:
        node = self.expression(0)
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        return node

    def expression(self, least: int) -> Node:
        self.open += 1
        if self.open > DEEPEST:
            raise self.too_deep(self.token.at)
        left = self.prefix()
        while self.binding() > least:
            left = self.infix(left)
        self.open -= 1
        return left

    def binding(self) -> int:
        token = self.token
        return _BINDING.get(token.text, 0) if token.kind in ("sign", "word") else 0

    def prefix(self) -> Node:
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "text":
            return Literal(token.at, 1, token.text)
        if token.kind == "quoted":
            return Name(token.at, 1, token.text, True)
        if token.kind == "name":
            return self.call(token) if self.sees("(") else Name(token.at, 1, token.text)
        if token.text in ("true", "false") and token.kind == "word":
            return Literal(token.at, 1, token.text == "true")
        if token.text == "not" and token.kind == "word":
            return self.made(token, "not", self.expression(_NOT))
        if token.text in ("-", "+") and token.kind == "sign":
            inner = self.expression(_SIGN)
            return self.made(token, "sign", inner) if token.text == "-" else inner
        if token.text == "(" and token.kind == "sign":
            node = self.expression(0)
            self.expect(")")
            return node
        self.i -= 1
        raise self.unexpected("a number, a column or '('")

    def infix(self, left: Node) -> Node:
        token = self.next()
        if token.text in _COMPARISONS:
            return self.comparison(token, left)
        if token.text == "is":
            negated = self.takes("not")
            self.expect("missing")
            return self.negated(token, negated, self.made(token, "missing", left))
        if token.text in ("in", "not"):
            if token.text == "not":
                self.expect("in")
            return self.negated(token, token.text == "not", self.among(token, left))
        strength = _POWER if token.text == "**" else _BINDING[token.text]
        right = self.expression(strength)
        if token.text in _FLAT and isinstance(left, Operation) and left.name == token.text:
            # A sum of many columns is long, not deep.
            return self.made(token, token.text, *left.arguments, right)
        return self.made(token, token.text, left, right)

    def comparison(self, token: Token, left: Node) -> Node:
        signs, sides = [token.text], [left, self.expression(40)]
        while self.token.kind == "sign" and self.token.text in _COMPARISONS:  # 1 < x < 5
            signs.append(self.next().text)
            sides.append(self.expression(40))
        return self.made(token, "compare", *sides, signs=tuple(signs))

    def among(self, token: Token, left: Node) -> Node:
        self.expect("(")
        choices = self.arguments()
        if not choices:
            raise wrong(self.text, token.at, "the list after 'in' is empty.")
        return self.made(token, "in", left, *choices)

    def call(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            self.i -= 1
            raise wrong(
                self.text,
                token.at,
                f"there is no function '{token.text}'.",
                allowed=f"Functions: {', '.join(FUNCTIONS)}.",
                remedy=self.backticks(token.at) or nearest(token.text, FUNCTIONS),
            )
        self.expect("(")
        arguments = self.arguments()
        fewest, most = FUNCTIONS[token.text]
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            needs = f"{fewest} or more" if most is None else str(fewest)
            raise wrong(self.text, token.at, f"'{token.text}' got {len(arguments)} values; it takes {needs}.")
        return self.made(token, token.text, *arguments)

    def arguments(self) -> list[Node]:
        found: list[Node] = []
        if self.takes(")"):
            return found
        while True:
            found.append(self.expression(0))
            if self.takes(")"):
                return found
            self.expect(",", "',' or ')'")

    def number(self, token: Token) -> Node:
        if self.token.kind in ("name", "quoted", "number") and self.token.at == token.at + len(token.text):
            raise self.unexpected("an operator", remedy=f"Write {token.text} * {self.token.text} for a product.")
        whole = token.text.isascii() and token.text.isdigit() and len(token.text) < 19
        value = int(token.text) if whole else float(token.text)
        if math.isinf(value):
            raise wrong(self.text, token.at, f"the number {token.text} is too large.")
        return Literal(token.at, 1, value)

    # ---- small helpers ------------------------------------------------------------------------

    def made(self, token: Token, name: str, *arguments: Node, signs: tuple[str, ...] = ()) -> Node:
        depth = 1 + max(a.depth for a in arguments)
        if depth > DEEPEST:
            raise self.too_deep(token.at)
        return Operation(token.at, depth, name, arguments, signs)

    def negated(self, token: Token, negate: bool, node: Node) -> Node:
        return self.made(token, "not", node) if negate else node

    def sees(self, text: str) -> bool:
        return self.token.kind in ("sign", "word") and self.token.text == text

    def takes(self, text: str) -> bool:
        if self.sees(text):
            self.i += 1
            return True
        return False

    def expect(self, text: str, wanted: str = "") -> None:
        if not self.takes(text):
            raise self.unexpected(wanted or f"'{text}'")

    def too_deep(self, at: int) -> TenkaiError:
        return wrong(self.text, at, f"the formula is nested more than {DEEPEST} deep.", remedy="Split it in two.")

    def unexpected(self, wanted: str, remedy: str = "") -> TenkaiError:
        token = self.token
        found = "the end" if token.kind == "end" else f"'{token.text}'"
        hint = self.backticks(token.at) or remedy
        return wrong(self.text, token.at, f"here stands {found} instead of {wanted}.", remedy=hint)

    def backticks(self, at: int) -> str:
        """Return a hint where a column name with spaces or signs stands around a place without its backticks."""
        for name in sorted((c for c in self.columns if not is_plain(c)), key=len, reverse=True):
            start = self.text.find(name)
            if start >= 0 and start <= at <= start + len(name):
                return f"Write the column as {written(name)}."
        return ""


def unknown_column(text: str, node: Name, columns: Collection[str]) -> TenkaiError:
    """The error for a column that is not there, with the nearest name."""
    base = node.name.rstrip("²³")
    if node.quoted:
        hint = ""
    elif base != node.name and base in columns:
        hint = f"Write a power as {written(base)} ** {2 if node.name.endswith('²') else 3}."
    else:
        hint = _Parser(text, columns).backticks(node.at)
    return wrong(
        text,
        node.at,
        f"there is no column '{node.name}'.",
        allowed=f"The table has {listing(columns)}.",
        remedy=hint or nearest(node.name, columns) or f"If it is a text, write '{node.name}' in quotes.",
        code="TK201",
    )
