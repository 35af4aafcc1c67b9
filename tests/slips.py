"""How people slip, forwards: what may be typed by somebody who means a number. Independent of the program."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

# The keys beside each digit on a numeric pad and in the row above the letters.
PAD = dict(zip("0123456789", ["12", "024", "0135", "26", "157", "2468", "359", "48", "579", "68"], strict=True))
ROW = {str(digit): str((digit - 1) % 10) * (digit != 1) + str((digit + 1) % 10) * (digit != 0) for digit in range(10)}


def swapped(meant: int) -> set[int]:
    digits = str(meant)
    typed = [
        (digits[:i] + digits[j] + digits[i + 1 : j] + digits[i] + digits[j + 1 :], j - i)
        for i, j in combinations(range(len(digits)), 2)
    ]
    return {int(text) for text, apart in typed if text[0] != "0" or apart == 1} - {meant}


def dropped(meant: int) -> set[int]:
    digits = str(meant)
    return {int(digits[:i] + digits[i + 1 :]) for i in range(len(digits)) if len(digits) > 1}


def doubled(meant: int) -> set[int]:
    digits = str(meant)
    return {int(digits[: i + 1] + digits[i:]) for i in range(len(digits))} - {meant}


def beside(meant: int) -> set[int]:
    digits = str(meant)
    return {
        int(digits[:i] + key + digits[i + 1 :]) for i, digit in enumerate(digits) for key in PAD[digit] + ROW[digit]
    } - {meant}


def tenfold(meant: int) -> set[int]:
    return ({meant * 10} | ({meant // 10} if meant % 10 == 0 else set())) - {meant}


TYPED: dict[str, Callable[[int], set[int]]] = {
    "swapped-digits": swapped,
    "dropped-digit": dropped,
    "doubled-digit": doubled,
    "neighbouring-key": beside,
    "tenfold": tenfold,
}
