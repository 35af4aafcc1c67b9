"""A worker that does harm when the name of a file says so, and reads all others as the real one does."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from nerima_report.workbooks import worker
from nerima_report.workbooks.read import preflight


def read_bytes(path: Path) -> bytes:
    """Read a file, or crash, hang, eat memory, answer nonsense."""
    match path.stem:
        case "crash":
            os.abort()
        case "exit":
            sys.exit(0)
        case "hang":
            path.with_suffix(".hangs").touch()
            time.sleep(600)
        case "busy":
            while True:
                pass
        case "memory":
            return b"".join([bytes(2**20) for _ in range(4096)])
        case "nonsense":
            sys.__stdout__.buffer.write(b"{not JSON\n")  # type: ignore[union-attr]
            sys.__stdout__.flush()  # type: ignore[union-attr]
        case "recursion":
            return read_bytes(path)
    return preflight.read_bytes(path)


if __name__ == "__main__":
    worker.read_bytes = read_bytes  # type: ignore[attr-defined]
    if len(sys.argv) > 1:
        sys.exit(1)  # a worker that never gets ready
    worker.main()
