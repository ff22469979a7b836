"""Histories of maps and clusters as stills and as a player."""

import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.values.film import slider_of

PIXELS = [f"p{i}" for i in range(64)]


@pytest.fixture(scope="module")
def some():
    digits = tk.collect.digits().take(np.arange(200))
    X = digits.matrix(["image"]) if "image" in digits.columns else digits.matrix(digits.columns[:64])
    columns = {n: X[:, i] for i, n in enumerate(PIXELS)}
    return tk.Table.from_({**columns, "digit": [str(int(d)) for d in digits["digit"]]}, ids=digits.ids)


@pytest.fixture(scope="module")
def mapped(some):
    return tk.learn.tsne(some, columns=PIXELS, perplexity=10, early_iterations=40, iterations=50, history=20)


@pytest.fixture(scope="module")
def grouped(some):
    return tk.learn.k_means(some, columns=PIXELS, clusters=4, starts=2, history=1)


def at(spec, name, frame):
    """Records of the layer of points, as they stand in a frame."""
    (rows,) = (d for d in spec["datasets"].values() if d and "id" in d[0])
    found = {r["id"]: [r["xs"][frame], r["ys"][frame]] if "xs" in r else [r["x"], r["y"]] for r in rows}
    return np.array([found[i] for i in name])


@pytest.mark.row("L26", "I16")
def test_a_map_is_drawn_as_it_was_in_every_kept_iteration(look, mapped):
    seen = tk.interpret.replay(mapped.map, mapped.history, color="digit")
    spec = seen.player.spec
    assert slider_of(spec).places == [0, 20, 40, 60, 80, 90]
    assert spec["params"][1] == {
        "name": "frame", "expr": "(shown >= 20) + (shown >= 40) + (shown >= 60) + (shown >= 80) + (shown >= 90)"
    }  # fmt: skip
    maps = mapped.history.matrix(["coordinates"]).reshape(6, 200, 2)
    for frame, Y in enumerate(maps):
        # Every map is as large as the picture: what is drawn is the map, moved and stretched alike along both axes.
        drawn = at(spec, mapped.map.ids.to_list(), frame)
        half = np.ptp(Y, axis=0).max() / 2
        np.testing.assert_allclose(drawn, (Y - (Y.min(axis=0) + Y.max(axis=0)) / 2) / half, atol=1e-4)
    assert np.abs(at(spec, mapped.map.ids.to_list(), 3)).max() == 1
    titles = look(seen.player).texts()
    assert titles[-1] == f"Iteration 90, KL divergence {mapped.figures['kl_divergence']:.4g}"
    caption = look(seen.player).caption
    assert caption.startswith("Every iteration is drawn as large as the picture: the map is 0.000")
    assert seen.player.text.startswith("Iterations 0 to 90 of laying out 200 rows. The KL divergence goes from ")
    assert seen.figures.figures["loss_last"] == mapped.figures["kl_divergence"]
    assert seen.figures.figures["iterations"] == 90
    assert set(look(seen.player).legend()) == set("0123456789")


@pytest.mark.row("I16")
def test_the_slider_moves_the_points_in_the_picture(look, mapped):
    figure = tk.interpret.replay(mapped.map, mapped.history, color="digit").player
    last = look(figure).picture()
    first = type(figure)(
        {**figure.spec, "params": [{**figure.spec["params"][0], "value": 20}, figure.spec["params"][1]]}
    )
    moved = look(first).picture()
    assert moved.shape == last.shape
    assert (np.abs(moved.astype(int) - last).max(axis=2) > 60).mean() > 0.005


def test_a_film_has_one_frame_per_kept_iteration(mapped):
    import io

    from PIL import Image

    figure = tk.interpret.replay(mapped.map, mapped.history, frames=3).player
    film = Image.open(io.BytesIO(figure.to_film("webp", scale=0.4)))
    assert film.n_frames == 3
    frames = []
    for k in range(3):
        film.seek(k)
        frames.append(np.asarray(film.convert("RGB"), int))
    assert (np.abs(frames[0] - frames[2]).max(axis=2) > 60).any()


