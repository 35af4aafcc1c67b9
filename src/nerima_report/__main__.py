"""The program as a command and as `python -m nerima_report`. Imports nothing before it can be interrupted quietly."""

import os


def main() -> None:
    """Start the command line; an interruption ends it in the same way while it loads, works, or finishes."""
    try:
        from nerima_report.interruption import end_program_when_interrupted, ignore_interruptions

        end_program_when_interrupted()
    except KeyboardInterrupt:
        os._exit(130)
    from nerima_report.cli import main as run

    try:
        run()
    finally:
        ignore_interruptions()


if __name__ == "__main__":
    main()
