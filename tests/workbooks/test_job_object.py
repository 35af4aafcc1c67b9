"""The job object of Windows, on a stand-in for its library: which calls are made, in which order, with what."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from nerima_report.workbooks.job_object import BasicLimits, ExtendedLimits, limit_by_job


class Call:
    """A function of the library: notes its call and gives an answer."""

    def __init__(self, name: str, answer: int, calls: list[tuple[Any, ...]]) -> None:
        self.name, self.answer, self.calls = name, answer, calls

    def __call__(self, *arguments: Any) -> int:
        self.calls.append((self.name, *arguments))
        return self.answer


class Kernel32:
    """What of kernel32.dll is used; `failing` gives 0."""

    def __init__(self, failing: str = "") -> None:
        self.calls: list[tuple[Any, ...]] = []
        answers = {"CreateJobObjectW": 7, "SetInformationJobObject": 1, "AssignProcessToJobObject": 1}
        for name, answer in {**answers, "GetCurrentProcess": -1}.items():
            setattr(self, name, Call(name, 0 if name == failing else answer, self.calls))


def test_a_job_of_its_own_limits_the_memory_of_the_process() -> None:
    library = Kernel32()
    assert limit_by_job(library, 1024)
    create, inform, _, assign = library.calls
    assert create == ("CreateJobObjectW", None, None)
    assert (inform[:3], inform[4]) == (("SetInformationJobObject", 7, 9), ctypes.sizeof(ExtendedLimits))
    limits = inform[3]._obj
    assert (limits.BasicLimitInformation.LimitFlags, limits.ProcessMemoryLimit) == (0x100, 1024)
    assert assign == ("AssignProcessToJobObject", 7, -1)


@pytest.mark.parametrize("failing", ["CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject"])
def test_a_system_that_refuses_leaves_the_worker_at_work(failing: str) -> None:
    assert not limit_by_job(Kernel32(failing), 1024)


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes are those of 64 bits")
def test_the_structures_are_as_large_as_those_of_windows() -> None:
    assert (ctypes.sizeof(BasicLimits), ctypes.sizeof(ExtendedLimits)) == (64, 144)
