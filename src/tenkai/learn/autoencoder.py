"""learn.autoencoder: a few numbers from which a network rebuilds the rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.kernels.network import Activation
from tenkai.learn._device import DeviceChoice, chosen
from tenkai.learn._device import fingerprint as device_fingerprint
from tenkai.learn._rows import RowMatrix, axis_names, fit_map, map_schema, own_rows_scores, read_varied_rows
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._autoencoder import Autoencoder

FIGURES = {
    "error": "root of the sum of squares of what the rebuilt rows miss",
    "relative_error": "error as a share of that of rebuilding every row as the mean",
    "share": "share of the variance of all rows that the rebuilt rows have",
    "share_pca": "the same for learn.pca with as many components: the best that straight axes can do",
    "held_out_share": "share of the variance of the rows held out, which were not trained on",
    "held_out_share_pca": "the same for principal components of the rows trained on",
    "epochs": "passes over the rows",
    "converged": "1 where the loss had stopped falling, 0 where the epochs ran out",
}
# Operations of one training step below which a GPU waits for its orders longer than it computes.
_STEP = 1e8


class Code(Outputs):
    """The code of the rows, the fitted autoencoder, the rows rebuilt, and how the loss fell."""

    map: Annotated[Table, Shape("n components"), Help("coordinates AE1, AE2, ... and the columns not used")]
    fitted: Annotated[Fitted, Help("to place new rows; needs no torch")]
    rebuilt: Annotated[Table, Shape("n p"), Help("the rows as rebuilt from their coordinates: same columns")]
    history: Annotated[Table, Help("loss per epoch, as a share of the variance; of the rows held out too")]
    figures: Annotated[
        Scores,
        Keys("error", "relative_error", "share", "share_pca", "epochs", "converged"),
        Help("error, relative_error, share, share_pca, epochs, converged; held_out_share, held_out_share_pca"),
    ]


@step("learn.autoencoder", version=1, title="Autoencoder", rows=Rows(same=("map", "rebuilt"), learns="prepared"))
def autoencoder(
    table: Annotated[Table, Shape("n p"), Help("rows to learn from")],
    *,
    columns: Annotated[Columns, Help("columns to reduce")] = ALL_NUMBERS,
    components: Annotated[int, Range(1, "min(n, p)"), SweepHint(1, 10, 1), Help("coordinates to keep")] = 2,
    hidden: Annotated[
        list[Annotated[int, Range(1, 10_000)]],
        Length(0, 8),
        Help("widths of the layers between rows and coordinates; on the way back the same, turned round"),
    ] = [64, 32],  # noqa: B006
    activation: Annotated[Activation, Help("what bends the numbers between layers; linear: nothing")] = "elu",
    epochs: Annotated[int, Range(1, 1_000_000), Help("passes over the rows, at most")] = 500,
    batch: Annotated[int, Range(1, 1_000_000), Help("rows per training step")] = 64,
    learning_rate: Annotated[
        float, Range(0, 1, open_low=True), SweepHint(1e-4, 1e-1, 10, log=True), Help("first step size")
    ] = 0.01,
    weight_decay: Annotated[float, Range(0, 1), Help("how strongly weights are pulled to 0")] = 0.0,
    held_out: Annotated[
        float, Range(0, 0.9), Help("share of the rows that are not trained on, and say when to stop")
    ] = 0.1,
    patience: Annotated[
        int,
        Range(1, 100_000),
        Advanced,
        Help("epochs without a lower loss until the step size falls to a tenth; the third time training ends"),
    ] = 20,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the rows held out, the first weights, the order")] = 0,
    device: DeviceChoice = "auto",
    run: Run,
) -> Code:
    """Write each row as a few numbers from which a small network can rebuild it.

    A first network (encoder) bends the columns into the coordinates of the map, a second one (decoder) rebuilds
    the columns from them; both are trained together to lose little. New rows are placed with `process.apply`.

    Raises
    ------
    TenkaiError
        TK311 when torch is not installed; TK208 where cells are missing; TK111 for more components than columns
        or rows; TK203 when no column varies; TK604 when the table has a column AE1 that is not used; TK670 for
        the device cuda without a GPU; TK673 when training fails.

    Notes
    -----
    With no hidden layer and the activation linear it finds the plane of `learn.pca`, only slower. What it gains
    by bending, `share` beside `share_pca` says; but with enough weights it can learn rows by heart, so compare
    `held_out_share` with `held_out_share_pca`. It needs many rows: some hundreds at least. Distances on the map
    mean less than on that of PCA, since the space is bent differently everywhere; another seed gives another map.

    Columns of different units: `process.standardize` first. Inside, rows are centred by the means of the columns
    and divided by one number for all columns, so that a loss of 1 is that of the mean; what the columns weigh
    against each other stays yours. Coordinates are turned to their own principal axes: AE1 spreads most.

    The same seed gives the same bits on the processor for any number of threads; a GPU gives other bits, and in
    a training small differences grow.

    Source
    ------
    G. Hinton, R. Salakhutdinov, Science 313, 504 (2006). Linear: P. Baldi, K. Hornik, Neural Netw. 2, 53 (1989).
    Training: AdamW, I. Loshchilov, F. Hutter, ICLR (2019).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0], "b": [0.0, 2.0, 4.0, 6.0], "kind": ["x"] * 4})
    >>> found = tk.learn.autoencoder(t, components=1, hidden=[], activation="linear", held_out=0, device="cpu")
    >>> found.map.columns, round(found.figures["share"], 3)
    (['AE1', 'kind'], 1.0)
    """
    from tenkai.learn._autoencoder import Autoencoder

    rows = read_varied_rows(table, columns)
    n, p = rows.shape
    if components > min(n, p):
        raise problem(
            "TK111",
            f"{components} is not allowed.",
            allowed=f"{count(n, 'row')} and {count(p, 'column')}: 1 to {min(n, p)} coordinates.",
            setting="components",
        )
    widths = sum(a * b for a, b in pairwise([p, *hidden, components]))
    a_step = 12.0 * widths * min(batch, n)
    gpu = chosen(device, work=a_step / batch * n * epochs if a_step >= _STEP else 0.0, size=8.0 * n * p)
    estimator = Autoencoder(
        components, hidden=hidden, activation=activation, max_epochs=epochs, batch_size=batch,
        learning_rate=learning_rate, weight_decay=weight_decay, held_out=held_out, patience=patience,
        device=gpu.device if gpu else "cpu", random_state=seed,
    )  # fmt: skip

    def watch(done: float, text: str) -> None:
        run.progress(done, epochs, text)

    if gpu is None:
        estimator.learn(rows.X, watch)
    else:
        with gpu.computing():
            estimator.learn(rows.X, watch)
    return _told(rows, estimator, [gpu.note] if gpu else [])


def _told(rows: RowMatrix, estimator: Autoencoder, notes: Sequence[Note]) -> Code:
    axes = axis_names("AE", estimator.n_components)
    code = estimator.transform(rows.X)
    rebuilt = estimator.inverse_transform(code)
    figures = _figures(rows.X, rebuilt, estimator)
    notes = [*notes]
    if not estimator.converged_:
        notes.append(Note("TKW640", f"the loss still fell after {estimator.n_iter_} epochs."))
    own, straight = ("held_out_share", "held_out_share_pca") if "held_out_share" in figures else ("share", "share_pca")
    if figures[own] <= figures[straight]:
        which = "of rows it was not trained on " if own == "held_out_share" else ""
        text = (
            f"{which}it rebuilds {figures[own]:.1%} of the variance, learn.pca with {count(len(axes), 'component')} "
            f"{figures[straight]:.1%}: nothing is gained by bending."
        )
        notes.append(Note("TKW670", text))
    fitted = fit_map(rows, estimator, step="learn.autoencoder", axes=axes, notes=notes)
    history = {"epoch": np.arange(1, estimator.n_iter_ + 1), "loss": estimator.losses_}
    if len(estimator.held_out_losses_):
        history["held_out_loss"] = estimator.held_out_losses_
    return Code(
        fitted.transform(rows.table, code),
        fitted,
        rows.table.with_matrix(rows.names, rebuilt).influenced(fitted.influences).with_notes(notes),
        Table.from_(pl.DataFrame(history), notes=notes).influenced(fitted.influences),
        own_rows_scores(figures, {n: FIGURES[n] for n in figures}, rows, fitted),
    )


def _figures(X: Any, rebuilt: Any, estimator: Autoencoder) -> dict[str, float]:
    """Figures of the rows, and those of principal components beside them."""
    error = float(np.sqrt(((X - rebuilt) ** 2).sum()))
    whole = float(np.sqrt(((X - X.mean(axis=0, dtype=np.float64)) ** 2).sum()))
    figures = {
        "error": error,
        "relative_error": error / whole,
        "share": 1 - (error / whole) ** 2,
        "share_pca": _straight(X, X, estimator.n_components),
    }
    held = np.zeros(len(X), dtype=bool)
    held[estimator.held_out_rows_] = True
    left = float(((X[held] - estimator.mean_) ** 2).sum())
    known = X[~held]
    # With a single row, or equal ones, there are no components to compare with.
    if left and (known != known[0]).any():
        figures["held_out_share"] = 1 - float(((X[held] - rebuilt[held]) ** 2).sum()) / left
        figures["held_out_share_pca"] = _straight(known, X[held], estimator.n_components)
    return figures | {"epochs": float(estimator.n_iter_), "converged": float(estimator.converged_)}


def _straight(known: Any, asked: Any, components: int) -> float:
    """Share of the variance of some rows that principal components of the known ones rebuild."""
    from tenkai.learn._pca import PrincipalComponents, spectrum

    k = min(components, *known.shape)
    straight = PrincipalComponents(k).keep(spectrum(known, k))
    left = ((asked - straight.inverse_transform(straight.transform(asked))) ** 2).sum()
    return 1 - float(left / ((asked - straight.mean_) ** 2).sum())


@autoencoder.fingerprint
def _fingerprint(*, device: Any, **_: object) -> str:
    return device_fingerprint(device)


@autoencoder.schema
def _schema(
    table: Schema | None, *, columns: Columns, components: int, held_out: float, **_: object
) -> dict[str, Schema | None]:
    return {"map": map_schema(table, columns, axis_names("AE", components, "components")), "rebuilt": table}
