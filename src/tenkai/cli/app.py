"""The commands and their options; errors in one shape, no traceback unless ``--debug``."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from tenkai.errors import Place, Problem, TenkaiError

app = typer.Typer(
    name="tenkai",
    help="tenkai (展開): maps, parts and honest models of your data, in one workflow.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(help="Data sets named data:... in workflows.", rich_markup_mode=None, no_args_is_help=True)
cache_app = typer.Typer(help="The store of finished work.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(data_app, name="data")
app.add_typer(cache_app, name="cache")

WorkflowArg = Annotated[str, typer.Argument(metavar="WORKFLOW", help="A workflow file, or the name of a study.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="STEP.SETTING=VALUE", help="Set a setting or variable for this run."),
]
DataOption = Annotated[str | None, typer.Option("--data", metavar="DIR", help="Folder of data:... files.")]
CacheOption = Annotated[str | None, typer.Option("--cache", metavar="DIR", help="Folder of finished work.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show where in the code an error arose.")]

EXIT_FAILED, EXIT_INPUT = 1, 2
TYPER_STOPPED = 130  # what typer makes of Ctrl-C, without a word
FAILED_CODES = ("TK401", "TK403", "TK404")


@app.command()
def run(
    workflow: WorkflowArg,
    set_: SetOption = None,
    to: Annotated[list[str] | None, typer.Option("--to", metavar="STEP", help="Run only what this step needs.")] = None,
    on: Annotated[str, typer.Option("--on", metavar="EXECUTOR", help="local, processes or processes:N.")] = "local",
    out: Annotated[str | None, typer.Option("--out", metavar="DIR", help="Write the report here.")] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
    cache: CacheOption = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="Threads a step may use.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    debug: DebugOption = False,
) -> None:
    """Run a workflow or study. What was computed before is not computed again."""
    from tenkai.cli import running

    project = running.open_project(workflow, set_ or [], data, cache, fetch=True)
    raise typer.Exit(running.run(project, to, on, out, threads, as_json=as_json, quiet=quiet, debug=debug))


@app.command("map")
def map_(
    source: Annotated[
        str, typer.Argument(metavar="FILE|FOLDER", help="A table, pictures, molecules, crystals or arrays.")
    ],
    color: Annotated[str | None, typer.Option("--color", metavar="COL", help="Column that colours the map.")] = None,
    row_id: Annotated[str | None, typer.Option("--row-id", metavar="COL", help="Column of row names.")] = None,
    skip: Annotated[list[str] | None, typer.Option("--skip", metavar="COL", help="Columns to leave out.")] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="DIR", help="Folder for workflow and report.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of t-SNE and UMAP.")] = 0,
    as_json: JsonOption = False,
    cache: CacheOption = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="Threads a step may use.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    debug: DebugOption = False,
) -> None:
    """Make maps of your own data: PCA, UMAP and t-SNE, with their quality, a workflow file and a report."""
    from tenkai.cli import running

    raise typer.Exit(
        running.map_data(
            source, color, row_id, skip or [], out, seed, cache, threads, as_json=as_json, quiet=quiet, debug=debug
        )
    )


@app.command()
def show(
    workflow: WorkflowArg,
    step: Annotated[str, typer.Argument(metavar="STEP[.PORT]", help="Which value to show.")],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="table, csv, json, svg, png, pdf, html; of a figure with a slider also gif, webp, mp4. "
            "Default: by the ending of --out.",
        ),
    ] = None,
    out: Annotated[str | None, typer.Option("--out", "-o", metavar="FILE", help="Write to a file.")] = None,
    scale: Annotated[
        float | None, typer.Option("--scale", min=0.1, max=10, help="png, films: pixels per point (2).")
    ] = None,
    side: Annotated[
        int | None, typer.Option("--side", min=16, max=4096, help="Films: most pixels along the longer side (1600).")
    ] = None,
    fps: Annotated[float | None, typer.Option("--fps", min=0.1, max=60, help="Films: frames per second (10).")] = None,
    pause: Annotated[
        float | None, typer.Option("--pause", min=0, max=60, help="Films: seconds the last frame stays (2).")
    ] = None,
    set_: SetOption = None,
    data: DataOption = None,
    cache: CacheOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    debug: DebugOption = False,
) -> None:
    """Show what a step makes; runs what is missing first."""
    from tenkai.cli import running, showing

    project = running.open_project(workflow, set_ or [], data, cache, fetch=True)
    drawing = {"scale": scale, "side": side, "fps": fps, "pause": pause}
    raise typer.Exit(showing.show(project, step, format_, out, drawing, quiet=quiet, debug=debug))


@app.command("open")
def open_(
    target: Annotated[
        str | None, typer.Argument(metavar="[WORKFLOW|FOLDER]", help="What to open; default: the current folder.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0: any free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
    data: DataOption = None,
    cache: CacheOption = None,
    debug: DebugOption = False,
) -> None:
    """Open the workbench in the browser: build, run and question workflows."""
    from tenkai.workbench.serve import open_workbench

    open_workbench(target, port=port, data=data, cache=cache, browser=browser)


@app.command()
def check(
    workflow: WorkflowArg,
    set_: SetOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
    debug: DebugOption = False,
) -> None:
    """Check wires, settings, columns and sweeps without running."""
    from tenkai.cli import running, telling

    project = running.open_project(workflow, set_ or [], data, None)
    raise typer.Exit(telling.check(project, as_json=as_json))


@app.command()
def why(
    workflow: WorkflowArg,
    step: Annotated[str, typer.Argument(metavar="STEP", help="Name of the step in the workflow.")],
    set_: SetOption = None,
    data: DataOption = None,
    cache: CacheOption = None,
    debug: DebugOption = False,
) -> None:
    """Say why a step would be computed again, or not."""
    from tenkai.cli import running, telling

    telling.explain(running.open_project(workflow, set_ or [], data, cache), step)


@app.command()
def steps(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One step in full.")] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """List all steps, or describe one."""
    from tenkai.cli import telling

    telling.steps(name, as_json=as_json)


@app.command()
def studies(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The page of one study.")] = None,
    debug: DebugOption = False,
) -> None:
    """List the studies that come with tenkai, or read the page of one."""
    from tenkai.cli import telling

    telling.studies(name)


@data_app.command("list")
def data_list(data: DataOption = None, debug: DebugOption = False) -> None:
    """List known data sets, whether they are here, and the folders looked in."""
    from tenkai.cli import housekeeping

    housekeeping.list_data(data)


@data_app.command("fetch")
def data_fetch(name: Annotated[str, typer.Argument(metavar="NAME")], debug: DebugOption = False) -> None:
    """Fetch a known data set into the user's data folder, and check it."""
    from tenkai.cli import housekeeping

    housekeeping.fetch(name)


