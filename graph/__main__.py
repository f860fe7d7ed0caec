"""``python -m graph``, which is also what ``datasync-api`` runs."""

import sys

from graph.server.garbage_collection import collect_rarely


def main() -> int:
    """Runs a command. Returns the exit status."""
    collect_rarely()  # before the rest is loaded
    from graph.cli import main as run  # noqa: PLC0415 - see above

    return run()


if __name__ == "__main__":
    sys.exit(main())
