"""Fitted: an estimator with what it was fitted on, able to take new rows through the same preparation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, TenkaiError, listing, nearest, problem
from tenkai.values.estimator_files import StoredEstimator, digest_estimator, write_estimator
from tenkai.values.kinds import Kind
from tenkai.values.lineage import Influence, InfluenceKind, united
from tenkai.values.lineage_files import read_influences, write_influences
from tenkai.values.matrix import LARGEST
from tenkai.values.table import Table
from tenkai.values.value import Folder, Value


@runtime_checkable
class TransformsColumns(Protocol):
    """An estimator that works on named columns instead of one matrix (imputers, formulas)."""

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the output columns for the feature columns."""


@runtime_checkable
class PredictsColumns(Protocol):
    """An estimator that turns one matrix into columns of several kinds (classes, probabilities)."""

    def predict_columns(self, X: NDArray[Any]) -> pl.DataFrame:
        """Return the output columns for a matrix (n, p)."""


@dataclass(frozen=True, eq=False, repr=False)
class Fitted(Value):
    """A fitted estimator (scikit-learn API) and how to use it on new rows.

    Parameters
    ----------
    held
        The estimator, or where it is stored; ask for `estimator`. It has ``transform`` or ``predict`` on an
        (n, p) array, or ``transform_columns`` on a frame.
    step : str
        The step that made it, such as ``process.standardize``.
    features : names of the p input columns
    outputs : names of the columns it writes; equal to `features` where it works in place
    drops : bool
        The feature columns are replaced by the outputs (a reduction to coordinates).
    target : str or None
    preparation : Fitted, ...
        What the training rows had gone through before; new rows go through the same.
    influences : Influence, ...
        The rows that shaped it.
    kinds : kinds of the outputs, where they are not numbers
    dtype : number type of the matrix given to the estimator
    settings : settings of the step, to learn from other rows in the same way (cross-validation)
    name : the name of the step in its workflow
    """

    type_name: ClassVar[str] = "fitted"

    held: Any
    step: str
    features: tuple[str, ...]
    outputs: tuple[str, ...]
    drops: bool = False
    target: str | None = None
    preparation: tuple[Fitted, ...] = ()
    influences: tuple[Influence, ...] = ()
    kinds: dict[str, Kind] = field(default_factory=dict)
    dtype: str = "float64"
    notes: tuple[Note, ...] = ()
    digest: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    name: str = ""

    @property
    def estimator(self) -> Any:
        """The fitted estimator; read from its files when first asked for."""
        if isinstance(self.held, StoredEstimator):
            object.__setattr__(self, "held", self.held.read())
        return self.held

    @classmethod
    def on(
        cls,
        table: Table,
        estimator: Any,
        *,
        step: str,
        features: Sequence[str],
        outputs: Sequence[str],
        learned: InfluenceKind | None = "prepared",
        target: str | None = None,
        drops: bool = False,
        kinds: dict[str, Kind] | None = None,
        dtype: str = "float64",
        name: str = "",
    ) -> Fitted:
        """Record an estimator that was just fitted on the rows of `table`.

        `learned` is None for what learns nothing from rows (a formula).
        """
        own = () if learned is None else (Influence(name or step, learned, table.identity.union()),)
        preparation = relevant(table.preparation, features)
        digest = digest_estimator(
            estimator, [step, list(features), list(outputs), drops, target, [p.digest for p in preparation]]
        )
        return cls(
            estimator,
            step,
            tuple(features),
            tuple(outputs),
            drops,
            target,
            preparation,
            united(table.every_influence, own),
            kinds or {},
            dtype,
            (),
            digest,
            name=name or step,
        )

    def apply(self, table: Table) -> Table:
        """Take rows through the preparation the training rows went through, then through this.

        Raw rows go through all of it; rows part of the way go the rest; rows already done are returned as
        they are.

        Raises
        ------
        TenkaiError
            TK206 when the rows were prepared otherwise; TK201 when a column is missing.
        """
        if self._stands(table):
            return table
        start = table
        done = {f.digest for f in table.preparation}
        for fitted in self.preparation:
            if fitted.digest not in done:
                table = fitted._follow(table, start, self)
        return self._follow(table, start, self)

    def _stands(self, table: Table) -> bool:
        """Say whether the outputs of this are in the table, and nothing has changed them since."""
        if not all(name in table.kinds for name in self.outputs):
            return False
        return _digests(relevant(table.preparation, self.outputs)) == _digests((*self.preparation, self))

    def _follow(self, table: Table, start: Table, last: Fitted) -> Table:
        """Take rows through this one step, which is part of the chain of `last`, if they are ready for it."""
        self._require_features(table)
        if _digests(relevant(table.preparation, self.features)) != _digests(self.preparation):
            raise last._prepared_otherwise(start)
        return self.transform(table)

    def _require_features(self, table: Table) -> None:
        lacking = [name for name in self.features if name not in table.kinds]
        if lacking:
            what = "is no column" if len(lacking) == 1 else "are no columns"
            raise problem(
                "TK201",
                f"there {what} {listing(lacking, 6)}, which {self.step} was fitted on.",
                allowed=f"The table has {listing(table.kinds)}.",
                remedy=nearest(lacking[0], table.kinds) or "Give rows with the columns it was fitted on.",
            )

    def transform(self, table: Table, values: NDArray[Any] | None = None) -> Table:
        """Apply this one step, without its preparation: for rows that are known to be ready.

        `values` are the outputs (n, outputs), where the caller has them: the map its rows were fitted with.
        """
        self._require_features(table)
        frame = table.frame
        new = self.columns_for(table) if values is None else self._named(values)
        if self.drops:
            frame = frame.drop([c for c in self.features if c not in self.outputs])
            # Coordinates come first: they are what one looks for in the table.
            rest = [c for c in frame.columns if c not in new.columns]
            frame = pl.concat([new, frame.select(rest)], how="horizontal") if rest else new
        else:
            frame = frame.with_columns(new.get_columns())
        out = table.with_columns(frame, self.kinds).influenced(self.influences)
        return out.prepared_by(self).with_notes(self.notes)

    def columns_for(self, table: Table) -> pl.DataFrame:
        """Return the output columns for the rows of a table that holds the features."""
        if isinstance(self.estimator, TransformsColumns):
            return self.estimator.transform_columns(table.frame.select(self.features))
        if isinstance(self.estimator, PredictsColumns):
            X = table.complete_matrix(self.features, np.dtype(self.dtype), largest=LARGEST)
            return self.estimator.predict_columns(X)
        method = getattr(self.estimator, "transform", None) or getattr(self.estimator, "predict", None)
        if method is None:
            raise problem(
                "TK213",
                f"{self.class_name} of {self.step} has neither transform nor predict: it only knows the rows it "
                "was fitted on.",
                remedy="Use a method that takes new rows, or fit it on all rows together.",
            )
        tags = getattr(self.estimator, "__sklearn_tags__", None)
        whole = tags is not None and not tags().input_tags.allow_nan
        read = table.complete_matrix if whole else table.matrix
        values: NDArray[Any] = np.asarray(method(read(self.features, np.dtype(self.dtype))))
        if self.outputs == self.features:
            return table.with_matrix(self.features, values).frame.select(self.outputs)
        return self._named(values)

    def _named(self, values: NDArray[Any]) -> pl.DataFrame:
        wide = values.reshape(len(values), -1)
        return pl.DataFrame({n: np.ascontiguousarray(wide[:, i]) for i, n in enumerate(self.outputs)})

    def _prepared_otherwise(self, table: Table) -> TenkaiError:
        had = ", ".join(f.step for f in table.preparation) or "nothing"
        wants = ", ".join(f.step for f in self.preparation) or "nothing"
        return problem(
            "TK206",
            f"these rows went through {had}; the rows {self.step} was fitted on went through {wants}, "
            "fitted on other rows or with other settings.",
            remedy="Give it raw rows: it takes them through its own preparation.",
        )

    # ---- storing, showing ---------------------------------------------------------------------

    def write(self, folder: Folder) -> dict[str, Any]:
        """Write the estimator (skops) and its preparation."""
        return {**self.write_alone(folder), "preparation": write_chain(self.preparation, folder)}

    def write_alone(self, folder: Folder) -> dict[str, Any]:
        """Write it without its preparation."""
        if isinstance(self.held, StoredEstimator):
            self.held.copy(folder.sub("estimator"))
        else:
            write_estimator(self.held, folder.sub("estimator"))
        return {
            "class": self.class_name,
            "step": self.step,
            "features": list(self.features),
            "outputs": list(self.outputs),
            "drops": self.drops,
            "target": self.target,
            "influences": write_influences(self.influences, folder),
            "kinds": dict(self.kinds),
            "dtype": self.dtype,
            "digest": self.digest,
            "told": [[n.code, n.text] for n in self.notes],
            "settings": dict(self.settings),
            "name": self.name,
        }

    @classmethod
    def read(cls, folder: Folder, header: dict[str, Any]) -> Self:
        """Read what `write` wrote."""
        return cls.read_alone(folder, header, read_chain(folder, header["preparation"]))

    @classmethod
    def read_alone(cls, folder: Folder, header: dict[str, Any], preparation: tuple[Fitted, ...]) -> Self:
        """Read what `write_alone` wrote."""
        return cls(
            StoredEstimator(folder.sub("estimator"), header["class"]),
            header["step"],
            tuple(header["features"]),
            tuple(header["outputs"]),
            header["drops"],
            header["target"],
            preparation,
            read_influences(header["influences"], folder),
            header["kinds"],
            header["dtype"],
            tuple(Note(c, t) for c, t in header["told"]),
            header["digest"],
            header["settings"],
            header["name"],
        )

    @property
    def class_name(self) -> str:
        """Name of the estimator's class."""
        return self.held.class_name if isinstance(self.held, StoredEstimator) else type(self.held).__name__

    def summary(self) -> dict[str, Any]:
        """Step, features, outputs, estimator."""
        return {
            "step": self.step,
            "estimator": self.class_name,
            "features": listing(self.features, 6),
            "outputs": listing(self.outputs, 6),
        }

    def called(self, name: str) -> Fitted:
        """Return it with the name it has in the workflow on the influence it made itself."""
        own = (self.step, self.name)
        mine = tuple(replace(i, step=name) if i.step in own else i for i in self.influences)
        return replace(self, influences=mine, name=name)

    @property
    def learned(self) -> InfluenceKind | None:
        """What kind of influence it left itself; None where it learned nothing from rows (a formula)."""
        return next((i.kind for i in self.influences if i.step == self.name), None)

    def made_with(self, settings: dict[str, Any]) -> Fitted:
        """Remember the settings of the step that made it."""
        return replace(self, settings=settings)

    def influenced(self, influences: Iterable[Influence]) -> Fitted:
        """Add influences."""
        return replace(self, influences=united(self.influences, influences))


