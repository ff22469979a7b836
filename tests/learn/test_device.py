"""The setting `device`: what is chosen, what is refused, and that a device gives what the processor gives.

No GPU is needed: torch computes in the main memory, through the same code.
"""

import sys
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch

import tenkai as tk
from tenkai.learn import _device, _pca
from tenkai.learn._device import Gpu, chosen, fingerprint
from tenkai.step import Run, get_step

TOO_LARGE_TO_MISS = 1e15
DEVICE_STEPS = ["learn.autoencoder", "learn.neighbors", "learn.nmf", "learn.pca", "learn.svd"]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    """Main memory in the part of a GPU."""
    there = Gpu(torch, "cpu", "Memory 1")
    monkeypatch.setattr(_device, "_found", lambda device: there)
    monkeypatch.setattr(Gpu, "free", lambda self: 1e9)
    return there


# ---- what is chosen ------------------------------------------------------------------------------


def test_auto_takes_a_gpu_for_large_work_that_fits(gpu: Gpu):
    assert chosen("auto", work=TOO_LARGE_TO_MISS, size=1e8) is gpu
    assert chosen("auto", work=1e6, size=1e8) is None
    assert chosen("auto", work=TOO_LARGE_TO_MISS, size=1e10) is None
    assert chosen("cpu", work=TOO_LARGE_TO_MISS, size=1e8) is None
    assert chosen("cuda", work=1.0, size=1e10) is gpu


def test_auto_without_a_gpu_is_the_processor(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_device, "_has_driver", lambda: False)
    assert chosen("auto", work=TOO_LARGE_TO_MISS, size=1.0) is None
    # A driver without a torch that uses it.
    monkeypatch.setattr(_device, "_has_driver", lambda: True)
    assert chosen("auto", work=TOO_LARGE_TO_MISS, size=1.0) is None
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert chosen("auto", work=TOO_LARGE_TO_MISS, size=1.0) is None


def test_the_key_of_a_task_names_a_gpu_and_nothing_else(monkeypatch: pytest.MonkeyPatch, gpu: Gpu):
    assert fingerprint("cpu") == ""
    assert fingerprint("auto") == fingerprint("cuda") == f"Memory 1, torch {torch.__version__}"
    assert get_step("learn.pca").outside(get_step("learn.pca").convert({})) == fingerprint("auto")
    # Bits of a graph are the same everywhere.
    assert get_step("learn.neighbors").outside(get_step("learn.neighbors").convert({})) == ""
    monkeypatch.undo()
    assert fingerprint("cuda") == ""
    assert get_step("learn.nmf").outside(get_step("learn.nmf").convert({})) == ""


def no_gpu(built: str | None) -> SimpleNamespace:
    cuda = SimpleNamespace(is_available=lambda: False)
    return SimpleNamespace(__version__="2.13.0", cuda=cuda, version=SimpleNamespace(cuda=built))


@pytest.mark.row("L30")
@pytest.mark.parametrize("name", DEVICE_STEPS)
def test_cuda_without_a_gpu_says_what_was_found(name: str, monkeypatch: pytest.MonkeyPatch, refused):
    monkeypatch.setitem(sys.modules, "torch", no_gpu(None))
    text = refused("TK670", get_step(name), tk.Table.from_(np.eye(4) + 1), device="cuda", **few(name))
    assert text == (
        f"TK670 {name} device: there is no GPU to compute on: torch 2.13.0 was built without CUDA. A GPU needs its "
        "driver (the command nvidia-smi lists it) and a torch built for CUDA (pytorch.org). Set device: auto, which "
        "takes a GPU only where there is one, or device: cpu."
    )
    monkeypatch.setitem(sys.modules, "torch", no_gpu("12.8"))
    text = refused("TK670", get_step(name), tk.Table.from_(np.eye(4) + 1), device="cuda", **few(name))
    assert "torch 2.13.0 was built for CUDA 12.8 and finds no GPU." in text


def few(name: str) -> dict[str, int]:
    return {"neighbors": 2} if name == "learn.neighbors" else {"rank": 2} if name in ("learn.nmf", "learn.svd") else {}


def test_cuda_without_torch_names_the_extra(monkeypatch: pytest.MonkeyPatch, refused):
    monkeypatch.setitem(sys.modules, "torch", None)
    text = refused("TK311", tk.learn.pca, tk.Table.from_(np.eye(4)), device="cuda")
    assert "GPUs need the package torch, which is not installed." in text


