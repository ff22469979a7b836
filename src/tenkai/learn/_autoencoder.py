"""The autoencoder estimator: trained by torch, kept and used as plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from tenkai.kernels.network import ACTIVATIONS, Layer, forward, turned
from tenkai.learn._autoencoder_training import Watch, train
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
Numbers = NDArray[Any]

_BLOCK_CELLS = 1 << 22


class Autoencoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Rows as a few numbers, from which a second network rebuilds them.

    Rows are centred by the means of the columns and divided by one number for all of them, the root mean square
    of what is left: training needs numbers near 1, and what the columns weigh against each other stays the
    user's. A loss of 1 is that of rebuilding every row as the mean.

    Parameters
    ----------
    n_components : numbers of the code
    hidden : widths of the layers between rows and code; those between code and rows are the same, turned round
    activation : between layers: "elu", "tanh", "relu" or "linear"
    max_epochs : passes over the rows, at most
    batch_size : rows per step
    learning_rate : first step size of AdamW
    weight_decay : share of the weights taken off, per step and per unit of the step size
    held_out : share of the rows that are not trained on; their loss says when to stop
    patience : epochs without a lower loss before the step size falls to a tenth; the third time training ends
    device : of torch: "cpu" or "cuda"
    random_state : of the rows held out, the first weights and the order of the rows

    Notes
    -----
    Only `fit` needs torch. The fitted estimator holds NumPy arrays, and its transform is NumPy's.
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        hidden: Sequence[int] = (64, 32),
        activation: str = "elu",
        max_epochs: int = 500,
        batch_size: int = 64,
        learning_rate: float = 0.01,
        weight_decay: float = 0.0,
        held_out: float = 0.1,
        patience: int = 20,
        device: str = "cpu",
        random_state: int = 0,
    ) -> None:
        self.n_components = n_components
        self.hidden = hidden
        self.activation = activation
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.held_out = held_out
        self.patience = patience
        self.device = device
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Train on the rows of X (n, p)."""
        checked = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2)
        return self.learn(checked)

    def learn(self, X: Numbers, watch: Watch | None = None) -> Self:
        """Train on checked rows; `watch` is told how many epochs are done, and may raise to stop."""
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"the activation is {self.activation!r}. Allowed: {', '.join(ACTIVATIONS)}.")
        n, p = X.shape
        self.n_features_in_ = p
        held = np.zeros(n, dtype=bool)
        # One row at least is trained on.
        some = min(int(self.held_out * n), n - 1)
        held[np.random.default_rng([self.random_state, 0]).permutation(n)[:some]] = True
        self.held_out_rows_ = np.flatnonzero(held)
        # Rows held out say nothing, not even to the mean.
        known = X[~held] if some else X
        self.mean_ = known.mean(axis=0, dtype=np.float64)
        spread = float(np.sqrt(sum(float(((b - self.mean_) ** 2).sum()) for b in _blocks(known)) / known.size))
        self.scale_ = spread or 1.0
        found = train(
            ((X - self.mean_) / self.scale_).astype(np.float32), held, [p, *self.hidden, self.n_components],
            activation=self.activation, epochs=self.max_epochs, batch=self.batch_size,
            learning_rate=self.learning_rate, weight_decay=self.weight_decay, patience=self.patience,
            seed=self.random_state, device=self.device, watch=watch,
        )  # fmt: skip
        self._keep(found.encoder, found.decoder)
        with one_thread():
            code = self._code(known)
            along = np.zeros((p, self.n_components))
            for block, part in zip(_blocks(known), _blocks(code, p), strict=True):
                along += (block - self.mean_).T @ part
        self._keep(*turned(found.encoder, found.decoder, code, along))
        self.losses_ = found.losses
        self.held_out_losses_ = found.held_out
        self.n_iter_ = len(found.losses)
        self.best_epoch_ = found.best
        self.converged_ = found.converged
        return self

    def _keep(self, encoder: Sequence[Layer], decoder: Sequence[Layer]) -> None:
        self.encoder_ = [[weights, bias] for weights, bias in encoder]
        self.decoder_ = [[weights, bias] for weights, bias in decoder]

    def _code(self, X: Numbers) -> Array:
        layers = [(weights, bias) for weights, bias in self.encoder_]
        return np.vstack(
            [np.asarray(forward((b - self.mean_) / self.scale_, layers, self.activation)) for b in _blocks(X)]
        )

    def transform(self, X: ArrayLike) -> Array:
        """Return the code (m, components) of rows (m, p)."""
        check_is_fitted(self)
        checked: Numbers = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        with one_thread():
            return self._code(checked)

    def inverse_transform(self, coordinates: ArrayLike) -> Array:
        """Return the rows (m, p) that the decoder makes of a code (m, components)."""
        check_is_fitted(self)
        code = check_array(coordinates, dtype=np.float64)
        layers = [(weights, bias) for weights, bias in self.decoder_]
        with one_thread():
            return np.asarray(forward(code, layers, self.activation) * self.scale_ + self.mean_)

    @property
    def _n_features_out(self) -> int:
        return self.n_components


def _blocks(X: Numbers, columns: int | None = None) -> Iterator[Array]:
    """Rows in blocks of float64; of as many rows as `columns` ask for."""
    step = max(1, _BLOCK_CELLS // (columns or X.shape[1]))
    for start in range(0, len(X), step):
        yield X[start : start + step].astype(np.float64)
