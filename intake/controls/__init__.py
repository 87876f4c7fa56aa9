"""Controls: small pure functions from a lot to its flags, one file per family, all listed in ``registry``."""

from intake.controls.registry import CONTROLS, run_controls

__all__ = ["CONTROLS", "run_controls"]
