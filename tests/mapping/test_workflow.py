"""A map of one's own data: every kind of source gives a workflow that is sound and runs."""

import gzip
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import tenkai as tk
from tenkai.mapping import MapPlan, _build, make_workflow
from tenkai.run.project import Project
from tenkai.run.results import RunResult
from tenkai.values import Table

# Few iterations: whether a map is good is tested elsewhere, here it must come out.
QUICK = {"iterations": 30, "early_iterations": 30, "epochs": 20}


@pytest.fixture(scope="module")
def digits() -> dict[str, np.ndarray]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return {"images": bunch.images[:120].astype(np.uint8), "target": bunch.target[:120]}


def opened(plan: MapPlan) -> Project:
    project = tk.load(plan.path)
    quick = {
        f"{name}.{setting}": value
        for name, bound in project.graph.nodes.items()
        for setting, value in QUICK.items()
        if bound.step.name in ("learn.tsne", "learn.umap") and setting in bound.step.settings
    }
    return tk.load(plan.path, settings=quick)


def ran(plan: MapPlan) -> RunResult:
    project = opened(plan)
    assert [str(p) for p in project.problems] == []
    assert [str(w) for w in project.warnings] == []
    result = project.run(threads=1)  # test processes share the cores
    assert result.ok, str(result.error)
    return result


def steps_of(plan: MapPlan) -> dict[str, str]:
    return {name: bound.step.name for name, bound in tk.load(plan.path).graph.nodes.items()}


def setting(plan: MapPlan, step: str, name: str) -> object:
    return tk.load(plan.path).workflow.nodes[step].given[name]


def shared_tables() -> list[str]:
    return sorted(p.name for p in (Path(os.environ["TENKAI_DATA"]) / "mi").glob("*.csv"))


# ---- tables -------------------------------------------------------------------------------------


def test_all_shared_tables_are_looped_over(data_dir: Path) -> None:
    assert len(shared_tables()) == 22
    assert (data_dir / "mi").is_dir()


@pytest.mark.row("C1")
@pytest.mark.parametrize("name", shared_tables())
def test_every_shared_table_gives_a_sound_workflow(name: str, data_dir: Path, tmp_path: Path) -> None:
    plan = make_workflow(data_dir / "mi" / name, tmp_path)
    project = tk.load(plan.path)
    assert [str(p) for p in project.problems] == []
    assert [str(w) for w in project.warnings] == []
    assert plan.path.parent == tmp_path
    assert {"umap_map", "tsne_map", "tsne_quality"} <= set(project.graph.nodes)
    assert all(line.endswith(".") for line in plan.said)


@pytest.mark.slow
@pytest.mark.parametrize("name", shared_tables())
def test_every_shared_table_can_be_mapped(name: str, data_dir: Path, tmp_path: Path) -> None:
    plan = make_workflow(data_dir / "mi" / name, tmp_path)
    results = ran(plan).figures()
    assert results["rows"] == len(pl.read_csv(data_dir / "mi" / name, infer_schema=False))
    assert 0.4 < results["tsne_trustworthiness"] <= 1


@pytest.mark.row("F1", "L1", "L3")
def test_the_labelled_carbon_atoms(data_dir: Path, tmp_path: Path) -> None:
    plan = make_workflow(data_dir / "mi/Carbon8_descriptor_selected.csv", tmp_path, seed=7)
    assert steps_of(plan) == {
        "data": "collect.csv",
        "scaled": "process.standardize",
        "pca": "learn.pca",
        "near": "learn.neighbors",
        "umap": "learn.umap",
        "tsne": "learn.tsne",
        "pca_map": "interpret.map",
        "umap_map": "interpret.map",
        "tsne_map": "interpret.map",
        "variance": "interpret.explained_variance",
        "pca_quality": "interpret.map_quality",
        "umap_quality": "interpret.map_quality",
        "tsne_quality": "interpret.map_quality",
        "side_by_side": "interpret.compare_maps",
        "perplexities": "learn.tsne",
        "perplexities_map": "interpret.compare_maps",
    }
    assert setting(plan, "data", "row_id") == ["key", "atom"]
    assert setting(plan, "tsne_map", "color") == "polytype"
    assert setting(plan, "tsne", "seed") == 7
    assert "rows are named by 'key' and 'atom'; --row-id COLUMN names them otherwise." in plan.said
    assert "the map is colored by 'polytype' (11 classes); --color COLUMN colors it otherwise." in plan.said
    result = ran(plan)
    table = result.value("tsne")
    assert isinstance(table, Table)
    assert table.ids[0] == "1D-000^0"
    assert set(result.figures()) >= {"rows", "pca_ratio_1", "tsne_trustworthiness", "umap_label_accuracy"}