def test_what_a_gpu_cannot_do_is_refused_before_the_run(refused, gpu: Gpu):
    table = tk.Table.from_(np.eye(4))
    text = refused("TK671", tk.learn.neighbors, table, neighbors=2, metric="cityblock", device="cuda")
    assert text == (
        "TK671 learn.neighbors device: the metric cityblock cannot be computed on a GPU. Set device: cpu, or take one "
        "of euclidean, sqeuclidean, cosine, correlation."
    )
    text = refused("TK671", tk.learn.neighbors, table, neighbors=2, method="approximate", device="cuda")
    assert "the approximate search cannot be computed on a GPU. Set method: exact, or device: cpu." in text
    text = refused("TK671", tk.learn.nmf, table, rank=2, solver="coordinate", device="cuda")
    assert "the solver coordinate cannot be computed on a GPU. Leave solver out, or set device: cpu." in text
    holed = tk.Table.from_({"a": [1.0, None, 3.0], "b": [1.0, 2.0, 5.0]})
    text = refused("TK671", tk.learn.nmf, holed, rank=1, missing="leave_out", device="cuda")
    assert "a table with missing cells cannot be computed on a GPU." in text
    # Left to auto, they are computed here.
    for settings in ({"metric": "cityblock"}, {"method": "approximate"}):
        assert tk.learn.neighbors(table, neighbors=2, **settings).k == 2
    assert tk.learn.nmf(holed, rank=1, missing="leave_out").table.height == 3


def test_too_little_memory_is_told(gpu: Gpu, monkeypatch: pytest.MonkeyPatch, refused):
    def full(self, X):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3.00 GiB.")

    monkeypatch.setattr(Gpu, "put", full)
    table = tk.Table.from_(np.eye(4) + 1)
    for name in ("learn.neighbors", "learn.nmf", "learn.pca", "learn.svd"):
        text = refused("TK672", get_step(name), table, device="cuda", **few(name))
        assert text == (
            f"TK672 {name} device: the memory of the GPU (Memory 1) does not hold this. Set device: cpu, or give fewer "
            "rows or columns."
        )


# ---- what comes out ------------------------------------------------------------------------------


def notes_of(value) -> list[str]:
    return [note.code for note in value.notes]


@pytest.mark.row("L30")
def test_nmf_on_a_device(some_digits: tk.Table, gpu: Gpu):
    settings = {"rank": 6, "restarts": 2, "history": 50}
    here = tk.learn.nmf(some_digits, **settings, device="cpu")
    there = tk.learn.nmf(some_digits, **settings, device="cuda")
    # The same start and the same iteration: only rounding differs.
    assert there.figures["iterations"] == here.figures["iterations"]
    assert there.figures["error"] == pytest.approx(here.figures["error"], rel=1e-6)
    np.testing.assert_allclose(there.parts.matrix(), here.parts.matrix(), atol=1e-4)
    assert there.replay.height == here.replay.height
    assert notes_of(there.table) == ["TKW671"]
    assert there.table.notes[0].text == ("computed on a GPU (Memory 1): other devices give the same up to rounding.")
    assert notes_of(here.table) == []
    # New rows need no GPU.
    assert there.fitted.apply(some_digits).height == 400


@pytest.mark.row("L30")
@pytest.mark.parametrize("direct", [1e9, 0.0])
def test_pca_on_a_device(some_digits: tk.Table, gpu: Gpu, monkeypatch: pytest.MonkeyPatch, direct: float):
    monkeypatch.setattr(_pca, "_DIRECT", direct)
    here, there = (tk.learn.pca(some_digits, components=3, device=d) for d in ("cpu", "cuda"))
    np.testing.assert_allclose(there.ratios["ratio"], here.ratios["ratio"], atol=1e-12)
    axes = ["PCA1", "PCA2", "PCA3"]
    np.testing.assert_allclose(there.map.matrix(axes), here.map.matrix(axes), atol=1e-8)
    assert notes_of(there.map) == notes_of(there.ratios) == ["TKW671"]


def test_a_large_pca_on_a_device_says_both(some_digits: tk.Table, gpu: Gpu, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_pca, "_DIRECT", 0.0)
    monkeypatch.setattr(_pca, "_LARGEST", 10)
    monkeypatch.setattr(_pca, "_AT_RANDOM", 20)
    found = tk.learn.pca(some_digits, device="cuda")
    assert notes_of(found.map) == ["TKW671", "TKW601"]
    assert found.ratios.height == 20