@cache_app.command("info")
def cache_info(cache: CacheOption = None, debug: DebugOption = False) -> None:
    """Say where finished work lies and how large it is."""
    from tenkai.cli import housekeeping

    housekeeping.info(cache)


@cache_app.command("verify")
def cache_verify(cache: CacheOption = None, debug: DebugOption = False) -> None:
    """Compare every stored file with its checksum; remove what is damaged."""
    from tenkai.cli import housekeeping

    raise typer.Exit(housekeeping.verify(cache))


@cache_app.command("prune")
def cache_prune(
    to: Annotated[str, typer.Option("--to", metavar="SIZE", help="Size to shrink to, such as 500MB; 0 for all.")] = "0",
    cache: CacheOption = None,
    debug: DebugOption = False,
) -> None:
    """Remove the work used longest ago."""
    from tenkai.cli import housekeeping

    housekeeping.prune(cache, to)


def run_app(arguments: list[str]) -> int:
    """Run a command line and return the exit code."""
    debug = "--debug" in arguments
    try:
        code = app(arguments or ["--help"], standalone_mode=False, prog_name="tenkai")
        if code == TYPER_STOPPED:
            raise KeyboardInterrupt
        return int(code or 0)
    except TenkaiError as error:
        if debug:
            raise
        print(error, file=sys.stderr)
        return EXIT_FAILED if any(p.code in FAILED_CODES for p in error.problems) else EXIT_INPUT
    except (typer.Abort, KeyboardInterrupt):
        print("TK404: stopped.", file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:  # `tenkai show ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except typer.TyperException as error:  # the command line itself
        # a missing argument has no message of its own
        message = " ".join(str(getattr(error, "message", "") or error.format_message()).split())
        options = getattr(getattr(error, "param", None), "opts", None)
        if options and options[0].startswith("-") and options[0] not in message:
            message = f"{options[0]}: {message[0].lower()}{message[1:]}"
        usage = getattr(error, "ctx", None)
        remedy = f"See '{usage.command_path} --help'." if usage else "See 'tenkai --help'."
        print(
            Problem(
                "TK502",
                message if message.endswith("?") else message.rstrip(".") + ".",
                remedy=remedy,
                place=Place(setting="tenkai"),
            ),
            file=sys.stderr,
        )
        return EXIT_INPUT