def test_a_japanese_table_with_difficult_names(tmp_path: Path) -> None:
    head = '試料名,"組成: 鉄, (%)",温度 #1,\'硬さ\',"a ""b"" {c}",種類\n'
    lines = [
        f"鋼{i},{i * 0.37 % 5:.2f},{i * 7 % 13},{i * i % 17},{i % 5},{'硬質' if i % 3 else '軟質'}" for i in range(30)
    ]
    (tmp_path / "データ.csv").write_bytes((head + "\n".join(lines)).encode("cp932"))
    plan = make_workflow(tmp_path / "データ.csv", tmp_path / "out", skip=["温度 #1"])
    assert any("cp932" in line for line in plan.said)
    assert setting(plan, "data", "row_id") == "試料名"
    assert setting(plan, "used", "columns") == {"match": "*", "except": ["温度 #1"]}
    result = ran(plan)
    scaled = result.value("scaled")
    assert isinstance(scaled, Table)
    assert scaled.columns == ["組成: 鉄, (%)", "'硬さ'", 'a "b" {c}', "種類"]
    assert result.value("tsne_map").text.startswith("Map of 30 rows by TSNE1 and TSNE2, colored by 種類")  # type: ignore[attr-defined]


def test_other_kinds_of_table_give_the_same_map(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    frame = pl.DataFrame({"name": [f"s{i}" for i in range(20)], "a": draw.normal(size=20), "b": draw.normal(size=20)})
    frame = frame.with_columns(phase=pl.Series(["fcc", "bcc"] * 10))
    frame.write_csv(tmp_path / "t.csv")
    frame.write_csv(tmp_path / "tabs.tsv", separator="\t")
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress((tmp_path / "t.csv").read_bytes()))
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_excel(tmp_path / "t.xlsx")
    found = []
    for name in ("t.csv", "tabs.tsv", "packed.csv.gz", "t.parquet", "t.xlsx"):
        table = ran(make_workflow(tmp_path / name, tmp_path / f"of {name}")).value("umap")
        assert isinstance(table, Table)
        found.append((table.ids.to_list(), table["phase"].to_list(), table.matrix(["UMAP1", "UMAP2"])))
    for ids, phases, xy in found[1:]:
        assert (ids, phases) == found[0][:2]
        np.testing.assert_allclose(xy, found[0][2], atol=1e-6)


# ---- pictures and arrays ------------------------------------------------------------------------


def png_folder(root: Path, digits: dict[str, np.ndarray]) -> Path:
    for i, (image, digit) in enumerate(zip(digits["images"], digits["target"], strict=True)):
        (root / str(digit)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image * 15).save(root / str(digit) / f"{i}.png")
    return root


@pytest.mark.row("I13", "C9")
def test_a_folder_of_pictures(digits: dict[str, np.ndarray], tmp_path: Path) -> None:
    plan = make_workflow(png_folder(tmp_path / "pictures", digits), tmp_path / "out")
    steps = steps_of(plan)
    assert steps["data"] == "collect.images"
    assert steps["atlas"] == "interpret.atlas"
    assert "process.standardize" not in steps.values()
    result = ran(plan)
    assert result.figures()["rows"] == 120
    chosen = result.value("atlas.chosen")
    assert isinstance(chosen, Table)
    assert chosen.height > 20
    assert set(chosen["label"]) <= set("0123456789")


