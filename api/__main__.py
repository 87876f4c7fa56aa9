"""The command ``liasse``, and ``python -m api``: every command of ``intake``, and ``serve``.

Reading processes import the program's main file again, so this one loads nothing (see ``intake.__main__``).
"""


def main() -> None:
    """Run the command line."""
    from api.cli import main as run  # noqa: PLC0415 - see above

    run()


if __name__ == "__main__":
    main()
