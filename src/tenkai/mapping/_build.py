"""The steps of a map: from the table as it is to pictures, quality and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenkai.errors import count, listing
from tenkai.mapping._guess import Roles, reasons
from tenkai.mapping._source import Source
from tenkai.mapping._things import Things, by_soap, describing, not_compared, reader, reading
from tenkai.mapping._yaml import Written

# Beyond, t-SNE and UMAP see principal components: faster, and less noise.
MOST_FEATURES = 50
PERPLEXITY, NEIGHBORS, COMPARED = 30, 15, 12
# Beyond, a sample of the rows is drawn.
MOST_ROWS = 100_000
# Up to here a sweep over the perplexity takes seconds.
MOST_SWEPT = 3_000
SWEEP = (5, 15, 30, 50)
NAMES = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}


@dataclass
class Chain:
    """Steps one after the other; `last` is the table the next one takes."""

    rows: int
    seed: int
    roles: Roles
    things: Things | None = None
    steps: list[Written] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    last: str = "data"

    def add(self, name: str, step: str, given: Mapping[str, Any], about: str = "", **hints: str) -> None:
        """Write a step down."""
        self.steps.append(Written(name, step, given, about, hints))

    def then(self, name: str, step: str, given: Mapping[str, Any], about: str = "", **hints: str) -> None:
        """Write a step that takes the last table and makes the next."""
        self.add(name, step, {"table": self.last, **given}, about, **hints)
        self.last = name

    @property
    def numbers(self) -> dict[str, Any]:
        """Return the setting that keeps a number label out of the numbers compared."""
        return {} if self.roles.classes else {"columns": {"except": [self.roles.label]}}


def build(
    source: Source, path: str, chain: Chain, *, width: int, blank: Sequence[int], image: str, ids: Sequence[str]
) -> Chain:
    """Write all steps.

    Parameters
    ----------
    source, path
        The step that reads, and where the file is as seen from the workflow.
    chain
        Number of rows, roles of the columns.
    width
        Numbers per row that are compared.
    blank
        Rows that miss most of their cells, counted from 1.
    image
        Column of pictures, molecules or crystals, or "".
    ids
        Columns for the setting ``row_id``.
    """
    _data(source, path, chain, ids)
    _prepare(chain, blank, pictures=chain.roles.features == (image,))
    chain.results["rows"] = f"{chain.last}.rows"
    _maps(chain, width)
    _figures(chain, image)
    return chain


def show(source: Source, path: str, chain: Chain, things: Things, *, ids: Sequence[str]) -> None:
    """Write the steps for things that are too few for a map: they are read and drawn."""
    _data(source, path, chain, ids)
    if things.text:
        _read_things(chain, things)
    step, setting = ("interpret.crystals", "crystal") if things.kind == "crystal" else ("interpret.images", "image")
    chain.add("pictures", step, {"things": chain.last, setting: things.name}, f"The {things.kind}s.")
    chain.results["rows"] = f"{chain.last}.rows"


def _data(source: Source, path: str, chain: Chain, ids: Sequence[str]) -> None:
    given: dict[str, Any] = {"path": path, **source.settings}
    if ids:
        given["row_id"] = ids[0] if len(ids) == 1 else list(ids)
    chain.add("data", source.step, given, "The rows.", row_id="names the rows")


# ---- preparation --------------------------------------------------------------------------------


def _prepare(chain: Chain, blank: Sequence[int], *, pictures: bool) -> None:
    roles = chain.roles
    if roles.left_out:
        about = f"Numbers not compared: {'; '.join(reasons(roles.left_out))}."
        hint = "to compare one of them after all, take its name out"
        chain.then(
            "used", "process.select", {"columns": {"match": "*", "except": list(roles.left_out)}}, about, columns=hint
        )
    if blank:
        numbers = ", ".join(map(str, blank))
        about = "Rows that miss more than half of their numbers are set aside; they stay in used_rows.dropped."
        chain.then("used_rows", "process.filter", {"where": f"not (row_number in ({numbers}))"}, about)
        chain.rows -= len(blank)
        chain.said.append(f"{count(len(blank), 'row')} that miss more than half of their numbers are set aside.")
    if chain.rows > MOST_ROWS:
        about = "A sample of the rows; more take minutes, and a picture of them shows density anyway."
        chain.then("sample", "process.sample", {"rows": MOST_ROWS, "seed": chain.seed}, about)
        chain.said.append(f"of {chain.rows} rows a random sample of {MOST_ROWS} is mapped.")
        chain.rows = MOST_ROWS
    if chain.things is not None:
        _things(chain, chain.things)
    if roles.incomplete:
        cells = sum(roles.incomplete.values())
        about = f"{count(cells, 'missing cell')} get the median of their column."
        chain.then(
            "complete",
            "process.impute",
            {"columns": list(roles.incomplete), "method": "median"},
            about,
            method="or mean, most_frequent",
        )
        chain.said.append(
            f"{count(cells, 'missing cell')} in {listing(roles.incomplete, 4)} {'gets' if cells == 1 else 'get'} the "
            "median of the column."
        )
    # Bits and SOAP vectors have one unit: scaled, what is rare would count most.
    one_unit = chain.things is not None and chain.things.described and _one_unit(chain.things)
    if not pictures and not one_unit:
        about = "Every column gets mean 0 and deviation 1, so that all count alike, whatever their units."
        chain.then("scaled", "process.standardize", chain.numbers, about)


def _things(chain: Chain, things: Things) -> None:
    if things.text:
        _read_things(chain, things)
        chain.rows = max(1, chain.rows - things.lost)
    if left := not_compared(things):
        about = "Numbers that came with the crystals and are not compared."
        chain.then("compared", "process.select", {"columns": {"match": "*", "except": left}}, about)
    if things.described:
        name, step, given, about = describing(things)
        chain.then(name, step, given, about)


def _read_things(chain: Chain, things: Things) -> None:
    """Write the step that reads texts; what it cannot read is set aside by it."""
    name = f"{things.kind}s"
    about = f"The texts in '{things.column}' as {name}; those that cannot be read stay in {name}.rejected."
    chain.then(name, reader(things), reading(things), about)


def _one_unit(things: Things) -> bool:
    return things.kind == "molecule" or by_soap(things)


# ---- maps ---------------------------------------------------------------------------------------


def _maps(chain: Chain, width: int) -> None:
    n, start = chain.rows, chain.last
    perplexity = PERPLEXITY if n > 3 * PERPLEXITY else max(2, (n - 1) // 3)
    neighbors = min(NEIGHBORS, n - 1)
    if perplexity < PERPLEXITY:
        chain.said.append(f"perplexity {perplexity} instead of {PERPLEXITY}: there are only {n} rows.")
    components = min(n, width, MOST_FEATURES if width > MOST_FEATURES else 10)
    if width > 1:
        many = f" t-SNE and UMAP see these {components} instead of {width} numbers." if width > MOST_FEATURES else ""
        about = f"Principal components: the directions in which the rows differ most.{many}"
        chain.add("pca", "learn.pca", {"table": start, **chain.numbers, "components": components}, about)
        for i in (1, 2):
            chain.results[f"pca_ratio_{i}"] = f"pca.figures.ratio_{i}"
        chain.results["pca_ratio_2_cumulative"] = "pca.figures.ratio_2_cumulative"
    near = "pca" if width > MOST_FEATURES else start
    given = {"table": near, **chain.numbers}
    k = min(n - 1, max(3 * perplexity, neighbors))
    chain.add(
        "near", "learn.neighbors", {**given, "neighbors": k}, "The nearest rows of each row, for both maps below."
    )
    _layouts(chain, given, perplexity, neighbors)
    if width == 1:
        chain.said.append("one number column is compared: the maps show little more than its histogram.")


def _layouts(chain: Chain, given: Mapping[str, Any], perplexity: int, neighbors: int) -> None:
    wired = {**given, "graph": "near"}
    chain.add(
        "umap",
        "learn.umap",
        {**wired, "neighbors": neighbors, "min_dist": 0.1, "seed": chain.seed},
        "UMAP: near rows stay near.",
        neighbors="size of a neighborhood: small shows detail, large the whole",
        min_dist="how near points may come",
        seed="another seed gives another map: trust what stays",
    )
    chain.add(
        "tsne",
        "learn.tsne",
        {**wired, "perplexity": perplexity, "seed": chain.seed},
        "t-SNE: near rows stay near, by another method. What both show is in the data.",
        perplexity="how many rows count as near: try 5 to 50",
        seed="another seed gives another map: trust what stays",
    )


# ---- figures ------------------------------------------------------------------------------------


def _figures(chain: Chain, image: str) -> None:
    roles = chain.roles
    names = {s.name for s in chain.steps}
    made = [m for m in NAMES if m in names]
    color = {"color": roles.label} if roles.label else {}
    hint = "another column colors by something else"
    for name in made:
        chain.add(f"{name}_map", "interpret.map", {"map": name, **color}, f"The map of {NAMES[name]}.", color=hint)
    if "pca" in made:
        chain.add(
            "variance", "interpret.explained_variance", {"ratios": "pca.ratios"}, "How much each component explains."
        )
    _quality(chain, made)
    if len(made) > 1:
        given = {
            "maps": made,
            "quality": [f"{m}_quality" for m in made],
            "titles": [NAMES[m] for m in made],
            **color,
        }
        chain.add("side_by_side", "interpret.compare_maps", given, "The maps side by side, with their quality.")
    if image:
        wired = {"map": "tsne", "things": "data", "image": image, "annotate": False}
        if chain.things is None:
            wired |= dict.fromkeys(("down", "across"), 20 if chain.rows <= MOST_SWEPT else 30)
        elif chain.things.text:
            wired["things"] = f"{chain.things.kind}s"
        if roles.label and roles.classes:
            wired["label"] = roles.label
        chain.add(
            "atlas",
            "interpret.atlas",
            wired,
            "The pictures themselves, laid out as on the t-SNE map.",
            annotate="true writes row id and label on each",
        )
    _perplexities(chain, color)


def _quality(chain: Chain, made: Sequence[str]) -> None:
    neighbors = min(COMPARED, (chain.rows - 1) // 2)
    label = {"label": chain.roles.label} if chain.roles.shared else {}
    for name in made:
        given = {"map": name, "data": chain.last, **chain.numbers, **label, "neighbors": neighbors}
        chain.add(
            f"{name}_quality", "interpret.map_quality", given, f"How far the map of {NAMES[name]} can be trusted."
        )
        chain.results[f"{name}_trustworthiness"] = f"{name}_quality.trustworthiness"
        if label:
            chain.results[f"{name}_label_accuracy"] = f"{name}_quality.label_accuracy"


def _perplexities(chain: Chain, color: Mapping[str, Any]) -> None:
    values = [p for p in SWEEP if 3 * p < chain.rows]
    if len(values) < 2 or chain.rows > MOST_SWEPT:
        return
    given = next(s.given for s in chain.steps if s.name == "tsne")
    wired = {k: v for k, v in given.items() if k != "graph"}  # the sweep needs more neighbors than the graph has
    about = "The same map for several perplexities: groups that stay are in the data."
    chain.add("perplexities", "learn.tsne", {**wired, "perplexity": {"sweep": values}}, about)
    chain.add("perplexities_map", "interpret.compare_maps", {"maps": "perplexities", **color, "across": 2})