@pytest.mark.row("L30")
@pytest.mark.parametrize("settings", [{}, {"center": True}, {"method": "randomized"}])
def test_svd_on_a_device(some_digits: tk.Table, gpu: Gpu, settings):
    names = some_digits.choose("numbers")
    here, there = (tk.learn.svd(some_digits, rank=4, **settings, device=d) for d in ("cpu", "cuda"))
    exact = settings.get("method") != "randomized"
    near = {"atol": 1e-10 * here.S["value"][0]} if exact else {"rtol": 0.01}
    np.testing.assert_allclose(there.S["value"][:4], here.S["value"][:4], **near)
    low, other = here.table.matrix(names), there.table.matrix(names)
    assert np.abs(low - other).max() < (1e-8 if exact else 1e-3)
    assert notes_of(there.table) == notes_of(there.S)
    assert notes_of(there.table) == (["TKW671"] if exact else ["TKW630", "TKW671"])


def test_svd_fills_cells_on_a_device(gpu: Gpu):
    random = np.random.default_rng(0)
    X = random.normal(size=(30, 2)) @ random.normal(size=(2, 8))
    X[random.random(X.shape) < 0.1] = np.nan
    here, there = (tk.learn.svd(tk.Table.from_(X), rank=2, missing="fill", device=d) for d in ("cpu", "cuda"))
    np.testing.assert_allclose(there.table.matrix(), here.table.matrix(), atol=1e-8)


@pytest.mark.row("L30")
def test_neighbors_on_a_device_have_the_same_bits(some_digits: tk.Table, gpu: Gpu, assert_same):
    step = get_step("learn.neighbors")
    for metric in ("euclidean", "cosine"):
        here, there = (
            step.run({"table": some_digits}, step.convert({"neighbors": 20, "metric": metric, "device": d}), Run(2))
            for d in ("cpu", "cuda")
        )
        assert_same(there, here)


def test_an_autoencoder_on_a_device(some_digits: tk.Table, gpu: Gpu):
    found = tk.learn.autoencoder(some_digits, hidden=[8], epochs=5, device="cuda")
    assert "TKW671" in notes_of(found.map)
    # A small network waits for a GPU's orders longer than it computes.
    assert "TKW671" not in notes_of(tk.learn.autoencoder(some_digits, hidden=[8], epochs=5).map)


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("nmf", [{"rank": 2, "seed": 0}, {"rank": 5, "seed": 3}]),
        ("pca", [{"components": 1}, {"components": 3}]),
        ("svd", [{"rank": 1}, {"rank": 3}]),
    ],
)
def test_a_sweep_on_a_device(some_digits: tk.Table, gpu: Gpu, assert_same, name: str, points):
    step = get_step(f"learn.{name}")
    base = step.convert({"device": "cuda", **({"iterations": 10} if name == "nmf" else {})})
    together = step.run_shared(tuple(points[0]), points, {"table": some_digits}, base, Run(2))
    for point, found in zip(points, together, strict=True):
        assert_same(found, step.run({"table": some_digits}, {**base, **point}, Run(1)))


# ---- what it costs who asks for nothing ------------------------------------------------------------


@pytest.mark.row("L30")
def test_nobody_else_imports_torch(run_python):
    said = run_python(
        """
        import sys
        import numpy as np, tenkai as tk
        from tenkai.step import get_step, step_names
        table = tk.Table.from_(np.random.default_rng(0).random((30, 5)))
        for name in step_names():
            get_step(name).declaration
        for name, few in (("nmf", {"rank": 2}), ("pca", {}), ("svd", {}), ("neighbors", {"neighbors": 3})):
            step = getattr(tk.learn, name)
            step(table, **few)
            step.outside(step.convert(few))
        print("torch" in sys.modules)
        """
    )
    assert said == "False\n"


def test_the_key_of_other_steps_does_not_hang_on_torch():
    from tenkai.run.code import reached

    for name in ("learn.nmf", "learn.pca", "learn.svd", "learn.neighbors"):
        assert "torch" not in dict(reached(get_step(name)).libraries)
    assert pl.__version__ in dict(reached(get_step("learn.pca")).libraries).values()
