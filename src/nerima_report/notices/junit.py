"""Findings as a JUnit report, which the test pages of Jenkins, GitLab and other CI services read.

A file is a test suite, and each kind of finding in it a test case. The case fails if its findings fail the run;
otherwise it has them as output. A file without findings has one test case, which passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from nerima_report.edition.catalogue import Notice, short
from nerima_report.examination import Examination
from nerima_report.notices import Outcome
from nerima_report.notices.grouping import WHOLE, by_problem
from nerima_report.places import Place
from nerima_report.text import harmless

FINE = "指摘なし"


def render_junit(examination: Examination, outcome: Outcome) -> str:
    """The report as XML. A warning is a failure only with --strict, an explained difference never."""
    whole = ElementTree.Element("testsuites", name=f"nerima-report {outcome.command}")
    for title, notices in _suites(examination).items():
        suite = ElementTree.SubElement(whole, "testsuite", name=harmless(title))
        _add_cases(suite, notices, outcome.strict)
        _count(suite)
    _count(whole)
    ElementTree.indent(whole)
    return bytes(ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)).decode()


def _suites(examination: Examination) -> dict[str, list[Notice]]:
    """The notices by file, with the files that have none; a notice without a file stands under its 課."""
    suites: dict[str, list[Notice]] = {file: [] for file in (*examination.files, *examination.records)}
    for notice in by_problem(examination.notices):
        suites.setdefault(notice.place.file or notice.place.section or WHOLE, []).append(notice)
    return suites or {WHOLE: []}


def _add_cases(suite: ElementTree.Element, notices: Sequence[Notice], strict: bool) -> None:
    kinds: dict[str, list[Notice]] = {} if notices else {FINE: []}
    for notice in notices:
        name = f"{notice.code} {notice.name}"
        kinds.setdefault(name if _fails(notice, strict) else f"{name}（{notice.label}）", []).append(notice)
    # Jenkins takes the part before a point for the name of a package.
    classname = suite.attrib["name"].replace(".", "_")
    for name, alike in kinds.items():
        case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name, time="0")
        text = "\n".join(line for notice in alike for line in _lines(notice))
        if alike and _fails(alike[0], strict):
            more = f"（ほか{len(alike) - 1}か所）" if len(alike) > 1 else ""
            message = harmless(alike[0].message) + more
            ElementTree.SubElement(case, "failure", type=alike[0].severity, message=message).text = text
        elif alike:
            ElementTree.SubElement(case, "system-out").text = text


def _fails(notice: Notice, strict: bool) -> bool:
    """Whether a notice fails the run."""
    return notice.is_error or (strict and notice.is_open and notice.severity == "warning")


def _lines(notice: Notice) -> Iterator[str]:
    place = notice.place
    where = f"{short(place, Place(file=place.file))}: " if place.sheet or place.spot or place.table else ""
    yield harmless(f"{notice.label} {notice.code} {where}{notice.message}")
    yield from (harmless(f"  {line}") for line in notice.also_failed_lines)
    yield from (harmless(f"  考えられる直し: {line}") for line in notice.advice)
    yield harmless(f"  {notice.hint}" if notice.is_open else f"  説明: {notice.explanation}")


def _count(element: ElementTree.Element) -> None:
    cases = list(element.iter("testcase"))
    failures = sum(case.find("failure") is not None for case in cases)
    element.attrib |= {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": "0"}
