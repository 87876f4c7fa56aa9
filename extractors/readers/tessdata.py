"""Where Tesseract's French model lies on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.errors import ResourceError

LANGUAGE: Final = "fra"
_MODEL: Final = f"{LANGUAGE}.traineddata"
#: Where Debian and Ubuntu put the models, and where a build from source does.
_USUAL: Final = ("/usr/share", "/usr/local/share")
#: ``tesseract --list-langs`` answers at once; a minute means that something else answers.
_LIST_LANGS_LIMIT_S: Final = 60


def find_tessdata() -> Path:
    """Return the folder that holds the French model.

    Looked up in this order: ``TESSDATA_PREFIX``, what ``tesseract --list-langs`` says, the usual system folders.

    Raises:
        ResourceError: no folder holds it; the message names the packages to install.
    """
    for folder in _candidates():
        if (folder / _MODEL).is_file():
            return folder
    raise ResourceError(
        "Tesseract's French model is missing: install the packages tesseract-ocr and tesseract-ocr-fra, "
        "or set TESSDATA_PREFIX to the folder that holds fra.traineddata"
    )


def _candidates() -> Iterator[Path]:
    prefix = os.environ.get("TESSDATA_PREFIX")
    if prefix:
        yield Path(prefix)
        yield Path(prefix) / "tessdata"
    for root in _USUAL:
        yield from sorted(Path(root).glob("tesseract-ocr/*/tessdata"), reverse=True)
        yield Path(root) / "tessdata"
    told = _folder_told_by_tesseract()
    if told is not None:
        yield told


def _folder_told_by_tesseract() -> Path | None:
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command, no input of a caller
            [program, "--list-langs"], capture_output=True, text=True, timeout=_LIST_LANGS_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'"([^"]+)"', answer.stdout + answer.stderr)
    return Path(found.group(1)) if found else None
