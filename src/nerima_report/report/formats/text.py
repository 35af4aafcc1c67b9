"""Text as every format prints it, so that Word and Markdown cannot differ in what they leave out."""

from __future__ import annotations

import re

DRAFT_MARK = "【案】"
CONTENTS_TITLE = "目次"

_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def one_line(text: str) -> str:
    r"""The text on one line, without the characters that XML forbids or discourages.

    >>> one_line("区民\nなど\x00")
    '区民 など'
    """
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", text))
