"""Problems a user can meet: one shape, one list of codes.

Every problem says: code, place (step and file:line), the fact, what is allowed, the remedy.
`TenkaiError` carries one or many, so that all mistakes of a workflow are told at once.

Ranges: TK1 workflow file · TK2 tables and preparation · TK3 reading data · TK4 running and storing ·
TK5 command line and faces · TK6 learning · TK7 figures · TK8 values · TK9 step declarations.
Warnings use the same codes with a W: TKW6 and so on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Place:
    """Where a problem stands: step kind, the name given to it in the workflow, setting, file and line."""

    step: str = ""
    name: str = ""
    setting: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = self.step
        if self.name:
            where += f' "{self.name}"' if where else f'"{self.name}"'
        if self.setting:
            where += f" {self.setting}" if where else self.setting
        if self.file:
            where += f" ({self.file}:{self.line})" if self.line else f" ({self.file})"
        return where.strip()

    def within(self, outer: Place) -> Place:
        """Fill what this place does not say from an outer one."""
        return Place(
            self.step or outer.step,
            self.name or outer.name,
            self.setting or outer.setting,
            self.file or outer.file,
            self.line or outer.line,
        )


@dataclass(frozen=True)
class Problem:
    """One problem, told in one message."""

    code: str
    fact: str
    allowed: str = ""
    remedy: str = ""
    place: Place = field(default_factory=Place)

    def __str__(self) -> str:
        head = f"{self.code} {self.place}".strip()
        return " ".join(part for part in (f"{head}:", self.fact, self.allowed, self.remedy) if part)


class TenkaiError(Exception):
    """One or several problems. The text is for the user; no traceback is needed to act on it."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))

    def at(self, place: Place) -> TenkaiError:
        """The same problems, with missing parts of their place filled in."""
        return TenkaiError(*(replace(p, place=p.place.within(place)) for p in self.problems))

    def __reduce__(self) -> tuple[type[TenkaiError], tuple[Problem, ...]]:
        return TenkaiError, self.problems


def problem(code: str, fact: str, *, allowed: str = "", remedy: str = "", setting: str = "") -> TenkaiError:
    """Make an error of one problem; the place is filled in by whoever knows it.

    >>> str(problem("TK201", "there is no column 'Bnad'.", remedy=nearest("Bnad", ["Band", "A"])))
    "TK201: there is no column 'Bnad'. Did you mean 'Band'?"
    """
    return TenkaiError(Problem(code, fact, allowed, remedy, Place(setting=setting)))


OTHER_WORDS = {
    "cv": ("folds",),
    "eps": ("radius",),
    "k": ("neighbors", "clusters", "folds"),
    "lambda": ("alpha", "C"),
    "max_depth": ("depth",),
    "max_features": ("features",),
    "max_iter": ("iterations",),
    "max_leaf_nodes": ("leaves",),
    "maxlevels": ("depth",),
    "min_samples_leaf": ("min_leaf",),
    "min_samples_split": ("min_split",),
    "minnodesize": ("min_leaf",),
    "n_clusters": ("clusters",),
    "n_components": ("components", "clusters"),
    "n_estimators": ("trees",),
    "n_init": ("starts",),
    "n_neighbors": ("neighbors",),
    "n_splits": ("folds",),
    "nrmodels": ("trees",),
    "random_state": ("seed",),
    "scoring": ("by", "score"),
    "test_size": ("test",),
    "tol": ("tolerance",),
    "y": ("target",),
}
"""What other programs call a setting, and what it is called here."""


