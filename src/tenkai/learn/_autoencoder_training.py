"""Training of an autoencoder with torch: layers from rows, and the same bits for any number of threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.extras import needed
from tenkai.kernels.arrays import host
from tenkai.kernels.network import Layer, first_layers, forward

# A loss counts as lower when it falls by more than this share.
_LOWER = 1e-4
# How often the step size falls to a tenth before training ends.
_CUTS = 2
# Decay of the means of gradients and of their squares, and what keeps from dividing by 0 (Kingma and Ba).
_FIRST, _SECOND, _EPSILON = 0.9, 0.999, 1e-8
# Seconds between two reports of progress.
_REPORT = 0.3

Watch = Callable[[float, str], None]


@dataclass(frozen=True)
class Trained:
    """What training found.

    Parameters
    ----------
    encoder, decoder : layers of float64, from the epoch with the lowest loss
    losses : (epochs,), mean over the batches of each epoch
    held_out : (epochs,), of the rows held out; empty without
    best : epoch the layers are from, counted from 1
    converged : the loss had stopped falling before the epochs ran out
    """

    encoder: list[Layer]
    decoder: list[Layer]
    losses: NDArray[np.float64]
    held_out: NDArray[np.float64]
    best: int
    converged: bool


def train(
    Z: NDArray[np.float32],
    held: NDArray[np.bool_],
    sizes: Sequence[int],
    *,
    activation: str,
    epochs: int,
    batch: int,
    learning_rate: float,
    weight_decay: float,
    patience: int,
    seed: int,
    device: str = "cpu",
    watch: Watch | None = None,
) -> Trained:
    """Find layers that carry rows Z (n, p) through a code of few numbers, by AdamW.

    Parameters
    ----------
    Z : centred, with a mean square of 1
    held : (n,), rows that are not trained on; their loss says when to stop
    sizes : p, the widths of the hidden layers, and the size of the code
    patience : epochs without a lower loss before the step size falls to a tenth; the third time training ends
    watch : told how many epochs are done; may raise to stop

    Raises
    ------
    TenkaiError
        TK311 without torch, TK673 when the loss is no number.

    Notes
    -----
    First weights and the order of the rows are drawn by NumPy, so they are the same on every device. AdamW is
    written out here: torch's own imports its compiler, which takes longer than most trainings.

    Source: D. Kingma, J. Ba, ICLR (2015), algorithm 1; I. Loshchilov, F. Hutter, ICLR (2019), algorithm 2.
    """
    torch = needed("torch", "torch", "Autoencoders")
    layers = first_layers(sizes, np.random.default_rng([seed, 1]))
    layers += first_layers(sizes[::-1], np.random.default_rng([seed, 2]))
    order = np.random.default_rng([seed, 3])
    with _one_thread(torch):
        rows = torch.tensor(Z, device=device)
        state = _State(torch, layers, weight_decay, device)
        middle = len(sizes) - 1
        trained, kept = np.flatnonzero(~held), torch.tensor(np.flatnonzero(held), device=device)
        log = _Log(epochs, watch)

        def loss_of(x: Any) -> Any:
            now = state.layers()
            code = forward(x, now[:middle], activation)
            return torch.mean(torch.square(forward(code, now[middle:], activation) - x))

        best, lowest, waiting, cuts, lowered = 0, np.inf, 0, 0, np.inf
        losses: list[float] = []
        held_out: list[float] = []
        while len(losses) < epochs:
            places = torch.tensor(order.permutation(trained), device=device)
            sums = torch.zeros((), dtype=torch.float64, device=device)
            for start in range(0, len(places), batch):
                some = rows[places[start : start + batch]]
                loss = loss_of(some)
                loss.backward()
                state.move(learning_rate * 0.1**cuts)
                sums += loss.detach() * len(some)
                log.tell(len(losses) + start / len(places))
            losses.append(float(sums) / len(places))
            watched = losses[-1]
            if len(kept):
                with torch.no_grad():
                    held_out.append(float(loss_of(rows[kept])))
                watched = held_out[-1]
            if not np.isfinite(watched):
                raise _no_number(len(losses), learning_rate)
            log.loss = watched
            if watched < lowest:
                best, lowest = len(losses), watched
                state.keep()
            waiting = 0 if watched < lowered * (1 - _LOWER) else waiting + 1
            lowered = min(lowered, watched)
            if waiting >= patience:
                if cuts == _CUTS:
                    break
                cuts, waiting = cuts + 1, 0
                state.back()
        found = state.kept()
    return Trained(found[:middle], found[middle:], np.asarray(losses), np.asarray(held_out), best, waiting >= patience)


class _State:
    """All numbers of the layers in one vector, with the two means of AdamW beside it."""

    def __init__(self, torch: Any, layers: Sequence[Layer], weight_decay: float, device: str) -> None:
        self.torch = torch
        self.shapes = [part.shape for layer in layers for part in layer]
        self.sizes = [int(np.prod(shape)) for shape in self.shapes]
        numbers = np.concatenate([part.ravel() for layer in layers for part in layer])
        # What is added in a layer does not decay, only weights do.
        shares = np.concatenate([np.full(part.size, part.ndim > 1) for layer in layers for part in layer])
        self.numbers = torch.tensor(numbers, dtype=torch.float32, device=device, requires_grad=True)
        self.decay = torch.tensor(weight_decay * shares, dtype=torch.float32, device=device)
        self.first, self.second = torch.zeros_like(self.decay), torch.zeros_like(self.decay)
        self.best = self.numbers.detach().clone()
        self.steps = 0

    def layers(self) -> list[Layer]:
        """Views of the numbers; gradients flow through them."""
        return self._cut(self.numbers)

    def kept(self) -> list[Layer]:
        """The numbers remembered, as arrays of NumPy."""
        return [(host(w).astype(np.float64), host(b).astype(np.float64)) for w, b in self._cut(self.best)]

    def _cut(self, numbers: Any) -> list[Layer]:
        parts = [v.view(s) for v, s in zip(self.torch.split(numbers, self.sizes), self.shapes, strict=True)]
        return list(zip(parts[::2], parts[1::2], strict=True))

    def move(self, rate: float) -> None:
        """Take one step along the gradients at hand, and forget them."""
        self.steps += 1
        gradient, self.numbers.grad = self.numbers.grad, None
        self.first.mul_(_FIRST).add_(gradient, alpha=1 - _FIRST)
        self.second.mul_(_SECOND).addcmul_(gradient, gradient, value=1 - _SECOND)
        size = (self.second / (1 - _SECOND**self.steps)).sqrt_().add_(_EPSILON)
        with self.torch.no_grad():
            self.numbers.addcmul_(self.numbers, self.decay, value=-rate)
            self.numbers.addcdiv_(self.first, size, value=-rate / (1 - _FIRST**self.steps))

    def keep(self) -> None:
        """Remember the numbers."""
        self.best.copy_(self.numbers.detach())

    def back(self) -> None:
        """Return to the numbers remembered."""
        with self.torch.no_grad():
            self.numbers.copy_(self.best)


class _Log:
    """Progress: epochs done, the loss, the rate and the time left at most."""

    def __init__(self, epochs: int, watch: Watch | None) -> None:
        self.epochs = epochs
        self.watch = watch
        self.loss = np.nan
        self.start = self.told = time.monotonic()

    def tell(self, done: float) -> None:
        """Report, a few times a second."""
        now = time.monotonic()
        if self.watch is None or now - self.told < _REPORT:
            return
        self.told = now
        rate = done / (now - self.start)
        left = f", at most {(self.epochs - done) / rate:.0f} s left" if done else ""
        loss = "" if np.isnan(self.loss) else f"loss {self.loss:.4f}, "
        self.watch(done, f"{loss}{rate:.1f} epochs/s{left}")


def _no_number(epoch: int, learning_rate: float) -> Exception:
    return problem(
        "TK673",
        f"training failed: in epoch {epoch} the loss was no number any more.",
        allowed=f"The learning rate was {learning_rate:g}.",
        remedy="Lower learning_rate, or take the activation tanh.",
        setting="learning_rate",
    )


_lock = threading.Lock()
_before: list[tuple[int, bool, bool]] = []
_inside = [0]


@contextmanager
def _one_thread(torch: Any) -> Iterator[None]:
    """Keep torch on one thread and on algorithms that repeat, while any training runs; then as the user had it."""
    with _lock:
        if not _inside[0]:
            repeats, warns = (
                torch.are_deterministic_algorithms_enabled(),
                torch.is_deterministic_algorithms_warn_only_enabled(),
            )
            _before[:] = [(torch.get_num_threads(), repeats, warns)]
        _inside[0] += 1
        torch.set_num_threads(1)
        # On a GPU this needs an environment variable that must be set before the start: there bits may differ.
        torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        with _lock:
            _inside[0] -= 1
            if not _inside[0]:
                threads, repeats, warns = _before.pop()
                torch.set_num_threads(threads)
                torch.use_deterministic_algorithms(repeats, warn_only=warns)
