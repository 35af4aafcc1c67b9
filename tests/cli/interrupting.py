"""A program that gets Ctrl-C at a moment of its own run, however fast the machine is (test_interruption.py).

A module sitecustomize, which Python imports before anything else, calls `interrupt_this_program`.
"""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Interruption:
    """What is to happen at which moment: `event` and what it is `about`. It happens once."""

    def __init__(self, moment: str, times: int) -> None:
        self.event, _, self.about = moment.partition(" ")
        self.times = times
        self.steps = 0
        self.began = False  # to load the command line; before that it is for Python to say what Ctrl-C does

    def now(self) -> None:
        """Interrupt the whole process group, as Ctrl-C at a terminal does."""
        self.event = ""
        for _ in range(self.times):
            os.killpg(0, signal.SIGINT)

    def look(self, event: str, about: tuple[Any, ...]) -> None:
        """Interrupt before a module is loaded, a process started, a file opened, or at the n-th step of any kind."""
        self.began = self.began or (event == "import" and about[0] == "nerima_report.cli")
        if not self.began or not self.event:
            return
        self.steps += 1
        is_event = event == self.event and str(about[0]).endswith(self.about)
        if is_event or (self.event == "step" and self.steps == int(self.about)):
            self.now()
        if self.event == "closing" and event == "import" and about[0] == "nerima_report.runs.validate":
            atexit.register(self.now)  # later than what ends the worker, so it is called earlier

    def after(self, event: str, start: Callable[..., int]) -> Callable[..., int]:
        """Start a process or a thread, and interrupt before the program could know that there is one."""

        def started(*arguments: Any, **options: Any) -> int:
            number = start(*arguments, **options)
            if self.event == event:
                self.now()
            return number

        return started

    def write_steps(self) -> None:
        """Write down how many steps there were."""
        Path(self.about).write_text(str(self.steps), encoding="ascii")


def interrupt_this_program() -> None:
    """Do what the environment asks for, and take it out of there, so that the worker does not do it as well."""
    import _posixsubprocess

    interruption = Interruption(os.environ.pop("INTERRUPT_AT", ""), int(os.environ.pop("INTERRUPT_TIMES", "1")))
    _posixsubprocess.fork_exec = interruption.after("process", _posixsubprocess.fork_exec)
    for name in ("start_new_thread", "start_joinable_thread"):  # the latter since Python 3.13
        if hasattr(_thread, name):
            setattr(_thread, name, interruption.after("thread", getattr(_thread, name)))
    if interruption.event == "count":
        atexit.register(interruption.write_steps)
    if interruption.event == "closed":
        atexit.register(interruption.now)
    sys.addaudithook(interruption.look)
