"""Findings as a JUnit report, which the test pages of Jenkins, GitLab and other CI services read.

A file is a test suite; in it each kind of finding is a test case, which fails if the run does because of it, and
otherwise shows its findings as output. A file without any finding is a test case that passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from nerima_report.edition.catalogue import Catalogue
from nerima_report.examination import Examination
from nerima_report.findings import SEVERITY_NAMES, Finding
from nerima_report.notices import Told
from nerima_report.notices.grouping import WHOLE, short
from nerima_report.places import Place
from nerima_report.text import harmless

FINE = "指摘なし"


def render_junit(examination: Examination, told: Told) -> str:
    """The report as XML; a warning is a failure only under --strict, an explained difference never."""
    whole = ElementTree.Element("testsuites", name=f"nerima-report {told.command}")
    for title, findings in _suites(examination).items():
        suite = ElementTree.SubElement(whole, "testsuite", name=harmless(title))
        _add_cases(suite, findings, _Verdict(examination.catalogue, told.strict))
        _count(suite)
    _count(whole)
    ElementTree.indent(whole)
    return bytes(ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)).decode()


class _Verdict:
    """Which findings fail the run, and what a finding is called."""

    def __init__(self, catalogue: Catalogue, strict: bool) -> None:
        self.catalogue = catalogue
        self._failing = {"error", "warning"} if strict else {"error"}

    def fails(self, finding: Finding) -> bool:
        return finding.explained is None and self.catalogue.severity(finding) in self._failing

    def severity(self, finding: Finding) -> str:
        return "説明のある差" if finding.explained else SEVERITY_NAMES[self.catalogue.severity(finding)]

    def case(self, finding: Finding) -> str:
        """The name of the test case to which a finding belongs: N401 rows-differ-from-total."""
        name = f"{finding.code} {self.catalogue.codes[finding.code].name}"
        return name if self.fails(finding) else f"{name}（{self.severity(finding)}）"


def _suites(examination: Examination) -> dict[str, list[Finding]]:
    """The findings by file, also of files that have none; what is said of no file stands under its 課."""
    suites: dict[str, list[Finding]] = {file: [] for file in (*examination.files, *examination.records)}
    for finding in examination.catalogue.order(examination.findings):
        suites.setdefault(finding.place.file or finding.place.section or WHOLE, []).append(finding)
    return suites or {WHOLE: []}


def _add_cases(suite: ElementTree.Element, findings: Sequence[Finding], verdict: _Verdict) -> None:
    kinds: dict[str, list[Finding]] = {} if findings else {FINE: []}
    for finding in findings:
        kinds.setdefault(verdict.case(finding), []).append(finding)
    # Jenkins takes what stands before a point for the name of a package.
    classname = suite.attrib["name"].replace(".", "_")
    for name, alike in kinds.items():
        case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name, time="0")
        text = "\n".join(line for finding in alike for line in _lines(finding, verdict))
        if alike and verdict.fails(alike[0]):
            more = f"（ほか{len(alike) - 1}か所）" if len(alike) > 1 else ""
            message = harmless(verdict.catalogue.message(alike[0])) + more
            severity = verdict.catalogue.severity(alike[0])
            ElementTree.SubElement(case, "failure", type=severity, message=message).text = text
        elif alike:
            ElementTree.SubElement(case, "system-out").text = text


def _lines(finding: Finding, verdict: _Verdict) -> Iterator[str]:
    place = finding.place
    where = f"{short(place, Place(file=place.file))}: " if place.sheet or place.spot or place.table else ""
    yield harmless(f"{verdict.severity(finding)} {finding.code} {where}{verdict.catalogue.message(finding)}")
    yield from (harmless(f"  考えられる直し: {line}") for line in finding.advice.lines)
    if finding.explained:
        yield harmless(f"  説明: {finding.explained.reason}")
    else:
        yield harmless(f"  {verdict.catalogue.codes[finding.code].hint}")


def _count(element: ElementTree.Element) -> None:
    cases = list(element.iter("testcase"))
    failures = sum(case.find("failure") is not None for case in cases)
    element.attrib |= {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": "0"}
