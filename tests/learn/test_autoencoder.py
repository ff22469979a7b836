"""learn.autoencoder against principal components, torch's own modules, and for new rows."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.utils.estimator_checks import parametrize_with_checks

import tenkai as tk
from tenkai.kernels.network import first_layers
from tenkai.kernels.quality import trustworthiness
from tenkai.learn._autoencoder import Autoencoder
from tenkai.learn._autoencoder_training import _State
from tenkai.step import Cancelled, Run
from tenkai.values import Folder, load

SHORT = {"hidden": [16], "epochs": 12, "device": "cpu"}
LINEAR = {"hidden": [], "activation": "linear", "held_out": 0, "device": "cpu"}


@parametrize_with_checks([Autoencoder(hidden=(6,), max_epochs=8), Autoencoder(1, hidden=(), max_epochs=8, held_out=0)])
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def test_worked_example():
    # Rows on the line b = 2a: one number says all, and equal steps along the line are equal steps of the code.
    table = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0], "b": [0.0, 2.0, 4.0, 6.0], "kind": list("xyxy")})
    found = tk.learn.autoencoder(table, components=1, **LINEAR)
    assert found.figures["share"] == pytest.approx(1, abs=1e-5)
    assert found.figures["share_pca"] == pytest.approx(1)
    steps = np.diff(found.map["AE1"].to_numpy())
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)
    assert steps[0] > 0
    assert found.map.columns == ["AE1", "kind"]
    np.testing.assert_allclose(found.rebuilt.matrix(["a", "b"]), table.matrix(["a", "b"]), atol=0.01)
    assert found.rebuilt.columns == ["a", "b", "kind"]
    assert found.history.columns == ["epoch", "loss"]
    assert "held_out_share" not in found.figures.figures


@pytest.mark.row("L30")
def test_without_bending_it_is_principal_components(digits: tk.Table):
    # P. Baldi, K. Hornik (1989): a linear autoencoder has no optimum but the plane of the first components.
    found = tk.learn.autoencoder(digits, **LINEAR)
    pca = tk.learn.pca(digits)
    missed = np.sqrt(1 - pca.figures["ratio_2_cumulative"])
    assert found.figures["share_pca"] == pytest.approx(pca.figures["ratio_2_cumulative"])
    assert missed <= found.figures["relative_error"] < missed * 1.001
    decoder = found.fitted.estimator.decoder_[0][0]
    assert np.degrees(subspace_angles(pca.loadings.matrix(), decoder.T)).max() < 1.5
    # It says that bending brings nothing.
    assert [n.code for n in found.map.notes] == ["TKW670"]
    assert found.map.notes[0].text == (
        "it rebuilds 28.5% of the variance, learn.pca with 2 components 28.5%: nothing is gained by bending."
    )


@pytest.mark.row("L30")
def test_it_keeps_neighborhoods_that_straight_axes_lose(digits: tk.Table):
    found = tk.learn.autoencoder(digits, epochs=40, patience=8, device="cpu")
    names = digits.choose("numbers")
    X, axes = digits.matrix(names), ["AE1", "AE2"]
    # PCA: 0.83 (interpret.map_quality, study digits-map); t-SNE reaches 0.99.
    assert 0.95 < trustworthiness(X, found.map.matrix(axes), 12) < 0.99
    assert found.figures["share"] > found.figures["share_pca"] + 0.2
    assert found.figures["held_out_share"] > found.figures["held_out_share_pca"] + 0.2
    rebuilt = found.rebuilt.matrix(names)
    assert found.figures["error"] == pytest.approx(np.linalg.norm(X - rebuilt))
    assert found.figures["share"] == pytest.approx(1 - ((X - rebuilt) ** 2).sum() / ((X - X.mean(0)) ** 2).sum())
    assert found.figures.lens is not None
    assert found.figures.lens.prepared == 1797
    assert found.history.height == found.figures["epochs"]
    # The loss is a share of the variance: that of the rows held out is the figure.
    assert found.history["held_out_loss"].min() == pytest.approx(1 - found.figures["held_out_share"], abs=0.01)
    np.testing.assert_allclose(found.map.matrix(axes).mean(axis=0), 0, atol=2)


def test_rows_held_out_teach_nothing(digits: tk.Table):
    X = digits.matrix(digits.choose("numbers"))[:300]
    found = Autoencoder(hidden=(8,), max_epochs=5).fit(X)
    held = found.held_out_rows_
    assert len(held) == 30
    other = X.copy()
    other[held] = 5.0
    again = Autoencoder(hidden=(8,), max_epochs=5).fit(other)
    np.testing.assert_array_equal(again.mean_, found.mean_)
    np.testing.assert_array_equal(again.losses_, found.losses_)
    assert (again.held_out_losses_ != found.held_out_losses_).all()


def test_training_ends_when_the_rows_held_out_gain_nothing():
    # Noise cannot be foreseen: what is learned of it by heart does not help with other rows.
    noise = np.random.default_rng(0).normal(size=(60, 12))
    found = Autoencoder(hidden=(64,), patience=5, learning_rate=0.01).fit(noise)
    assert found.converged_
    assert found.n_iter_ < 200
    # What is kept is the best epoch, not the last one.
    held = noise[found.held_out_rows_]
    left = ((found.inverse_transform(found.transform(held)) - held) ** 2).mean() / found.scale_**2
    assert left == pytest.approx(found.held_out_losses_[found.best_epoch_ - 1], rel=1e-5)
    assert found.held_out_losses_.min() == found.held_out_losses_[found.best_epoch_ - 1]


@pytest.mark.slow
def test_its_steps_are_those_of_torchs_adamw():
    layers = first_layers([4, 3, 2], np.random.default_rng(0))
    state = _State(torch, layers, 0.1, "cpu")
    theirs = [torch.tensor(part, dtype=torch.float32, requires_grad=True) for layer in layers for part in layer]
    groups = [{"params": theirs[::2], "weight_decay": 0.1}, {"params": theirs[1::2], "weight_decay": 0.0}]
    oracle = torch.optim.AdamW(groups, lr=0.05)
    for _ in range(7):
        for parts, move in ((theirs, oracle.step), ([p for layer in state.layers() for p in layer], None)):
            loss = sum((torch.sin(part) ** 2 * (i + 1)).sum() for i, part in enumerate(parts))
            oracle.zero_grad()
            loss.backward()
            move() if move else state.move(0.05)
    ours = [part.detach().numpy() for layer in state.layers() for part in layer]
    for mine, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, their.detach().numpy(), atol=1e-6)


@pytest.mark.row("L30")
def test_same_bits_for_any_number_of_threads_and_torch_is_left_as_it_was(some_digits: tk.Table, run_with, assert_same):
    before = torch.get_num_threads(), torch.random.get_rng_state()
    results = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            results.append(run_with(tk.learn.autoencoder, some_digits, threads, **SHORT))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before[0])
    assert_same(*results)
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.random.get_rng_state(), before[1])
    other = run_with(tk.learn.autoencoder, some_digits, **SHORT, seed=1)
    assert np.abs(other["map"].matrix(["AE1"]) - results[0]["map"].matrix(["AE1"])).max() > 0.1


def test_stored_it_places_new_rows_without_torch(some_digits: tk.Table, tmp_path: Path, run_python):
    scaled = tk.process.standardize(some_digits, columns=[c for c in some_digits.columns if c[0] == "p"]).table
    found = tk.learn.autoencoder(scaled, **SHORT)
    placed = found.fitted.apply(some_digits)  # raw rows: through the same scaler
    np.testing.assert_allclose(placed.matrix(["AE1", "AE2"]), found.map.matrix(["AE1", "AE2"]), atol=1e-12)
    found.fitted.save(tmp_path / "fitted")
    some_digits.save(tmp_path / "rows")
    said = run_python(
        f"""
        import sys
        from pathlib import Path

        class Without:  # as where it is not installed
            def find_spec(self, name, path=None, target=None):
                if name == "torch":
                    raise ModuleNotFoundError("No module named 'torch'", name="torch")

        sys.meta_path.insert(0, Without())
        from tenkai.values import Folder, load
        fitted, rows = (load(Folder(Path({str(tmp_path)!r}) / n)) for n in ("fitted", "rows"))
        print(fitted.apply(rows)["AE1"].to_list(), "torch" in sys.modules)
        """
    )
    assert said.strip() == f"{placed['AE1'].to_list()} False"
    assert load(Folder(tmp_path / "fitted")).digest == found.fitted.digest


def test_pictures_stay_pictures():
    images = tk.collect.digits().take(np.arange(120))
    found = tk.learn.autoencoder(images, columns=["image"], **SHORT)
    assert found.rebuilt.kinds["image"] == "image"
    assert found.rebuilt.frame["image"].dtype.shape == (8, 8)
    assert found.map.columns[:2] == ["AE1", "AE2"]


def test_progress_tells_the_rate_and_a_wish_to_stop_is_heard(some_digits: tk.Table, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tenkai.learn._autoencoder_training._REPORT", 0.0)
    told: list[tuple[float, float, str]] = []
    step = tk.learn.autoencoder
    run = Run(report=lambda *said: told.append(said), cancelled=lambda: len(told) > 40)
    threads = torch.get_num_threads()
    with pytest.raises(Cancelled):
        step.run({"table": some_digits}, step.convert({**SHORT, "epochs": 500}), run)
    assert torch.get_num_threads() == threads
    done, total, text = told[-1]
    assert 0 < done < total == 500
    assert text.startswith("loss 0.") and " epochs/s, at most " in text and text.endswith(" s left")


def test_too_few_epochs_are_told(some_digits: tk.Table):
    found = tk.learn.autoencoder(some_digits, **{**SHORT, "epochs": 3})
    assert "TKW640" in [n.code for n in found.map.notes]
    assert found.figures["converged"] == 0
    assert found.rebuilt.notes == found.map.notes == found.fitted.notes


def test_what_cannot_be_learned_from(refused):
    table = tk.Table.from_({"a": [0.0, 1.0, 3.0], "b": [2.0, 1.0, 0.0], "AE1": [1.0, 2.0, 4.0]})
    text = refused("TK111", tk.learn.autoencoder, table, columns=["a", "b"], components=3, **SHORT)
    assert "3 rows and 2 columns: 1 to 2 coordinates." in text
    assert "AE1" in refused("TK604", tk.learn.autoencoder, table, columns=["a", "b"], **SHORT)
    refused("TK205", tk.learn.autoencoder, table.take([0]), **SHORT)
    refused("TK203", tk.learn.autoencoder, table.take([0, 0]), **SHORT)
    refused("TK208", tk.learn.autoencoder, tk.Table.from_({"a": [0.0, None, 3.0]}), components=1, **SHORT)


def test_a_loss_that_is_no_number_is_told(refused):
    X = np.random.default_rng(0).normal(size=(50, 4))
    text = refused("TK673", Autoencoder(learning_rate=1e12, max_epochs=50, hidden=(8, 8)).fit, X)
    assert text == (
        "TK673 learning_rate: training failed: in epoch 1 the loss was no number any more. "
        "The learning rate was 1e+12. Lower learning_rate, or take the activation tanh."
    )


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, some_digits: tk.Table):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(tk.TenkaiError) as caught:
        tk.learn.autoencoder(some_digits, **SHORT)
    assert str(caught.value) == (
        "TK311 learn.autoencoder: Autoencoders need the package torch, which is not installed. "
        "Install it with: pip install 'tenkai[torch]'"
    )


def test_an_activation_that_is_not_there():
    with pytest.raises(ValueError, match=r"'sigmoid'\. Allowed: elu, tanh, relu, linear"):
        Autoencoder(activation="sigmoid").fit(np.eye(3))


def test_columns_are_known_before_data():
    schema = tk.Table.from_(pl.DataFrame({"a": [1.0], "b": [1.0], "label": ["x"]})).schema
    flow = tk.learn.autoencoder.flow({"table": schema}, tk.learn.autoencoder.convert({"columns": ["a", "b"]}))
    assert flow["map"].names == ["AE1", "AE2", "label"]
    assert flow["rebuilt"].names == ["a", "b", "label"]
