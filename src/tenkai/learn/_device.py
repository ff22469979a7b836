"""Where a step computes: on the processor, or on a GPU that torch finds.

torch is imported only where a GPU is asked for, or where the driver of one is installed and the work is worth it:
nobody else pays for it.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import Note, TenkaiError, problem
from tenkai.extras import needed
from tenkai.step import Advanced, Help

Device = Literal["auto", "cpu", "cuda"]
DeviceChoice = Annotated[
    Device, Advanced, Help("where to compute; auto: on a CUDA GPU where there is one and the work is large")
]

# Operations that keep one processor core busy for some seconds: less is done before a GPU has woken up.
WORTH = 3e11


@dataclass(frozen=True)
class Gpu:
    """A device of torch."""

    torch: Any
    device: str
    name: str

    def put(self, X: NDArray[Any]) -> Any:
        """Copy an array to the device."""
        return self.torch.tensor(np.ascontiguousarray(X), device=self.device)

    def free(self) -> float:
        """Bytes of its memory that nobody uses."""
        return float(self.torch.cuda.mem_get_info(self.device)[0])

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Tell a lack of memory as a problem. Raises TK672."""
        try:
            yield
        except self.torch.OutOfMemoryError:
            raise problem(
                "TK672",
                f"the memory of the GPU ({self.name}) does not hold this.",
                remedy="Set device: cpu, or give fewer rows or columns.",
                setting="device",
            ) from None

    @property
    def note(self) -> Note:
        """What to know of numbers that were computed here."""
        text = f"computed on a GPU ({self.name}): other devices give the same up to rounding."
        return Note("TKW671", text)


def chosen(device: Device, *, work: float, size: float) -> Gpu | None:
    """Return the GPU to compute on; None for the processor.

    Parameters
    ----------
    work : operations, about
    size : bytes that must fit

    Raises
    ------
    TenkaiError
        TK311 without torch, TK670 without a GPU, where the device is cuda.
    """
    if device == "cpu" or (device == "auto" and work < WORTH):
        return None
    found = _found(device)
    return found if found is None or device == "cuda" or found.free() > size else None


def fingerprint(device: Device) -> str:
    """Name the device that results may depend on, for the key of a task; nothing where it is the processor."""
    if device == "cpu":
        return ""
    try:
        found = _found(device)
    except TenkaiError:
        return ""  # the step tells it, in its place
    return "" if found is None else f"{found.name}, torch {found.torch.__version__}"


def refuse(what: str, device: Device, remedy: str) -> None:
    """Refuse a GPU that was asked for by name and can do nothing here. Raises TK671."""
    if device == "cuda":
        raise problem("TK671", f"{what} cannot be computed on a GPU.", remedy=remedy, setting="device")


def _found(device: Device) -> Gpu | None:
    if device == "auto" and not (_has_driver() and importlib.util.find_spec("torch")):
        return None
    torch = needed("torch", "torch", "GPUs")
    if torch.cuda.is_available():
        return Gpu(torch, "cuda", torch.cuda.get_device_name())
    if device == "auto":
        return None
    built = (
        f"was built for CUDA {torch.version.cuda} and finds no GPU" if torch.version.cuda else "was built without CUDA"
    )
    raise problem(
        "TK670",
        f"there is no GPU to compute on: torch {torch.__version__} {built}.",
        allowed="A GPU needs its driver (the command nvidia-smi lists it) and a torch built for CUDA (pytorch.org).",
        remedy="Set device: auto, which takes a GPU only where there is one, or device: cpu.",
        setting="device",
    )


def _has_driver() -> bool:
    """Say whether the driver of an NVIDIA GPU is installed, in well under a millisecond where it is not."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
