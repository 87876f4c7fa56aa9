"""One bad page never loses the others."""

import os
import select
import signal

import numpy as np
import pytest

from extractors.engine_settings import EngineSettings
from extractors.scan import Scan
from intake.workers import PAGES_A_PROCESS, PageWorkers, WorkerSettings
from tests.intake import failing_pages


def pages_named(*names: str) -> list[tuple[int, Scan]]:
    return [(k, Scan(name, 1, np.full((4, 4), 255, np.uint8), None)) for k, name in enumerate(names)]


@pytest.mark.parametrize(("name", "problem"), [("dies", "crash"), ("raises", "failure"), ("hangs", "time_limit")])
def test_a_bad_page_comes_back_with_its_problem_and_its_neighbours_are_read(name: str, problem: str) -> None:
    """A worker that dies, an engine that raises, a page that never ends: each costs one page, in its place."""
    settings = WorkerSettings(count=1, page_seconds=3.0, engines=EngineSettings())

    with PageWorkers(settings, start=failing_pages.start, read_one=failing_pages.read_one) as workers:
        readings = list(workers.read(pages_named("before", name, "after", "last")))

    assert [r.page.file for r in readings] == ["before", name, "after", "last"]
    assert [r.page.problem for r in readings] == [None, problem, None, None]
    assert [r.page.index for r in readings] == [0, 1, 2, 3]


def test_a_failing_page_leaves_no_text_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    """An exception's text may hold a name: only its type is logged."""
    settings = WorkerSettings(count=1, page_seconds=10.0, engines=EngineSettings())

    with PageWorkers(settings, start=failing_pages.start, read_one=failing_pages.read_one) as workers:
        list(workers.read(pages_named("raises")))

    said = capfd.readouterr()
    assert "Secret" not in said.out + said.err


def test_a_pool_whose_idle_process_was_killed_is_replaced() -> None:
    """Between two lots the system may take a process for its memory: the next lot is read to its end all the same."""
    settings = WorkerSettings(count=1, page_seconds=10.0, engines=EngineSettings())
    names = ("first", "second", "third", "fourth")

    with PageWorkers(settings, start=failing_pages.start, read_one=failing_pages.read_one) as workers:
        [told] = workers.read(pages_named("process"))
        _kill(int(told.page.file))
        readings = list(workers.read(pages_named(*names)))

    assert [r.page.file for r in readings] == list(names)
    assert [r.page.problem for r in readings] == [None] * 4


def test_a_process_is_replaced_before_its_memory_grows() -> None:
    """A lot of 500 pages takes no more memory than one of 20: each process reads so many, in order, none lost."""
    settings = WorkerSettings(count=1, page_seconds=10.0, engines=EngineSettings())
    pages = PAGES_A_PROCESS + 5

    with PageWorkers(settings, start=failing_pages.start, read_one=failing_pages.read_one) as workers:
        readings = list(workers.read(pages_named(*["process"] * pages)))

    processes = [r.page.file for r in readings]
    assert len(readings) == pages
    assert [r.page.index for r in readings] == list(range(pages))
    assert [r.page.problem for r in readings] == [None] * pages
    assert [processes.count(p) for p in dict.fromkeys(processes)] == [PAGES_A_PROCESS, 5]


def _kill(process: int) -> None:
    """Kill *process* and return when it is gone."""
    handle = os.pidfd_open(process)
    try:
        os.kill(process, signal.SIGKILL)
        select.select([handle], [], [])
    finally:
        os.close(handle)
