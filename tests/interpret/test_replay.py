import dataclasses
import re

import numpy as np
import pytest

import tenkai as tk
from tenkai.errors import TenkaiError
from tenkai.interpret._arrows import HEAD_SHAPE
from tenkai.interpret._replay import Kept, stills_of
from tenkai.values import Figure
from tenkai.values.film import slider_of


@pytest.fixture(scope="module")
def learned():
    data = tk.collect.generate.cos2()
    settings = {"solver": "multiplicative", "start": "uniform", "iterations": 30, "tolerance": 0, "seed": 32}
    found = tk.learn.nmf(data, rank=2, history=1, **settings)
    return data, found, tk.interpret.replay(data, found.replay, found.history)


def shown(look, figure: Figure, mark: str, iteration: int, **has) -> list[dict]:
    """Records of the moving layers that are drawn when the slider stands at an iteration."""
    seen = look(figure)
    rows: list[dict] = []
    for view in seen.marks(mark):
        if view.get("transform") and all(view["mark"].get(k) == v for k, v in has.items()):
            assert view["transform"] == [{"filter": "datum.i <= shown && shown <= datum.j"}]
            rows = [r for r in seen.rows(view) if r["i"] <= iteration <= r["j"]]
            break
    return rows


@pytest.mark.row("I16", "L26")
def test_every_iteration_can_be_shown_with_reconstruction_parts_and_loss(look, learned):
    data, found, seen = learned
    (param,) = seen.player.spec["params"]
    assert (param["name"], param["value"]) == ("shown", 30)
    assert (param["bind"]["input"], param["bind"]["min"], param["bind"]["max"], param["bind"]["step"]) == (
        "range",
        0,
        30,
        1,
    )
    W = found.replay.matrix(["coordinates"]).reshape(31, 80, 2)
    H = found.replay.matrix(["parts"]).reshape(31, 2, 2)
    order = np.argsort(-W[-1].sum(axis=0) * H[-1].sum(axis=1))
    for i in (0, 1, 17, 30):
        rebuilt = shown(look, seen.player, "point", i, color="#0072b2")
        np.testing.assert_allclose([[r["x"], r["y"]] for r in rebuilt], W[i] @ H[i], rtol=1e-4)
        assert [r["id"] for r in rebuilt] == data.ids.to_list()
        heads = shown(look, seen.player, "point", i, shape=HEAD_SHAPE)
        assert [r["t"] for r in heads] == ["part 1", "part 2"]
        slopes = [r["vy"] / r["vx"] for r in heads]
        np.testing.assert_allclose(slopes, (H[i][:, 1] / H[i][:, 0])[order], rtol=1e-4)
        (title,) = shown(look, seen.player, "text", i, fontSize=15)
        assert title["t"] == f"Iteration {i}, loss {found.history['loss'][i]:.4g}"


@pytest.mark.row("I16")
def test_moving_the_slider_changes_the_picture(look, learned):
    figure = learned[2].player
    last = look(figure).picture()
    first = {**figure.spec, "params": [{**figure.spec["params"][0], "value": 0}]}
    moved = look(dataclasses.replace(figure, spec=first)).picture()
    assert moved.shape == last.shape
    assert (np.abs(moved.astype(int) - last).max(axis=2) > 60).mean() > 0.002


@pytest.mark.row("I16")
def test_a_report_shows_some_iterations_the_first_and_the_last_among_them(look, learned):
    spec = learned[2].stills.spec["vconcat"][0]
    titles = [panel["title"]["text"] for line in spec["vconcat"] for panel in line["hconcat"]]
    assert [t.split(",")[0] for t in titles] == [f"Iteration {i}" for i in (0, 1, 2, 5, 13, 30)]
    assert "params" not in learned[2].stills.spec
    assert learned[2].figures.figures == {
        "loss_first": learned[1].history["loss"][0],
        "loss_last": learned[1].history["loss"][30],
        "iterations": 30.0,
    }


def test_many_iterations_are_thinned_and_each_is_shown_until_the_next(look, learned):
    data, found, _ = learned
    seen = tk.interpret.replay(data, found.replay, found.history, frames=4, stills=24)
    assert look(seen.player).caption.startswith("4 of 31 kept iterations, evenly spread. ")
    titles = {i: shown(look, seen.player, "text", i, fontSize=15) for i in range(31)}
    assert all(len(t) == 1 for t in titles.values())
    assert {t[0]["t"].split(",")[0] for t in titles.values()} == {f"Iteration {i}" for i in (0, 10, 20, 30)}
    assert titles[19][0]["t"].startswith("Iteration 10,")


