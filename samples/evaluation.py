"""Accuracy on fresh lots of every profile: draw them, read them, score them. ``make evaluate LOTS=20 SEED=1``."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Draw lots of each profile in turn and run ``liasse evaluate`` on them."""
    parser = argparse.ArgumentParser(description="Draw fresh lots of every profile and score their reading.")
    parser.add_argument("--lots", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", default="all")
    parser.add_argument("--invoices", default="3-6")
    parser.add_argument("--out", type=Path, help="JSON file for all figures and every error")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="liasse-lots-") as folder:
        draw = [
            sys.executable, "-m", "samples.generate", folder, "--lots", str(asked.lots), "--seed", str(asked.seed),
            "--profile", asked.profile, "--invoices", asked.invoices,
        ]  # fmt: skip
        subprocess.run(draw, check=True)
        score = [str(Path(sys.executable).parent / "liasse"), "evaluate", folder]
        if asked.out:
            score += ["--out", str(asked.out)]
        subprocess.run(score, check=True)


if __name__ == "__main__":
    main()
