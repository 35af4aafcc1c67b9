"""Texts from outside as a person sees them: cleaned once, where they are read, for labels, cover and entries alike.

Excel's escapes are decoded, decomposed kana are composed, radicals become the characters that they look like, and
what is invisible is taken out. Nothing else changes: compatibility ideographs (神 U+FA19) and variation selectors
stay, because names need them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# What stands for U+2E80 … U+2EF3 (EquivalentUnifiedIdeograph.txt of Unicode 14; two have no equivalent). For the
# Kangxi radicals NFKC gives the same characters as that file.
_FIRST_RADICAL, _FIRST_KANGXI, _LAST_KANGXI = 0x2E80, 0x2F00, 0x2FD5
_RADICALS = (
    "⺀厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵⺚旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋"
    "耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
_UNIFIED = dict(enumerate(_RADICALS, start=_FIRST_RADICAL)) | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(_FIRST_KANGXI, _LAST_KANGXI + 1)
}
# Fonts for Japanese show these radicals as the characters of today, whose older forms Unicode names: 戸, not 戶.
_UNIFIED |= {ord(radical): char for radical, char in zip("⼾⾭⿈⿊", "戸青黄黒", strict=True)}
# Controls but line ends and tabs, and what Unicode lets no program show (Default_Ignorable_Code_Point) but the
# variation selectors.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff"
)
_MOST_CHANGED = 10  # characters that are told of
_TO_TELL = re.compile(f"[\u2e81-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5{_INVISIBLE}]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATES = re.compile("[\ud800-\udfff]")
# A character and the marks on it, but no compatibility ideograph, of which NFC would make another one; a pile of marks
# comes in pieces, because bringing it into order takes the square of its length.
_MARKS = "\u0300-\u036f\u3099\u309a"
_COMPOSABLE = re.compile(f"[^\uf900-\ufaff\U0002f800-\U0002fa1f][{_MARKS}]{{1,8}}")
_TO_CHANGE = re.compile(f"[\r\x0b\x0c\x85\u2028\u2029\u2e80-\u2fd5{_MARKS}{_INVISIBLE}]")
# Private use, noncharacters, and what stands for a character that was lost.
_NONCHARACTERS = "".join(chr(plane + last) for plane in range(0x10000, 0xF0000, 0x10000) for last in (0xFFFE, 0xFFFF))
_NOT_FOR_PRINT = re.compile(f"[\ue000-\uf8ff\ufdd0-\ufdef\ufffc-\uffff{_NONCHARACTERS}\U000f0000-\U0010ffff]")


class CleanText(NamedTuple):
    """A cleaned text, and the radicals and invisible characters that were replaced or taken out, a few of them."""

    text: str
    changed: str = ""


def clean(text: str) -> CleanText:
    r"""A text as a person sees it.

    >>> clean("区⺠_x000D_"), clean("か\u3099\u202a").text, clean("\ufa19").text == "\ufa19"
    (CleanText(text='区民\n', changed='⺠'), 'が', True)
    """
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
        if _SURROGATES.search(text):  # two escapes for one character, or half of one
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if not _TO_CHANGE.search(text):
        return CleanText(text)
    text = _LINE_END.sub("\n", text)
    changed = "".join(dict.fromkeys(_TO_TELL.findall(text)))[:_MOST_CHANGED]
    text = _TO_TELL.sub(lambda match: _UNIFIED.get(ord(match[0]), ""), text)
    return CleanText(_COMPOSABLE.sub(lambda match: unicodedata.normalize("NFC", match[0]), text), changed)


def clean_name(name: str) -> str:
    """The name of a sheet, on one line."""
    return clean(name).text.replace("\n", " ").replace("\t", " ")


def unified(char: str) -> str:
    """The character that is read for a radical; '' for what is taken out."""
    return _UNIFIED.get(ord(char), "")


def not_for_print(text: str) -> str:
    """Each character of a text that other machines cannot show: 外字 and the like."""
    return "".join(dict.fromkeys(_NOT_FOR_PRINT.findall(text)))
