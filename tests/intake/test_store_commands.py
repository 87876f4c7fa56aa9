"""The commands of the service, as an operator types them."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from intake.cli import app
from intake.cli_store import BROKEN
from intake.store.settings import StoreSettings
from schemas.errors import InputError

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an empty installation."""
    monkeypatch.setenv("LIASSE_STORE__DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def liasse(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_key_is_printed_once_listed_without_its_secret_and_revoked(data: Path) -> None:
    """The contract's command: its output alone goes into a scanner's settings."""
    made = liasse("keys", "create", "--role", "station", "--station", "Lille")

    key = made.stdout.strip()
    assert made.exit_code == 0
    _, prefix, secret = key.split("_", 2)
    listed = liasse("keys", "list").stdout
    assert prefix in listed
    assert "Lille" in listed
    assert secret not in listed
    assert liasse("keys", "revoke", prefix).exit_code == 0
    assert secret.encode() not in b"".join(path.read_bytes() for path in data.iterdir() if path.is_file())


def test_no_key_of_the_program_itself_can_be_made(data: Path) -> None:
    """It would see every station's lots."""
    made = liasse("keys", "create", "--role", "system")

    assert isinstance(made.exception, InputError)
    assert made.stdout == ""
    assert data.exists()


def test_the_journal_is_proved_whole_or_its_first_break_is_named(data: Path) -> None:
    """An auditor runs it without us."""
    liasse("keys", "create", "--role", "station")
    liasse("keys", "create", "--role", "admin")
    whole = liasse("journal", "verify")
    head = whole.stdout.split()[-1]
    assert whole.exit_code == 0
    assert liasse("journal", "verify", "--head", head).exit_code == 0
    assert liasse("journal", "verify", "--head", "0" * 64).exit_code == BROKEN

    engine = create_engine(StoreSettings(data=data).sql_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE journal SET actor = 'user:8' WHERE seq = 2"))
    engine.dispose()

    broken = liasse("journal", "verify")
    assert broken.exit_code == BROKEN
    assert "ligne 2" in broken.stderr


def test_a_master_key_is_changed_with_two_commands(data: Path) -> None:
    """As the guide says: a fresh line first, then rotate; then the old line may go."""
    liasse("keys", "create", "--role", "station", "--station", "Lille")
    ring = data / "master.key"
    old, new = ring.read_text("ascii"), liasse("keys", "new-master").stdout

    ring.write_text(new + old, "ascii")
    assert liasse("keys", "rotate").exit_code == 0
    ring.write_text(new, "ascii")

    assert "Lille" in liasse("keys", "list").stdout


def test_reading_a_lot_loads_no_database() -> None:
    """`liasse read` keeps nothing: it must not pay for what keeps."""
    script = "import sys, intake.cli; print([m for m in ('sqlalchemy', 'cryptography', 'obstore') if m in sys.modules])"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_every_setting_of_the_store_is_documented() -> None:
    """An undocumented setting is one nobody can use."""
    documented = OPERATING.read_text("utf-8")

    assert [name for name in StoreSettings.model_fields if f"`store.{name}`" not in documented] == []