def test_stills_hold_the_first_and_the_last_whatever_their_number():
    for last in (1, 2, 30, 400):
        kept = Kept(np.arange(last + 1), *[np.empty(0)] * 3, (np.empty(0), np.empty(0)))
        for wanted in range(2, 25):
            chosen = stills_of(kept, wanted)
            assert (chosen[0], chosen[-1], len(chosen)) == (0, last, min(wanted, last + 1))
            assert chosen == sorted(set(chosen))


def test_one_part_and_one_kept_iteration_are_a_replay_too(look, learned):
    data = learned[0]
    one = tk.learn.nmf(data, rank=1, history=100, iterations=3, tolerance=0)
    seen = tk.interpret.replay(data, one.replay, one.history)
    assert seen.player.spec["params"] == [{"name": "shown", "value": 0}]
    assert seen.player.text.startswith("Iterations 0 to 0 of learning 1 part. ")
    assert [r["t"] for r in shown(look, seen.player, "point", 0, shape=HEAD_SHAPE)] == ["part 1"]
    assert seen.player.to_png(0.5).startswith(b"\x89PNG")


@pytest.mark.row("L26")
def test_parts_that_are_pictures_are_drawn_as_pictures(look):
    from sklearn.datasets import load_digits

    data = tk.Table.from_({"image": load_digits().images[:60]})
    found = tk.learn.nmf(data, columns=["image"], rank=5, history=5, iterations=20, tolerance=0)
    seen = tk.interpret.replay(data, found.replay, found.history, columns=["image"])
    images = look(seen.player).marks("image")
    assert [len(look(seen.player).rows(v)) for v in images] == [5, 5, 1]  # parts, what they rebuild, data
    assert len(look(seen.stills).marks("image")) == 12
    assert seen.player.to_png(0.5).startswith(b"\x89PNG")
    assert seen.stills.to_png(0.5).startswith(b"\x89PNG")


def test_what_is_no_replay_is_refused(learned):
    data, found, _ = learned
    none = tk.learn.nmf(data, rank=2, iterations=5)
    with pytest.raises(TenkaiError, match=r"TK205 .*holds no iteration.* history: 1"):
        tk.interpret.replay(data, none.replay, none.history)
    with pytest.raises(TenkaiError, match=r"TK713 .*that of 80 rows of 2 numbers, the data have 79 rows of 2"):
        tk.interpret.replay(data.take(range(79)), found.replay, found.history)
    with pytest.raises(TenkaiError, match=r"TK713 .*no loss of iteration 6"):
        tk.interpret.replay(data, found.replay, none.history.take(range(6)))
    with pytest.raises(TenkaiError, match=r"TK713 .*cannot be drawn.*two number columns"):
        tk.interpret.replay(data, found.replay, found.history, columns=["x"])
    with pytest.raises(TenkaiError, match="TK20"):
        tk.interpret.replay(data, found.history, found.history)


def test_no_text_of_the_data_becomes_a_script_of_the_page(learned):
    ids = ["</script><script>alert(1)</script>", "b", "c"]
    data = tk.Table.from_({"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 1.0]}, ids=ids)
    found = tk.learn.nmf(data, rank=2, history=1, iterations=3, tolerance=0)
    page = tk.interpret.replay(data, found.replay, found.history).player.to_html()
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert page.rstrip().endswith("</html>")
    assert "<svg" in learned[2].stills.to_html()


@pytest.mark.row("I16")
def test_the_page_has_a_button_that_plays(learned):
    page = learned[2].player.to_html()
    assert page.count("setInterval(next, 150)") == 1
    assert 'document.querySelector(".vega-bind input[type=range]")' in page
    assert "setInterval(next" not in learned[2].stills.to_html()


@pytest.mark.row("I16")
def test_the_layout_never_moves_while_it_plays(learned):
    """Were the mark of the first loss to stand out of its panel, all below would jump by a point."""
    spec = learned[2].player.spec
    sizes = set()
    for place in (0, 1, 30):
        still = {**spec, "params": [{"name": "shown", "value": place}]}
        sizes.add(re.search(r'<svg[^>]*viewBox="[^"]*"', Figure(still).to_svg())[0])
    assert len(sizes) == 1


def test_a_film_of_thinned_iterations_has_no_frame_between_them(learned):
    data, found, _ = learned
    seen = tk.interpret.replay(data, found.replay, found.history, frames=4)
    assert slider_of(seen.player.spec).places == [0, 10, 20, 30]
    uneven = tk.interpret.replay(data, found.replay.take([0, 1, 2, 30]), found.history)
    assert slider_of(uneven.player.spec).places == [0, 1, 2, 30]
    assert uneven.player.spec["params"][0]["bind"]["step"] == 1