def test_an_archive_of_pictures_gives_what_the_folder_gives(digits: dict[str, np.ndarray], tmp_path: Path) -> None:
    folder = png_folder(tmp_path / "pictures", digits)
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, file.relative_to(tmp_path))
    of_folder = make_workflow(folder, tmp_path / "a")
    of_archive = make_workflow(tmp_path / "p.zip", tmp_path / "b")
    assert steps_of(of_archive) == steps_of(of_folder)
    first, second = (tk.load(p.path).run(to=["near"]).value("near") for p in (of_folder, of_archive))
    np.testing.assert_array_equal(first.indices, second.indices)  # type: ignore[attr-defined]


def test_pictures_of_several_or_large_sizes_get_one(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    for i, size in enumerate([(8, 8)] * 5 + [(10, 6)]):
        (tmp_path / "mixed").mkdir(exist_ok=True)
        Image.fromarray(draw.integers(0, 255, size).astype(np.uint8)).save(tmp_path / "mixed" / f"{i}.png")
        (tmp_path / "large").mkdir(exist_ok=True)
        Image.fromarray(draw.integers(0, 255, (300, 200, 3)).astype(np.uint8)).save(tmp_path / "large" / f"{i}.jpg")
    mixed = make_workflow(tmp_path / "mixed", tmp_path / "out")
    assert setting(mixed, "data", "size") == [8, 8]
    assert "the pictures have 2 sizes: all become 8 × 8 pixels, as 5 of 6 are." in mixed.said
    large = make_workflow(tmp_path / "large", tmp_path / "out")
    assert setting(large, "data", "size") == [128, 85]
    assert "the pictures are large: they are compared at 128 × 85 pixels." in large.said
    assert ran(mixed).figures()["rows"] == 6


def idx(values: np.ndarray) -> bytes:
    sizes = b"".join(n.to_bytes(4, "big") for n in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.astype(np.uint8).tobytes()


@pytest.mark.row("C9")
def test_arrays(digits: dict[str, np.ndarray], tmp_path: Path) -> None:
    images, target = digits["images"], digits["target"]
    np.savez(tmp_path / "both.npz", data=images.reshape(120, 64) / 16, images=images, target=target)
    np.save(tmp_path / "matrix.npy", images.reshape(120, 64).astype(float))
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(target)))
    both, matrix, pictures = (
        make_workflow(tmp_path / n, tmp_path / "out") for n in ("both.npz", "matrix.npy", "train-images-idx3-ubyte.gz")
    )
    assert "atlas" in steps_of(both)
    assert setting(both, "data", "kinds") == {"target": "category"}
    assert setting(both, "used", "columns") == {"match": "*", "except": ["data"]}
    assert "atlas" not in steps_of(matrix)
    assert setting(pictures, "tsne_map", "color") == "label"
    for plan in (both, matrix, pictures):
        assert ran(plan).figures()["rows"] == 120
    # The same pictures, read from two formats, have the same neighbors.
    first, second = (tk.load(p.path).run(to=["near"]).value("near") for p in (both, pictures))
    np.testing.assert_array_equal(first.indices, second.indices)  # type: ignore[attr-defined]


# ---- few rows, many rows, gaps ------------------------------------------------------------------


@pytest.mark.parametrize("n", [5, 6, 12, 40])
def test_few_rows(n: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(n)
    pl.DataFrame({f"x{i}": draw.normal(size=n) for i in range(3)}).write_csv(tmp_path / "t.csv")
    plan = make_workflow(tmp_path / "t.csv", tmp_path)
    assert setting(plan, "tsne", "perplexity") < n / 3 + 1  # type: ignore[operator]
    assert any(line.startswith("perplexity ") for line in plan.said)
    assert ran(plan).figures()["rows"] == n


def test_more_rows_than_a_map_needs_are_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_build, "MOST_ROWS", 50)
    draw = np.random.default_rng(0)
    pl.DataFrame({f"x{i}": draw.normal(size=80) for i in range(3)}).write_csv(tmp_path / "t.csv")
    plan = make_workflow(tmp_path / "t.csv", tmp_path)
    assert "of 80 rows a random sample of 50 is mapped." in plan.said
    assert ran(plan).figures()["rows"] == 50


