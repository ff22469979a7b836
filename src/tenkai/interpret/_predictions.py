"""Tables of predictions: the observed target beside what a model, and a guess without one, says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import count, listing, nearest, problem
from tenkai.interpret._text import label, whole
from tenkai.step import Run
from tenkai.values import Kind, Lens, Scores, Table

PREDICTED, BASELINE, DEVIATION, FAR = "predicted", "baseline", "predicted_sd", "far"
LABELS: tuple[Kind, ...] = ("category", "text", "number")
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Numbers:
    """Rows with an observed and a predicted number."""

    table: Table
    observed: NDArray[np.float64]
    predicted: NDArray[np.float64]
    baseline: NDArray[np.float64] | None
    deviation: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.observed)


@dataclass(frozen=True)
class Labels:
    """Rows with an observed and a predicted class: places in `classes`."""

    table: Table
    classes: tuple[str, ...]
    observed: Codes
    predicted: Codes
    baseline: Codes | None
    probabilities: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.observed)


def read_numbers(table: Table, target: str, predicted: str | None, run: Run) -> Numbers:
    """Return the rows that have an observed and a predicted number; the others are left out with a note.

    Raises
    ------
    TenkaiError
        TK201 and TK202 for columns that do not fit, TK711 where there are no predictions, TK205 where no row is
        left, TK203 where a number is infinite.
    """
    table.require([target], (), "target")
    if table.kinds[target] != "number":
        raise problem(
            "TK202",
            f"the target '{target}' is of kind {table.kinds[target]}.",
            allowed="Numbers are compared here.",
            remedy="For classes take interpret.classification_scores and interpret.confusion_matrix.",
            setting="target",
        )
    name = _predicted(table, target, predicted)
    if table.kinds[name] != "number":
        raise problem(
            "TK202",
            f"the predictions in '{name}' are of kind {table.kinds[name]}.",
            allowed="Numbers are compared here.",
            remedy="For predicted classes take interpret.classification_scores and interpret.confusion_matrix.",
            setting="predicted",
        )
    names = [target, name]
    values = table.matrix(names)
    kept = ~np.isnan(values).any(axis=1)
    table = _known(table, kept, names, [np.isnan(values[:, i]) for i in (0, 1)], run)
    values = table.complete_matrix(names, setting="target")
    extra = {c: _column(table, c) for c in (BASELINE, DEVIATION)}
    return Numbers(table, values[:, 0], values[:, 1], extra[BASELINE], extra[DEVIATION])


def read_labels(table: Table, target: str, predicted: str | None, order: Sequence[str] | None, run: Run) -> Labels:
    """Return the rows that have an observed and a predicted class; the others are left out with a note.

    The order of the classes is the one given, else the model's (its columns P(...)), else sorted.

    Raises
    ------
    TenkaiError
        As `read_numbers`; TK705 where `order` names a class that does not occur or misses one.
    """
    table.require([target], LABELS, "target")
    name = _predicted(table, target, predicted)
    numeric = table.kinds[target] == "number"
    if table.kinds[name] == "number" and not numeric:
        raise problem(
            "TK202",
            f"the predictions in '{name}' are numbers, '{target}' holds classes.",
            remedy="Predict classes (task: classification), or take interpret.regression_scores.",
            setting="predicted",
        )
    if table.kinds[name] == "number" and not _whole(table.matrix([name])[:, 0]):
        raise problem(
            "TK202",
            f"the predictions in '{name}' are numbers with digits, no classes.",
            remedy="Predict classes (task: classification), or take interpret.regression_scores.",
            setting="predicted",
        )
    pair = [texts_of(table, c, numeric) for c in (target, name)]
    lacking = [np.array([v is None for v in texts], bool) for texts in pair]
    kept = ~(lacking[0] | lacking[1])
    observed, guessed = ([v for v, k in zip(texts, kept, strict=True) if v is not None and k] for texts in pair)
    table = _known(table, kept, [target, name], lacking, run)
    chances = _chances(table, name, numeric, set(guessed))
    baseline = texts_of(table, BASELINE, numeric) if BASELINE in table.kinds else None
    occurring = dict.fromkeys([*chances, *_sorted({*observed, *guessed}, numeric)])
    occurring.update(dict.fromkeys(v for v in baseline or () if v is not None))
    classes = _ordered(list(occurring), {*observed, *guessed}, order)
    place = {c: i for i, c in enumerate(classes)}

    def codes(texts: Sequence[str | None]) -> Codes:
        return np.array([place[t] for t in texts if t is not None], np.int64)

    probabilities = None
    if chances:
        probabilities = np.zeros((table.height, len(classes)))
        for c, column in chances.items():
            probabilities[:, place[c]] = table.matrix([column])[:, 0]
    known = codes(baseline) if baseline is not None and None not in baseline else None
    return Labels(table, classes, codes(observed), codes(guessed), known, probabilities)


def lens_of(table: Table) -> Lens:
    """Look at the rows of a table through the leak lens."""
    lens = Scores.scored({}, rows=table.identity, influences=table.influences).lens
    assert lens is not None
    return lens


def lens_said(lens: Lens | None) -> str:
    """Say in one line what the lens saw."""
    if lens is None:
        return ""
    said = lens.sentences()
    return " ".join(said[:4]) + (f" And {len(said) - 4} more of this kind." if len(said) > 4 else "")


def noted_repeats(table: Table, run: Run) -> None:
    """Tell where a source row stands in several rows: intervals over rows are then too narrow."""
    n = len(table.identity.union())
    if table.identity.offsets is None and n < table.height:
        text = f"The {whole(table.height)} rows scored are {whole(n)} different ones: intervals are too narrow."
        run.note("TKW725", text)


def _predicted(table: Table, target: str, predicted: str | None) -> str:
    name = predicted if predicted is not None else PREDICTED
    if name not in table.kinds and predicted is None:
        raise problem(
            "TK711",
            f"the table has no predictions: there is no column '{PREDICTED}'.",
            allowed=f"It has {listing(table.columns)}.",
            remedy="Run learn.predict or learn.cross_validate first, or name the column as 'predicted'.",
        )
    table.require([name], LABELS, "predicted")
    if name == target:
        raise problem("TK711", f"'{name}' is the target itself, no prediction of it.", setting="predicted")
    return name


def _whole(values: NDArray[np.float64]) -> bool:
    return bool((np.isnan(values) | (values == np.round(values))).all())


def _known(
    table: Table, kept: NDArray[np.bool_], names: list[str], lacking: list[NDArray[np.bool_]], run: Run
) -> Table:
    if kept.all() and table.height > 0:
        return table
    told = [f"{count(int(m.sum()), 'row')} without '{n}'" for n, m in zip(names, lacking, strict=True) if m.any()]
    if not kept.any():
        fact = f"no row has both '{names[0]}' and '{names[1]}'" + (f" ({', '.join(told)})." if told else ".")
        remedy = "Predict rows whose target is known." if table.height > 0 else ""
        raise problem("TK205", fact, remedy=remedy, setting="target")
    run.note("TKW702", f"{' and '.join(told)} of {whole(table.height)} do not count.")
    return table.take(kept)


def _column(table: Table, name: str) -> NDArray[np.float64] | None:
    """Return a column that may be there; None also where cells are missing."""
    if table.kinds.get(name) != "number":
        return None
    values: NDArray[np.float64] = table.matrix([name])[:, 0]
    return values if np.isfinite(values).all() else None


def texts_of(table: Table, name: str, numeric: bool) -> list[str | None]:
    """Return a column as labels. Where the target is a number, '1.0' and 1 are the same class."""
    found = [label(v) for v in table[name].to_list()]
    return [plain_class(t) if numeric and t is not None else t for t in found]


def plain_class(text: str) -> str:
    try:
        return label(float(text)) or text
    except ValueError:
        return text


def _sorted(found: set[str], numeric: bool) -> list[str]:
    """Return classes as np.unique orders them."""
    return sorted(found, key=float) if numeric and all(_is_float(t) for t in found) else sorted(found)


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _chances(table: Table, predicted: str, numeric: bool, guessed: set[str]) -> dict[str, str]:
    """Return the column of each class's probability, in the model's order; none where it gives no probabilities.

    They stand behind the predictions: a column P(GPa) of the data is none of them.
    """
    behind = table.columns[table.columns.index(predicted) + 1 :]
    found: dict[str, str] = {}
    for name in behind:
        if name.startswith("P(") and name.endswith(")") and table.kinds[name] == "number":
            inner = label(name[2:-1]) or ""
            found[plain_class(inner) if numeric else inner] = name
    complete = len(found) >= 2 and guessed <= set(found)
    if not complete or not np.isfinite(table.matrix(list(found.values()))).all():
        return {}
    return found


def _ordered(found: list[str], needed: set[str], order: Sequence[str] | None) -> tuple[str, ...]:
    if order is None:
        return tuple(found)
    for i, name in enumerate(order):
        if name in order[:i]:
            raise problem("TK705", f"'{name}' stands twice.", setting="order")
        if name not in found:
            raise problem(
                "TK705",
                f"there is no class '{name}'.",
                allowed=f"Classes: {listing(found)}.",
                remedy=nearest(name, found),
                setting="order",
            )
    missing = [c for c in found if c not in order and c in needed]
    if missing:
        raise problem("TK705", f"the order misses {listing(missing)}.", allowed="Name every class.", setting="order")
    return (*order, *(c for c in found if c not in order))
