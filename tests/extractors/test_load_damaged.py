"""Fifty damaged files, seeded: every page that still opens is read, everything else refused with its code."""

from pathlib import Path

import numpy as np
import pytest

from extractors.load import Limits, LoadedFile, RefusedPage, load_pages
from extractors.loading.refusals import REASONS
from extractors.scan import Scan
from tests.extractors import damage

SEED = 20261122
COUNT = 50
#: Codes of a limit: what such a page holds is not for reading, whatever another decoder makes of it.
LIMITS = {"too_expanded", "too_many_pixels", "too_many_pages", "time_limit", "memory_limit", "file_too_large"}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What became of each file, a whole one lying between any two of them."""
    folder = tmp_path_factory.mktemp("damaged")
    paths: list[Path] = []
    for index, damaged in enumerate(damage.damaged_files(COUNT, SEED)):
        for name, content in ((damaged.name, damaged.content), (f"{index:04d}_whole.pdf", damage.paper("g4.pdf"))):
            paths.append(folder / name)
            paths[-1].write_bytes(content)
    became: dict[str, list[object]] = {path.name: [] for path in paths}
    for item in load_pages(paths, Limits(seconds_per_page=3.0)):
        became[item.file if isinstance(item, Scan) else item.name].append(item)
    return became


def test_every_page_an_independent_decoder_opens_is_read(outcome: dict[str, list[object]]) -> None:
    """A page that can be seen must not be sent back."""
    lost = []
    for damaged in damage.damaged_files(COUNT, SEED):
        items = outcome[damaged.name]
        seen = {item.number for item in items if isinstance(item, Scan)}
        seen |= {item.number for item in items if isinstance(item, RefusedPage) and item.code in LIMITS}
        if missing := damage.pages_that_open(damaged.content) - seen:
            lost.append((damaged.name, missing))

    assert lost == []


def test_everything_else_is_refused_with_a_code_and_a_sentence(outcome: dict[str, list[object]]) -> None:
    """Nothing is lost in silence: each page a file announces is read or refused by its number."""
    unaccounted = []
    for name, items in outcome.items():
        refused = [item for item in items if isinstance(item, RefusedPage)]
        assert {item.code for item in refused} <= set(REASONS)
        named = {item.number for item in items if isinstance(item, Scan | RefusedPage)} - {None}
        announced = [item.pages for item in items if isinstance(item, LoadedFile)]
        expected = set(range(1, announced[0] + 1)) if announced else set()
        is_whole_refusal = not announced and len(refused) == 1
        if not is_whole_refusal and named != expected:
            unaccounted.append(name)

    assert unaccounted == []


def test_a_page_read_in_part_says_so_twice(outcome: dict[str, list[object]]) -> None:
    """A half-read form accepted in silence is the worst outcome: the scan carries the problem, the refusal names it."""
    for items in outcome.values():
        partial = {item.number: item.problem for item in items if isinstance(item, Scan) and item.problem}
        named = {item.number: item.code for item in items if isinstance(item, RefusedPage)}
        assert partial.items() <= named.items()


def test_no_neighbour_of_a_damaged_file_is_lost(outcome: dict[str, list[object]]) -> None:
    """Whatever a file does to the parsing process, the next one is read whole."""
    whole = [items for name, items in outcome.items() if name.endswith("_whole.pdf")]
    reference = [item.pixels for item in whole[0] if isinstance(item, Scan)]

    assert len(whole) == COUNT
    for items in whole:
        pages = [item for item in items if isinstance(item, Scan)]
        assert [page.problem for page in pages] == [None, None, None]
        assert all(np.array_equal(page.pixels, kept) for page, kept in zip(pages, reference, strict=True))


def test_the_same_seed_makes_the_same_files() -> None:
    """A failure must be there again tomorrow; locked files alone differ, by the salt of their encryption."""
    first, second = (
        [item.content for item in damage.damaged_files(COUNT, SEED) if item.kind != "locked"] for _ in range(2)
    )

    assert first == second