def test_gaps_are_filled_and_empty_rows_set_aside(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    table = draw.normal(size=(30, 4)).round(3).astype(object)
    table[3] = ""  # an empty row
    table[7, :3] = ""  # three of four missing
    table[9, 1] = table[11, 1] = "NA"
    lines = [f"s{i}," + ",".join(map(str, row)) + (f",{i}" if i < 10 else ",") for i, row in enumerate(table)]
    (tmp_path / "t.csv").write_text("id,a,b,c,d,mostly\n" + "\n".join(lines), encoding="utf-8")
    plan = make_workflow(tmp_path / "t.csv", tmp_path)
    assert setting(plan, "used", "columns") == {"match": "*", "except": ["mostly"]}
    assert setting(plan, "used_rows", "where") == "not (row_number in (4, 8))"
    assert setting(plan, "complete", "columns") == ["b"]
    for line in (
        "not compared: 'mostly' (67% of its cells are missing).",
        "2 rows that miss more than half of their numbers are set aside.",
        "2 missing cells in 'b' get the median of the column.",
    ):
        assert line in plan.said
    result = ran(plan)
    assert result.figures()["rows"] == 28
    dropped = result.value("used_rows.dropped")
    assert isinstance(dropped, Table)
    assert dropped.ids.to_list() == ["s3", "s7"]


def test_colors_of_numbers_and_of_numbered_classes(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    frame = pl.DataFrame({"a": draw.normal(size=60), "b": draw.normal(size=60), "gap": draw.random(60)})
    frame.with_columns(cluster=pl.Series([i % 12 for i in range(60)])).write_csv(tmp_path / "t.csv")
    classes = make_workflow(tmp_path / "t.csv", tmp_path / "classes")
    assert setting(classes, "data", "kinds") == {"cluster": "category"}
    assert "tsne_label_accuracy" in ran(classes).figures()
    numbers = make_workflow(tmp_path / "t.csv", tmp_path / "numbers", color="gap")
    assert setting(numbers, "scaled", "columns") == {"except": ["gap"]}
    result = ran(numbers)
    assert "tsne_label_accuracy" not in result.figures()
    fitted = result.value("scaled.fitted")
    assert fitted.features == ("a", "b", "cluster")  # type: ignore[attr-defined]


def test_a_color_that_no_two_rows_share_gives_no_accuracy(data_dir: Path, tmp_path: Path) -> None:
    result = ran(make_workflow(data_dir / "mi/Fe2_descriptor.csv", tmp_path, color="key"))
    assert "tsne_trustworthiness" in result.figures()
    assert "tsne_label_accuracy" not in result.figures()


def test_a_wide_table_of_bits_stays_readable(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    bits = (draw.random((40, 700)) < 0.02).astype(int)  # many columns are the same in all rows
    pl.DataFrame(bits, schema=[f"bit {i}" for i in range(700)]).write_csv(tmp_path / "t.csv")
    plan = make_workflow(tmp_path / "t.csv", tmp_path)
    assert setting(plan, "tsne", "table") == "pca"
    assert setting(plan, "pca", "components") == 40
    assert max(map(len, plan.path.read_text(encoding="utf-8").splitlines())) < 250
    assert ran(plan).figures()["rows"] == 40


# ---- the file -----------------------------------------------------------------------------------


def test_what_is_there_is_never_overwritten(data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "mi/Fe2_descriptor.csv"
    first = make_workflow(source, tmp_path)
    assert make_workflow(source, tmp_path) == first  # the same again is the same file
    first.path.write_text(first.path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    second = make_workflow(source, tmp_path)
    assert second.path.name == "Fe2_descriptor-2.yaml"
    assert second.said[-1] == (
        "Fe2_descriptor.yaml was there with other content and is kept: this workflow is Fe2_descriptor-2.yaml."
    )
    assert first.path.read_text(encoding="utf-8").endswith("# mine\n")


def test_file_and_workflow_can_be_moved_together(data_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "here"
    home.mkdir()
    shutil.copy(data_dir / "mi/Fe2_descriptor.csv", home / "iron.csv")
    plan = make_workflow(home / "iron.csv", home / "maps")
    assert setting(plan, "data", "path") == "../iron.csv"
    home.rename(tmp_path / "there")
    assert tk.load(tmp_path / "there/maps/iron.yaml").run(to=["scaled"]).ok