@pytest.mark.row("L26")
def test_rounds_of_k_means_are_drawn_with_their_centers(look, some, grouped):
    seen = tk.interpret.replay(some, grouped.history, columns=PIXELS, x="p20", y="p36")
    spec, history = seen.player.spec, grouped.history
    np.testing.assert_allclose(at(spec, some.ids.to_list(), 0), some.matrix(["p20", "p36"]), rtol=1e-4)
    (rows,) = (d for d in spec["datasets"].values() if d and "cs" in d[0])
    labels = history.matrix(["labels"])
    drawn = {r["id"]: r["cs"] for r in rows}
    assert [drawn[i] for i in some.ids] == labels.T.astype(int).tolist()
    centers = history.matrix(["centers"]).reshape(history.height, 4, 64)[:, :, [20, 36]]
    (marks,) = (d for d in spec["datasets"].values() if d and {"x", "y", "t", "i", "j"} == set(d[0]))
    np.testing.assert_allclose([[r["x"], r["y"]] for r in marks], centers.reshape(-1, 2), rtol=1e-4)
    assert look(seen.player).caption == "Crosses: the centers."
    assert seen.figures.figures["loss_last"] == grouped.figures["inertia"]
    assert seen.player.to_png(0.5).startswith(b"\x89PNG")
    assert seen.stills.to_png(0.5).startswith(b"\x89PNG")


def test_clusters_are_drawn_on_a_map_of_the_same_rows_too(look, some, grouped, mapped):
    seen = tk.interpret.replay(mapped.map, grouped.history)
    assert look(seen.player).caption == "Crosses: the means of the rows of each cluster."
    (marks,) = (d for d in seen.player.spec["datasets"].values() if d and {"x", "y", "t", "i", "j"} == set(d[0]))
    last = grouped.history.matrix(["labels"])[-1]
    Y = mapped.map.matrix(["TSNE1", "TSNE2"])
    np.testing.assert_allclose(
        [[r["x"], r["y"]] for r in marks[-4:]], [Y[last == c + 1].mean(axis=0) for c in range(4)], rtol=1e-4
    )


def test_maps_that_do_not_grow_keep_their_axes(look):
    table = tk.Table.from_({"a": np.arange(30.0), "b": np.arange(30.0) % 7})
    found = tk.learn.umap(table, neighbors=5, epochs=20, history=10)
    seen = tk.interpret.replay(found.map, found.history)
    np.testing.assert_allclose(at(seen.player.spec, found.map.ids, 2), found.map.matrix(["UMAP1", "UMAP2"]), rtol=1e-4)
    assert look(seen.player).texts()[0] == "Iteration 0"
    assert "Points moved by" in seen.player.text


def test_many_rows_are_thinned_and_said(look, mapped, monkeypatch):
    import sys

    import tenkai.interpret.replay  # noqa: F401  # the module, which the step of its name hides

    monkeypatch.setattr(sys.modules["tenkai.interpret.replay"], "MOST_PLACES", 6 * 100)
    seen = tk.interpret.replay(mapped.map, mapped.history)
    assert look(seen.player).caption.startswith("100 of 200 rows are drawn, evenly spread over the table.")
    assert [n.code for n in seen.player.notes] == ["TKW727"]


def test_what_cannot_be_drawn_is_refused(some, mapped, grouped):
    none = tk.learn.tsne(some, columns=PIXELS, perplexity=10, early_iterations=1, iterations=1)
    with pytest.raises(TenkaiError, match=r"TK205 .*holds no iteration.* Set history: 10"):
        tk.interpret.replay(none.map, none.history)
    with pytest.raises(TenkaiError, match=r"TK713 .*that of 200 rows, the data have 150"):
        tk.interpret.replay(mapped.map.take(range(150)), mapped.history)
    with pytest.raises(TenkaiError, match=r"TK713 .*its own coordinates.* Leave x out"):
        tk.interpret.replay(mapped.map, mapped.history, x="TSNE1")
    with pytest.raises(TenkaiError, match=r"TK713 .*drawn in their own colors"):
        tk.interpret.replay(some, grouped.history, color="digit")
    line = tk.learn.umap(some, columns=PIXELS, dimensions=1, epochs=2, history=1)
    with pytest.raises(TenkaiError, match=r"TK713 .*one coordinate"):
        tk.interpret.replay(line.map, line.history)
    parts = tk.learn.nmf(some, columns=["p20", "p36"], rank=2, iterations=5, history=1)
    with pytest.raises(TenkaiError, match=r"TK713 .*with its losses.* history: nmf.history"):
        tk.interpret.replay(some, parts.replay, columns=["p20", "p36"])
