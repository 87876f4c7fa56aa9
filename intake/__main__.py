"""The command ``liasse``, and ``python -m intake``.

Apart from the command line itself: every reading process imports the program's main file again, and this one costs
nothing where the command line costs a quarter of a second.
"""


def main() -> None:
    """Run the command line."""
    from intake.cli import main as run  # noqa: PLC0415 - see above

    run()


if __name__ == "__main__":
    main()
