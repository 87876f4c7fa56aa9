"""The command line: ``liasse read``, ``evaluate``, ``schema``, ``form``. No logic here, only words and exit codes.

Exit codes: 0 the lot was read, whatever it flagged; 2 bad usage; 3 an input could not be opened, the rest was read;
4 the program could not do its work (an engine is missing).
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from intake.output import Target
from intake.pipeline import Reading, conclude, page_workers, read_batch
from intake.settings import Settings
from intake.summary import summarise
from intake.workers import PageWorkers
from schemas.batch import Batch, Flow
from schemas.errors import LiasseError, UsageError

USAGE: Final = 2
REFUSED: Final = 3
FAILED: Final = 4

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Read scanned lots of French paper health-insurance claims into structured, matched and flagged invoices.",
)
form = typer.Typer(no_args_is_help=True, help="Check or draw a form template (docs/form-templates.md).")
app.add_typer(form, name="form")
_console = Console(stderr=True)


@app.command()
def read(
    inputs: Annotated[list[Path], typer.Argument(help="PDF, TIFF, PNG, JPEG files, or folders of them, in order.")],
    out: Annotated[Path, typer.Option(help="JSON file to write; a folder for a stack of several lots.")],
    report: Annotated[Path | None, typer.Option(help="HTML report to write (or a folder).")] = None,
    evidence: Annotated[Path | None, typer.Option(help="Folder for the crops and masks that prove each flag.")] = None,
    flow: Annotated[Flow | None, typer.Option(help="How the invoices were sent, where you know it.")] = None,
    received_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day the caisse received the lot.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Where the lot came in: post, drop point, station...")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages (default: one a core).")] = None,
) -> None:
    """Read one lot (or, into a folder, a stack of lots) and write the contract's JSON."""
    settings = _settings(workers)
    target = Target(out, report, evidence)
    with TemporaryDirectory(prefix="liasse-") as folder:
        keep = Path(folder) if report or evidence else None
        with page_workers(settings) as pool:
            reading = _read(inputs, settings, pool, keep)
        lots = conclude(
            reading,
            settings,
            flow=flow,
            received_on=received_on.date() if received_on else None,
            channel=channel,
        )
        target.write(lots, keep)
    for lot in lots:
        _print_summary(lot.batch)
    if reading.refused:
        for refused in reading.refused:
            _console.print(f"[red]{refused.name}[/]: {refused.code}: {refused.reason}", highlight=False)
        raise typer.Exit(REFUSED)


@app.command("evaluate")
def evaluate_lots(
    folder: Annotated[Path, typer.Argument(help="Holds LOT/in (scans) and LOT/truth.json for each lot.")],
    results: Annotated[Path | None, typer.Option(help="Folder of LOT.json read earlier.")] = None,
    out: Annotated[Path | None, typer.Option(help="JSON file for all figures and every error.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Folder to keep what was read, as LOT.json.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
    every_field: Annotated[bool, typer.Option(help="Print a row for every field.")] = False,  # noqa: FBT002 - a switch
) -> None:
    """Score lots with a known truth: exactness, matches, order, flags, acceptance, calibration; n with every figure."""
    from intake.evaluation.run import as_object, evaluate, print_tally  # noqa: PLC0415 - only this command scores

    settings = _settings(workers)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)

    def read_lot(inputs: Path) -> list[dict[str, Any]]:
        truth = json.loads((inputs.parent / "truth.json").read_text("utf-8"))
        given = truth[0] if isinstance(truth, list) else truth
        lots = conclude(
            _read([inputs], settings, pool, None),
            settings,
            flow=Flow(given["flow"]) if given.get("flow") else None,
            received_on=datetime.fromisoformat(given["received_on"]).date() if given.get("received_on") else None,
        )
        return [lot.batch.model_dump(mode="json") for lot in lots]

    with page_workers(settings) as pool:  # one pool for all lots: engines take seconds to load
        tally = evaluate(folder, results=results, read=read_lot, keep=keep)
    print_tally(tally, Console(), every_field=every_field)
    if out is not None:
        out.write_text(json.dumps(as_object(tally), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@app.command()
def schema() -> None:
    """Print the JSON Schema of what `read` writes."""
    sys.stdout.write(json.dumps(Batch.model_json_schema(mode="serialization"), ensure_ascii=False, indent=2) + "\n")


@form.command("check")
def form_check(
    folder: Annotated[Path, typer.Argument(help="Folder with zones.json and blank.pdf or blank.png.")],
) -> None:
    """Say what is wrong with a template, or that nothing is."""
    from extractors.forms.checking import check_template  # noqa: PLC0415 - brings the engines along

    problems = check_template(folder)
    for problem in problems:
        _console.print(f"[red]{folder.name}[/]: {problem}", highlight=False)
    if problems:
        raise typer.Exit(USAGE)
    _console.print(f"{folder.name}: nothing to say against it")


@form.command("draw")
def form_draw(
    folder: Annotated[Path, typer.Argument(help="Folder with zones.json and blank.pdf or blank.png.")],
    out: Annotated[Path, typer.Option(help="PNG file to write.")],
) -> None:
    """Draw a template's zones on its blank form."""
    import cv2  # noqa: PLC0415 - only this command draws

    from extractors.forms.checking import draw_template  # noqa: PLC0415 - as above

    if not cv2.imwrite(str(out), draw_template(folder)):
        raise UsageError(f"cannot write {out.name}: end it in .png, in a folder that exists")


def _settings(workers: int | None) -> Settings:
    return Settings() if workers is None else Settings(workers=workers)


def _read(inputs: list[Path], settings: Settings, pool: PageWorkers, keep: Path | None) -> Reading:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console, transient=True) as progress:
        task = progress.add_task("pages", total=None)
        return read_batch(
            inputs,
            settings,
            workers=pool,
            keep=keep,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _print_summary(batch: Batch) -> None:
    """Print what a manager asks first."""
    summary = summarise(batch)
    number = batch.bordereau.lot_number.value if batch.bordereau else None
    console = Console()
    console.print(
        f"[bold]Lot {number or 'sans numéro'}[/] : {summary.pages} pages, {summary.invoices} factures, "
        f"[green]{summary.accepted} acceptées[/] ({summary.euros_accepted} €), "
        f"[yellow]{summary.to_review} à voir[/] ({summary.euros_at_stake} € en jeu)",
        highlight=False,
    )
    if summary.flags:
        from rich.table import Table  # noqa: PLC0415 - a lot without flags needs none

        table = Table("signalement", "nombre")
        for code, count in summary.flags:
            table.add_row(code, str(count))
        console.print(table)


def main() -> None:
    """Run the command line; an error of ours is one line with its code, never a trace."""
    try:
        app()
    except UsageError as error:
        _console.print(f"{error.code}: {error}", highlight=False, markup=False)
        raise SystemExit(USAGE) from None
    except LiasseError as error:
        _console.print(f"{error.code}: {error}", highlight=False, markup=False)
        raise SystemExit(FAILED) from None
