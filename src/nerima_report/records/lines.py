"""Where the things that a record holds stand in its file: line by line, however the JSON is laid out."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

_SPACE = re.compile(r"[ \t\r\n]*+")


@dataclass(frozen=True)
class RecordLines:
    """The line (from 1) of each key of a record, and of each item of its lists; empty where no file is known."""

    keys: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def find(self, key: object = "", index: object = None) -> int | None:
        """The line of a key, or of an item of its list; None where there is none."""
        items = self.items.get(str(key), ())
        if isinstance(index, int) and index < len(items):
            return items[index]
        return self.keys.get(str(key))


def lines_of(text: str) -> RecordLines:
    r"""The lines of an object in JSON that can be read.

    >>> lines_of('{\n "fiscal_year": 2022,\n "cells": [\n  {"value": 1},\n  {"value": 2}\n ]\n}')
    RecordLines(keys={'fiscal_year': 2, 'cells': 3}, items={'cells': (4, 5)})
    """
    scan = _Scan(text)
    keys: dict[str, int] = {}
    items: dict[str, tuple[int, ...]] = {}
    scan.step()
    while scan.here != "}":
        line, key = scan.line, str(scan.value())
        keys[key] = line
        scan.step()
        if scan.here == "[":
            items[key] = tuple(scan.lines_of_items())
        else:
            scan.value()
        if scan.here == ",":
            scan.step()
    return RecordLines(keys, items)


class _Scan:
    """A walk through JSON; the decoder of the standard library reads each value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder()
        self._starts = [newline.end() for newline in re.finditer("\n", text)]
        self._at = self._after_space(0)

    @property
    def here(self) -> str:
        return self._text[self._at]

    @property
    def line(self) -> int:
        return bisect_right(self._starts, self._at) + 1

    def step(self) -> None:
        """Go past one character ({, [, : or a comma) and the space after it."""
        self._at = self._after_space(self._at + 1)

    def value(self) -> object:
        value, end = self._decoder.raw_decode(self._text, self._at)
        self._at = self._after_space(end)
        return value

    def lines_of_items(self) -> list[int]:
        lines = []
        self.step()
        while self.here != "]":
            lines.append(self.line)
            self.value()
            if self.here == ",":
                self.step()
        self.step()
        return lines

    def _after_space(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        return space.end() if space else at
