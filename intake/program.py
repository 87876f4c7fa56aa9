"""What reads: version, models and templates, in every result, so that an old one can be told from a new one."""

import hashlib
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files

from extractors.forms.template import load_templates
from intake.settings import Settings
from schemas.batch import Program


@lru_cache(maxsize=1)
def _models() -> dict[str, str]:
    """Return the first 12 hexadecimal digits of each model file's sha256, by the file's stem."""
    models = [
        entry for entry in files("extractors.readers").joinpath("models").iterdir() if entry.name.endswith(".onnx")
    ]
    return {m.name.removesuffix(".onnx"): hashlib.sha256(m.read_bytes()).hexdigest()[:12] for m in models}


def program(settings: Settings) -> Program:
    """Return what this installation reads with."""
    templates = load_templates(settings.templates)
    return Program(version=version("liasse"), models=_models(), templates=tuple(t.name for t in templates))
