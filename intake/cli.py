"""The command line: ``liasse read``, ``evaluate``, ``calibrate``, ``schema``, ``form``, and what the service needs.

Only words and exit codes.

Exit codes: 0 the lot was read, whatever it flagged; 2 bad usage; 3 an input could not be opened, the rest was read;
4 the program could not do its work (an engine is missing).
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from intake.calibration.curves import load_calibration
from intake.cli_store import journal, keys
from intake.cli_worker import worker
from intake.output import Target
from intake.pipeline import Reading, conclude, page_workers, read_batch
from intake.settings import Settings
from intake.summary import summarise
from intake.workers import PageWorkers
from schemas.batch import Batch, Flow
from schemas.errors import LiasseError, UsageError

if TYPE_CHECKING:
    from intake.evaluation.lots import Stack, TrueLot

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
app.add_typer(keys, name="keys")
app.add_typer(journal, name="journal")
app.command("worker")(worker)
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
    folder: Annotated[Path | None, typer.Argument(help="Holds LOT/in (scans) and LOT/truth.json for each lot.")] = None,
    results: Annotated[Path | None, typer.Option(help="Folder of LOT.json read earlier.")] = None,
    truth: Annotated[
        Path | None, typer.Option(help="CSV a keying team made, beside --results: shadow mode (docs/calibration.md).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="JSON file for all figures and every error.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Folder to keep what was read, as LOT.json.")] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for report.html: diagrams and tables.")] = None,
    refit: Annotated[Path | None, typer.Option(help="Calibration file to fit on these lots.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
    every_field: Annotated[bool, typer.Option(help="Print a row for every field.")] = False,  # noqa: FBT002 - a switch
) -> None:
    """Score lots with a known truth: exactness, matches, order, flags, acceptance, calibration; n with every figure."""
    from intake.evaluation.figures import figures_of  # noqa: PLC0415 - only this command scores
    from intake.evaluation.marks import marks_of  # noqa: PLC0415 - as above
    from intake.evaluation.report import write_report  # noqa: PLC0415 - as above
    from intake.evaluation.run import as_object, evaluate, print_tally  # noqa: PLC0415 - as above
    from intake.evaluation.shadow import shadow  # noqa: PLC0415 - as above

    settings = _settings(workers)
    marks = None
    if truth is not None:
        if results is None or folder is not None:
            raise UsageError("shadow mode compares results with keying: give --results DIR --truth FILE.csv, no folder")
        shown = shadow(truth, results)
        shown.print(Console())
        lots = list(shown.lots)
        scored = shown.as_object()
    elif folder is not None:
        tally, lots = evaluate(_stacks(folder, results, settings, keep))
        print_tally(tally, Console(), every_field=every_field)
        marks = marks_of(lots)
        marks.print(Console())
        scored = as_object(tally) | marks.as_object()
    else:
        raise UsageError("give a folder of lots, or --results DIR --truth FILE.csv")
    figures = figures_of(lots, settings.thresholds)
    figures.print(Console())
    if report is not None:
        write_report(figures, report, marks)
    if refit is not None:
        _calibrate(lots, settings, refit, "keyed" if truth else "")
    if out is not None:
        text = json.dumps({**scored, **figures.as_object()}, ensure_ascii=False, indent=1)
        out.write_text(text + "\n", encoding="utf-8")


@app.command()
def calibrate(
    folders: Annotated[list[Path], typer.Argument(help="Each holds LOT/in (scans) and LOT/truth.json for each lot.")],
    out: Annotated[Path, typer.Option(help="Calibration file to write (JSON).")],
    results: Annotated[
        list[Path] | None, typer.Option(help="Folder of LOT.json read earlier, one for each folder of lots.")
    ] = None,
    origin: Annotated[str, typer.Option(help="Where the lots come from, kept in the file: seed, program, day.")] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
) -> None:
    """Fit what a confidence is worth on lots with a known truth; the setting thresholds.calibration applies it."""
    settings = _settings(workers)
    if results and len(results) != len(folders):
        raise UsageError("give --results once for each folder of lots, in the same order")
    lots = [
        replace(lot, name=f"{number}/{lot.name}")
        for number, folder in enumerate(folders)
        for stack in _stacks(folder, results[number] if results else None, settings, None)
        for lot in stack.lots
    ]
    _calibrate(lots, settings, out, origin)


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
    settings = Settings() if workers is None else Settings(workers=workers)
    load_calibration(settings.thresholds.calibration)  # a wrong file stops here, not after hours of reading
    return settings


def _calibrate(lots: Sequence["TrueLot"], settings: Settings, out: Path, origin: str) -> None:
    """Fit a calibration on some lots, write it and say what it is worth."""
    from intake.calibration.making import make, print_made  # noqa: PLC0415 - only what fits needs it

    command = "liasse " + " ".join(Path(word).name if "/" in word else word for word in sys.argv[1:])
    made = make(lots, date=datetime.now(UTC).date().isoformat(), command=command, origin=origin)
    out.write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print_made(made, settings.thresholds, Console())


def _stacks(folder: Path, results: Path | None, settings: Settings, keep: Path | None) -> Iterator["Stack"]:
    """Yield the stacks of a folder with their truths, read now where no results are given."""
    from intake.evaluation.lots import stacks_in  # noqa: PLC0415 - only what scores needs it

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
        yield from stacks_in(folder, results=results, read=read_lot, keep=keep)


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
