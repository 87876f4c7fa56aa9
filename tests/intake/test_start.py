"""What every reading process pays before its first page."""

import subprocess
import sys


def test_the_program_s_main_file_brings_no_command_line_into_reading_processes() -> None:
    """Each process imports the main file again: with the command line in it, that was a quarter of a second each."""
    script = "import sys, intake.__main__; print('intake.cli' in sys.modules, 'pydantic' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False", "False"]


def test_reading_processes_load_no_logging_library_until_something_is_logged() -> None:
    """Most lots log nothing."""
    script = "import sys, intake.workers; print('structlog' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False"]