def relevant(preparation: Sequence[Fitted], columns: Iterable[str]) -> tuple[Fitted, ...]:
    """Return the part of a preparation that made the given columns, directly or through others."""
    needed = set(columns)
    chain: list[Fitted] = []
    for fitted in reversed(preparation):
        if needed & set(fitted.outputs):
            chain.append(fitted)
            # What it writes no longer matters before it, unless it reads it too.
            needed = (needed - set(fitted.outputs)) | set(fitted.features)
    return tuple(reversed(chain))


def _digests(chain: Iterable[Fitted]) -> set[str]:
    # A set: steps on different columns may come in any order, and each digest tells what came before it.
    return {fitted.digest for fitted in chain}


def write_chain(chain: Sequence[Fitted], folder: Folder) -> dict[str, Any]:
    """Write fitted steps and all they build on, each once, and say how they hang together."""
    places: dict[str, int] = {}
    members: list[dict[str, Any]] = []

    def place(fitted: Fitted) -> int:
        if fitted.digest not in places:
            after = [place(p) for p in fitted.preparation]
            places[fitted.digest] = at = len(members)
            members.append({"after": after, **fitted.write_alone(folder.sub(f"preparation{at}"))})
        return places[fitted.digest]

    return {"chain": [place(f) for f in chain], "members": members}


def read_chain(folder: Folder, header: dict[str, Any]) -> tuple[Fitted, ...]:
    """Read what `write_chain` wrote."""
    members: list[Fitted] = []
    for at, member in enumerate(header["members"]):
        preparation = tuple(members[i] for i in member["after"])
        members.append(Fitted.read_alone(folder.sub(f"preparation{at}"), member, preparation))
    return tuple(members[i] for i in header["chain"])