def nearest(name: str, choices: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest choice, or an empty text.

    >>> nearest("n_estimators", ["features", "trees"])
    "Did you mean 'trees'?"
    """
    choices = list(choices)
    named = OTHER_WORDS.get(name.casefold(), ())
    for word in named:
        if word in choices:
            return f"Did you mean '{word}'?"
    # One letter is like every third word of three: no help.
    options = [option for option in choices if len(option) > 1 or len(name) < 3]
    folded = {option.casefold(): option for option in reversed(options)}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.75)
    if not found:
        # r2_score is r2, whatever other word has more of its letters.
        heads = [option for option in folded if name.casefold().startswith(option + "_")]
        found = [max(heads, key=len)] if heads else []
    if not found:
        found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
    if not found:
        tails = [option for option in options if name.casefold() and option.casefold().endswith("." + name.casefold())]
        return f"Did you mean '{tails[0]}'?" if tails else ""
    return f"Did you mean '{folded[found[0]]}'?"


def listing(names: Iterable[str], limit: int = 12) -> str:
    """Write names as a readable list, cut after `limit`.

    >>> listing(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    names = list(names)
    shown = ", ".join(f"'{n}'" for n in names[:limit])
    more = len(names) - limit
    return f"{shown} and {more} more" if more > 0 else shown


def count(n: int, thing: str, things: str = "") -> str:
    """Write a number with its thing: ``1 row``, ``3 rows``.

    >>> count(1, "row"), count(3, "row")
    ('1 row', '3 rows')
    """
    return f"{n} {thing}" if n == 1 else f"{n} {things or thing + 's'}"


@dataclass(frozen=True)
class Note:
    """A warning or remark that stays attached to a value and appears under every figure made from it."""

    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


# One meaning per code. Tests trigger each of them (tests/mistakes).
CODES: dict[str, str] = {
    # workflow file
    "TK101": "the workflow file is missing or unreadable",
    "TK102": "the workflow file is not valid YAML",
    "TK103": "the workflow has a wrong shape",
    "TK104": "a key stands twice",
    "TK105": "unknown step",
    "TK106": "unknown setting or port",
    "TK107": "a required setting or port is missing",
    "TK108": "a reference leads nowhere",
    "TK109": "a value of the wrong type on a port",
    "TK110": "the steps form a circle",
    "TK111": "a setting has a value that is not allowed",
    "TK112": "a sweep is written wrongly",
    "TK113": "the workflow names a column that is missing",
    "TK114": "the workflow names a column of the wrong kind",
    "TK115": "a result leads nowhere",
    "TKW101": "a sweep is never gathered",
    # tables and preparation
    "TK201": "a column does not exist",
    "TK202": "a column is of the wrong kind",
    "TK203": "values are not allowed here",
    "TK204": "no column is left",
    "TK205": "no row is left",
    "TK206": "rows were prepared otherwise than the rows the model was fitted on",
    "TK207": "row ids repeat",
    "TK208": "missing values where none are allowed",
    "TK209": "a formula is wrong",
    "TK210": "tables do not fit together",
    "TK211": "a split is impossible",
    "TK212": "a table is too large for this operation",
    "TK213": "a fitted method cannot take new rows",
    "TK214": "a row does not exist",
    "TK215": "a composition cannot be read",
    "TKW201": "a column without variation was scaled",
    "TKW202": "constant columns were left out",
    "TKW203": "missing cells were filled",
    "TKW204": "computed cells have no value",
    "TKW205": "rows were set aside",
    "TKW206": "a condition stays open for rows with missing cells",
    "TKW207": "row ids were changed to be unique",
    "TKW208": "rows found no partner",
    "TKW209": "rows of the right table serve several rows",
    "TKW210": "columns were left out of a new shape",
    "TKW211": "a split by groups has this share of rows",
    "TKW212": "cells that a table lacks are missing",
    "TKW213": "classes have no row",
    "TKW214": "mirrored keys were written in one order",
    # reading data
    "TK301": "a file or data set is not there",
    "TK302": "a file is empty, damaged or of another format",
    "TK303": "the encoding of a text file is unknown or does not fit",
    "TK304": "the lines of a text table have different numbers of cells",
    "TK305": "a cell shall be a number and is none",
    "TK306": "pictures have different sizes",
    "TK307": "an archive is unsafe or unpacks to too much",
    "TK308": "a file holds no such sheet or array",
    "TK309": "arrays do not fit together",
    "TK310": "a data base refused or failed",
    "TK311": "an extra package is needed",
    "TK312": "a data set cannot be fetched",
    "TKW301": "a text file is not plain UTF-8",
    "TKW302": "the layout of a table was found out",
    "TKW303": "column names were changed or are doubtful",
    "TKW304": "columns have no value",
    "TKW305": "empty rows at the end were left out",
    "TKW306": "a workbook has several sheets",
    "TKW307": "rows come from a server and are asked for in every run",
    "TKW308": "columns of raw bytes were left out",
    "TKW309": "pictures could not be read",
    "TKW310": "pictures were changed to fit together",
    "TKW311": "arrays were left out",
    "TKW312": "labels were found beside the file",
    # running and storing
    "TK401": "a step failed",
    "TK402": "the cache folder cannot be used",
    "TK403": "a stored object is damaged",
    "TK404": "the run was interrupted",
    # command line
    "TK500": "a defect of tenkai itself",
    "TK501": "there is no such executor",
    "TK502": "the command line is wrong",
    # maps of one's own data
    "TK503": "the source of a map is of an unknown type",
    "TK504": "the source of a map holds no numbers",
    "TK505": "a map needs more rows",
    "TK506": "a folder holds no pictures",
    "TK507": "a column named for a map is not there",
    "TK508": "a column cannot play this part in a map",
    # report
    "TK520": "a figure cannot be drawn",
    "TK521": "the report cannot be written",
    # learning
    "TK601": "the perplexity does not fit the number of rows",
    "TK602": "a neighbor graph does not belong to the table",
    "TK603": "a metric is not defined for these rows",
    "TK604": "a column already has the name of a new one",
    "TK605": "min_dist is above the spread",
    "TK610": "the target does not vary",
    "TK611": "the target is of the wrong kind",
    "TK612": "the target is among the columns to learn from",
    "TK613": "this fitted step predicts nothing, or cannot be fitted again",
    "TK614": "the table already has columns of a prediction",
    "TK620": "parts that only add up need numbers of 0 or more",
    "TK622": "a solver cannot minimize a loss",
    "TK623": "parts to start from do not fit",
    "TK630": "a matrix of what exists holds something else",
    "TK631": "nothing is known, or nothing is left to recommend",
    "TK632": "a cell does not exist, or is known already",
    "TK633": "two tables share no cell",
    "TK634": "a row or column has no known cell",
    "TK640": "there are not so many different rows as groups",
    "TK641": "a table holds no distances",
    "TK642": "a linkage method needs euclidean distances",
    "TK643": "a tree does not belong to the table",
    "TK650": "weights are given for a class that is not there",
    "TK651": "there are more neighbors than rows to learn from",
    "TK652": "classes can be separated, so that coefficients without a penalty have no end",
    "TK660": "a space of settings is written wrongly or empty",
    "TK661": "a search has too many settings",
    "TK662": "a score does not fit the model, or is undefined",
    "TKW601": "only the first components are estimated",
    "TKW602": "the neighbors are approximate",
    "TKW603": "the neighbor graph falls into parts",
    "TKW604": "a first layout did not converge",
    "TKW620": "rows hold nothing but zeros",
    "TKW621": "parts are in no row",
    "TKW622": "fewer iterations are kept than asked for",
    "TKW630": "only the first singular values are estimated",
    "TKW631": "hidden cells have known twins",
    "TKW632": "a table has cells that the other lacks",
    "TKW640": "an iteration stopped before it had settled",
    "TKW641": "rows belong to no cluster",
    "TKW642": "another cut would be as good",
    "TKW650": "a model says the same of every row",
    "TKW651": "classes have fewer than two rows on average",
    "TKW655": "columns depend on others and get no coefficient",
    "TKW656": "a fit has as many numbers as rows",
    "TKW660": "the best setting lies at the edge of what was searched",
    "TKW661": "distances have no unit",
    # figures and quality
    "TK701": "there are no two coordinates",
    "TK702": "there are no pictures",
    "TK703": "a row id does not exist",
    "TK704": "a part of the map holds no rows, or is chosen wrongly",
    "TK705": "a label does not exist",
    "TK706": "map and data are not the same rows",
    "TK707": "the quality of a map cannot be measured",
    "TK708": "maps or scores do not fit together",
    "TK709": "a score or swept setting does not exist",
    "TK710": "labels have no place on a scale of numbers",
    "TK711": "a table has no predictions",
    "TK712": "the best of several scores cannot be chosen",
    "TK713": "these columns cannot be drawn or compared",
    "TK714": "a tree has no nodes, or they do not hang together",
    "TK715": "the importance of columns cannot be measured",
    "TK740": "clusters cannot be scored",
    "TK750": "tables cannot be drawn on the same axes",
    "TK751": "a table of ranks lacks a measure",
    "TK752": "lists of cells do not fit together",
    "TKW702": "rows are not drawn or do not count",
    "TKW703": "rare labels are drawn as one",
    "TKW704": "some of the pictures are drawn",
    "TKW705": "rows are matched by row id only",
    "TKW706": "a map was made from other numbers than it is compared with",
    "TKW707": "neighborhoods of a sample are compared",
    "TKW708": "labels with one row do not count",
    "TKW709": "label accuracy comes from fewer folds or neighbors",
    "TKW711": "caution: distances between groups of a map mean little",
    "TKW712": "caution: no separation is not failure",
    "TKW713": "caution: one seed is one case",
    "TKW714": "caution: a large variance need not carry the target",
    "TKW715": "caution: no setting is the right one",
    "TKW721": "a score is undefined",
    "TKW722": "predictions stand without a baseline",
    "TKW723": "a score of classes counts as 0 or has no probabilities",
    "TKW724": "settings are compared over different passes",
    "TKW725": "rows stand several times among those scored",
    "TKW726": "caution: columns that tell the same share their importance",
    "TKW727": "some rows are drawn",
    "TKW728": "a score without errors has no interval to speak of",
    "TKW740": "distances of a sample stand for all",
    "TKW741": "caution: no number of clusters is the right one",
    "TKW742": "lower branches of a tree are folded",
    # values
    "TK801": "this cannot become a table",
    "TK802": "a stored value is of an unknown type",
    # declarations
    "TK901": "a step is declared wrongly",
    "TK902": "two steps have the same name",
}
