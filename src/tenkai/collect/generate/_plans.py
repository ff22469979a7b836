"""Which crystals a step is asked for, their copies, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from operator import itemgetter

import numpy as np

from tenkai.collect.generate._forms import KINDS, Form, name_of, usual_constants
from tenkai.errors import TenkaiError, count, listing, nearest, problem
from tenkai.step import Run
from tenkai.values.crystals import MOST_ATOMS, Crystal, sound
from tenkai.values.elements import NUMBERS, SYMBOLS
from tenkai.values.extended_xyz import shortened
from tenkai.values.hashing import digest_json

MOST_CRYSTALS = 100_000
MOST_ATOMS_IN_ALL = 10_000_000

_EXAMPLES = {(1,): "an element, such as Fe", (1, 1): "a pair, such as NaCl", (1, 2): "a pair, such as CaF2"}


@dataclass(frozen=True)
class Plan:
    """One perfect crystal to be made, and its row id."""

    name: str
    form: Form
    symbols: tuple[str, ...]
    a: float
    c: float | None
    tube: tuple[int, int]


def plans_of(
    forms: Sequence[Form], elements: Sequence[str], a: object, c: object, tubes: Sequence[tuple[int, int]], run: Run
) -> Iterator[Plan]:
    """Give every form with every entry of elements and lattice constants that fits it; note what was estimated."""
    given = [_elements(text) for text in dict.fromkeys(elements)]
    estimated: list[str] = []
    for form in dict.fromkeys(forms):
        for symbols in (e.symbols for e in given if e.fit(form)):
            own_a, own_c, guessed = usual_constants(form, symbols)
            as_, cs = _values(a, form) or [own_a], _values(c, form)
            for tube in dict.fromkeys(tubes) if form == "nanotube" else [(0, 0)]:
                base = name_of(form, symbols, tube)
                if guessed and not _values(a, form):
                    estimated.append(f"{base} {own_a:.3g} Å")
                for x, y in _pairs(form, as_, cs, own_c if own_a in as_ else None):
                    marks = [f"{z:g}" for z, many in ((x, len(as_) > 1), (y, len(cs) > 1)) if many and z is not None]
                    yield Plan("^".join([base, *marks]), form, symbols, x, y, tube)
    if estimated:
        run.note("TKW318", f"Lattice constants a were estimated: {listing(estimated, 6)}. Set a where they matter.")


def _pairs(
    form: Form, as_: Sequence[float], cs: Sequence[float], usual: float | None
) -> Iterator[tuple[float, float | None]]:
    """Give every a with every c; where none is given, the usual one, or the usual ratio."""
    ratio = KINDS[form].c
    for a in as_:
        for c in (cs or [usual or a * ratio]) if ratio else [None]:
            yield a, c


def _values(constants: object, form: str) -> list[float]:
    own = constants.get(form) if isinstance(constants, Mapping) else constants
    return [] if own is None else list(dict.fromkeys(own)) if isinstance(own, list) else [float(own)]  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Elements:
    """Elements as they were written, the one of which there is less first."""

    text: str
    symbols: tuple[str, ...]
    amounts: tuple[int, ...]

    def fit(self, form: Form) -> bool:
        """Say whether a form has them in these amounts."""
        return self.amounts == KINDS[form].amounts


def _elements(text: str) -> _Elements:
    """Read ``Fe``, ``NaCl``, ``CaF2``. Raises TK319."""
    parts = re.findall(r"([A-Z][a-z]?)([1-9]?)", text)
    if "".join(s + n for s, n in parts) != text or not 1 <= len(parts) <= 2:
        raise problem(
            "TK319",
            f"'{shortened(text)}' is no element and no pair of two.",
            allowed="Allowed: as in Fe, NaCl, CaF2.",
            remedy=nearest(text, SYMBOLS) if len(text) <= 2 else "",
            setting="elements",
        )
    unknown = [s for s, _ in parts if s not in NUMBERS]
    if unknown:
        raise problem(
            "TK319", f"'{unknown[0]}' is no element.", remedy=nearest(unknown[0], SYMBOLS), setting="elements"
        )
    ordered = sorted(((int(n or 1), s) for s, n in parts), key=itemgetter(0))
    return _Elements(text, tuple(s for _, s in ordered), tuple(n for n, _ in ordered))


def check_fit(
    polytypes: Sequence[Form], elements: Sequence[str], a: object, c: object, tubes: Sequence[Sequence[int]] | None
) -> None:
    """Refuse forms, elements and lattice constants that do not fit together. Raises TK319, TK320."""
    given = [_elements(text) for text in elements]
    for form in polytypes:
        if not any(e.fit(form) for e in given):
            raise _unfit(f"{form} needs {_EXAMPLES[KINDS[form].amounts]}, but elements are {listing(elements)}.")
    for entry in given:
        if not any(entry.fit(form) for form in polytypes):
            raise _unfit(f"no form among {listing(polytypes)} takes '{entry.text}'.")
    for setting, constants in (("a", a), ("c", c)):
        for form in constants if isinstance(constants, Mapping) else ():
            if form not in polytypes:
                raise problem(
                    "TK320", f"'{form}' is not among the polytypes.", remedy=nearest(form, polytypes), setting=setting
                )
    without = [form for form in polytypes if KINDS[form].c is None]
    if c is not None and (set(c) & set(without) if isinstance(c, Mapping) else len(without) == len(polytypes)):
        raise problem(
            "TK320", f"{listing(without)} has no second lattice constant.", remedy="Leave c out.", setting="c"
        )
    for tube in tubes or ():
        if sum(tube) < 3:
            raise problem(
                "TK320", f"a nanotube ({tube[0]}, {tube[1]}) is too thin.", allowed="n + m from 3.", setting="tubes"
            )


def _unfit(fact: str) -> TenkaiError:
    return problem("TK319", fact, remedy="Name elements that fit the forms.", setting="elements")


def refuse_large(plans: Sequence[Plan], cells: Sequence[Crystal], times: tuple[int, int, int], each: int) -> None:
    """Say how large it would be before anything is repeated. Raises TK318."""
    total = 0
    for plan, cell in zip(plans, cells, strict=True):
        atoms = len(cell) * prod(_counts(cell, times))
        total += atoms * each
        if atoms > MOST_ATOMS:
            raise problem(
                "TK318",
                f"{plan.name} in a supercell of {times[0]} × {times[1]} × {times[2]} has {atoms} atoms.",
                allowed=f"At most {MOST_ATOMS}.",
                remedy="Take fewer cells.",
                setting="supercell",
            )
    if total > MOST_ATOMS_IN_ALL or len(plans) * each > MOST_CRYSTALS:
        raise problem(
            "TK318",
            f"{count(len(plans) * each, 'crystal')} would have {total} atoms together.",
            allowed=f"At most {MOST_CRYSTALS} crystals and {MOST_ATOMS_IN_ALL} atoms.",
            remedy="Make fewer copies, or of smaller cells.",
            setting="copies",
        )


def _counts(crystal: Crystal, times: tuple[int, int, int]) -> list[int]:
    return [n if repeats else 1 for n, repeats in zip(times, crystal.periodic, strict=True)]


def repeated(crystal: Crystal, times: tuple[int, int, int]) -> Crystal:
    """Return a supercell; directions that do not repeat stay as they are."""
    counts = _counts(crystal, times)
    if counts == [1, 1, 1]:
        return crystal
    shifts = np.indices(counts).reshape(3, -1).T @ crystal.cell
    positions = (shifts[:, None, :] + crystal.positions[None, :, :]).reshape(-1, 3)
    cell = crystal.cell * np.array(counts, np.float64)[:, None]
    return Crystal(np.tile(crystal.numbers, len(shifts)), positions, cell, crystal.periodic)


def displaced(crystal: Crystal, plan: Plan, times: tuple[int, int, int], k: int, sd: float, seed: int) -> Crystal:
    """Return copy k, its atoms displaced with a standard deviation in ångström. Raises TK321."""
    key = int(digest_json([plan.form, list(plan.symbols), plan.a, plan.c, list(plan.tube), list(times), k])[:16], 16)
    draw = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, key])))
    moved = crystal.positions + sd * draw.standard_normal(crystal.positions.shape)
    try:
        return sound(crystal.numbers, moved, crystal.cell, crystal.periodic)
    except ValueError as error:
        raise problem(
            "TK321",
            f"copy {k} of {plan.name} cannot be: {error}.",
            remedy="Take a smaller displacement, or another seed.",
            setting="displacement",
        ) from None
