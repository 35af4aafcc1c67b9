"""The program as a command and as `python -m nerima_report`. Imports nothing before it can be interrupted quietly."""

import gc
import os


def main() -> None:
    """Start the command line; an interruption ends it in the same way while it loads, works, or finishes."""
    gc.set_threshold(50_000, 20, 20)  # what is loaded at the start is no garbage: to look for it takes 5% of the start
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
        gc.freeze()  # as it ends, Python would look for garbage in all that was loaded


if __name__ == "__main__":
    main()
