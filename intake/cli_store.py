"""The commands on what the service keeps: ``liasse keys ...`` and ``liasse journal verify``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from intake.settings import Settings
from intake.store.records import Role, Viewer

if TYPE_CHECKING:
    from intake.store.store import Store

#: exit code of a journal that is broken
BROKEN: Final = 1

keys = typer.Typer(no_args_is_help=True, help="API keys of stations and programs, and the master keys.")
journal = typer.Typer(no_args_is_help=True, help="The journal of who did what.")
_console = Console(stderr=True)
_OPERATOR: Final = Viewer.system("command-line")


@keys.command("create")
def keys_create(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    station: Annotated[
        str | None, typer.Option(help="Station the key belongs to (role station); without it the key gets one.")
    ] = None,
) -> None:
    """Print a new API key, once: it is kept nowhere."""
    with _store() as store:
        key, text = store.people.create_key(role, _OPERATOR, station=station)
    _console.print(f"clé {key.prefix}, rôle {key.role}" + (f", poste {key.station}" if key.station else ""))
    _console.print("Notez-la : elle ne sera plus jamais affichée.")
    sys.stdout.write(text + "\n")


@keys.command("list")
def keys_list() -> None:
    """List the API keys, without their secrets."""
    with _store() as store:
        known = store.people.api_keys()
    table = Table("clé", "rôle", "poste", "créée (UTC)", "révoquée (UTC)")
    for key in known:
        revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
        table.add_row(key.prefix, key.role, key.station or "", f"{key.created_at:%Y-%m-%d %H:%M}", revoked)
    Console().print(table)


@keys.command("revoke")
def keys_revoke(prefix: Annotated[str, typer.Argument(help="The key's first part, as `list` shows it.")]) -> None:
    """Make an API key open nothing any more."""
    with _store() as store:
        store.people.revoke_key(prefix, _OPERATOR)
    _console.print(f"clé {prefix} révoquée")


@keys.command("new-master")
def keys_new_master() -> None:
    """Print a fresh master key, to be put before the others; then run `rotate`. Changes nothing itself."""
    from intake.store.keyring import new_master_key  # noqa: PLC0415 - brings cryptography

    sys.stdout.write(new_master_key() + "\n")


@keys.command("rotate")
def keys_rotate() -> None:
    """Put the key of every lot under the first master key of the ring."""
    with _store() as store:
        done = store.rewrap()
    _console.print(f"{done} lots sous la clé maîtresse actuelle")


@journal.command("verify")
def journal_verify(
    head: Annotated[
        str | None, typer.Option(help="Head noted outside earlier: the journal must still hold that line.")
    ] = None,
) -> None:
    """Prove the journal whole, or name the first line that is not what was written (exit 1)."""
    with _store() as store:
        verdict = store.journal.verify(head)
    if verdict.broken_at is not None:
        _console.print(f"journal rompu à la ligne {verdict.broken_at} : {verdict.why}", highlight=False)
        raise typer.Exit(BROKEN)
    sys.stdout.write(f"journal intact : {verdict.entries} lignes, tête {verdict.head}\n")


@contextmanager
def _store() -> Iterator["Store"]:
    from intake.bootstrap import open_store  # noqa: PLC0415 - brings the database along

    store = open_store(Settings())
    try:
        yield store
    finally:
        store.close()
