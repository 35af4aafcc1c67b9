"""The program as a command and as `python -m nerima_report`. Light, so that even its start can be interrupted."""

import sys


def main() -> None:
    """Start the command line; an interruption while it is still loading ends as quietly as a later one."""
    try:
        from nerima_report.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
