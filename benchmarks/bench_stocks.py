"""How often the limits of stocks (years.toml) raise a false alarm, and how often they find a fault (make bench).

Series are made up with fixed seeds: quiet ones, and the same with a fault in their last year. The numbers of
docs/decisions.md are from here. What is found depends on how many earlier changes are known and on how quiet they were.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from nerima_report.edition import find_edition, load_edition  # noqa: E402
from nerima_report.records.change_statistics import stock_move  # noqa: E402
from stock_series import Series, digits_swapped, fewer, quiet, small, with_last  # noqa: E402

EACH = 200  # series of each kind
HISTORIES = (0, 1, 2, 3, 5, 10, 30)  # earlier changes that are known
SIZES = (100, 1000, 5000)
MOVES = ((1, 0), (2, 0), (3, 0), (5, 0), (1, 5), (1, -3))  # spread and growth in percent a year
SMALL = tuple(product((0, 5, 10, 20), (1, 2, 3)))  # size and largest step


def main() -> None:
    """Print the shares of the series of each kind of which something is said, by the length of their past."""
    limits = load_edition(find_edition("nerima")).years.limits.stock

    def told(make: Callable[[int, random.Random], Series], fault: Callable[[int], int] | None = None) -> str:
        shares = []
        for past in HISTORIES:
            series = [make(past + 1, random.Random(f"{past} {number}")) for number in range(EACH)]
            series = [with_last(one, fault) for one in series] if fault else series
            shares.append(100 * sum(stock_move(one, limits) > limits.spread for one in series) / len(series))
        return "".join(f"{share:8.1f}" for share in shares)

    print("Series of which something is said, in %".ljust(42) + "".join(f"{past:8}" for past in HISTORIES))
    for percent, growth in MOVES:
        for size in SIZES:
            name = f"{size:,}, {percent} % a year" + (f", growth {growth} %" if growth else "")
            make = partial(quiet, size, percent, growth)
            print(f"  {name:38}quiet" + told(make)[3:])
            print(f"  {'':36}- 20 %" + told(make, fewer)[2:])
            print(f"  {'':36}digits" + told(make, digits_swapped)[2:])
    for size, step in SMALL:
        print(f"  {f'{size}, by up to {step}':38}quiet" + told(partial(small, size, step))[3:])


if __name__ == "__main__":
    main()
