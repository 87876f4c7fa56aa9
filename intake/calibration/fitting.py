"""Fits the curves: isotonic, smoothed towards the level above where cases are few, counted by paper.

Three levels, each the prior of the next: all entries, the sort (``form/nir``), the kind (``form/nir/filled``). What
the form says about its entries, its print and its doubts, multiplies the error rates; curves and factors are found in
turns, each given the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from intake.calibration.cases import Case
from intake.calibration.context import CLASSES, DOUBTFUL, PRINTS
from intake.calibration.curves import KNOTS, Calibration, Context, Curve, place

Vector = NDArray[np.float64]
#: Error factors at each knot by print and doubt class; 1 where there is no form.
Factors = Mapping[Context | None, Vector]

#: Independent cases the level above counts for.
_PRIOR: Final = 20.0
#: Cases below which a sort or kind has no curve of its own.
_FEW: Final = 50
#: Independent cases a sort nobody has seen is credited with: it may claim 0.98, no more.
_UNSEEN: Final = 4.0
#: -log 0.9: errors expected where nine series of cases in ten show none.
_HIDDEN: Final = 0.105
#: Errors a print or doubt class is thought to have had beside those seen and those expected.
_CONTEXT_PRIOR: Final = 1.0
#: Share of the correlation between entries of one sort that is left between entries of different sorts.
_OTHER_SORTS: Final = 0.1
#: Turns of curves and factors: the third changes no rate by a tenth.
_TURNS: Final = 3
#: Knots whose entries the doubts of the rest of a form are learnt on, in two steps: an entry below ``DOUBTFUL`` is
#: itself the doubt, and is left alone.
_SURE: Final = 0.02
_STEPS: Final = (
    tuple(knot <= _SURE for knot in KNOTS),
    tuple(_SURE < knot <= 1.0 - DOUBTFUL + 1e-9 for knot in KNOTS),
)


@dataclass(slots=True)
class _Count:
    """Cases and wrong ones at each knot."""

    n: Vector = field(default_factory=lambda: np.zeros(len(KNOTS)))
    wrong: Vector = field(default_factory=lambda: np.zeros(len(KNOTS)))


Counts = dict[tuple[str, str, Context | None], _Count]


@dataclass(frozen=True, slots=True)
class _Group:
    """Cases that share a curve, before it is known."""

    name: str
    n: int
    wrong: int
    papers: int
    #: cases that count as one independent case
    effect: float
    least: float


def fit(cases: Sequence[Case], *, date: str, command: str, lots: int, one_entry: float) -> Calibration:
    """Return the calibration that *cases* support.

    Args:
        cases: entries with a known truth.
        date: of the fit, kept with it.
        command: that made it.
        lots: they come from.
        one_entry: how many times an invoice's mean error rate one entry may have.
    """
    correlation = _correlation(cases)
    counts = _counted(cases)
    sorts = {name: _group(name, held, correlation) for name, held in _by_sort(cases).items()}
    kinds = {
        f"{sort}/{state}": _group(f"{sort}/{state}", held, correlation)
        for sort, some in _by_sort(cases).items()
        for state, held in _by_state(some).items()
        if _FEW <= len(held) < len(some)
    }
    everything = _group("", cases, correlation)
    factors: Factors = dict.fromkeys({context for *_, context in counts}, np.ones(len(KNOTS)))
    prints, doubts = dict.fromkeys(PRINTS, 1.0), np.ones((len(CLASSES) + 1, len(KNOTS)))
    for _ in range(_TURNS):
        pooled = _curve(everything, counts, factors, None)
        curves: dict[str, Curve] = {}
        for name, group in sorts.items():
            curves[name] = _curve(group, counts, factors, pooled)
        for name, group in kinds.items():
            curves[name] = _curve(group, counts, factors, curves[name.rpartition("/")[0]])
        expected = _expected(counts, curves)
        size = _entries_a_form(cases)
        effect = 1.0 + (size - 1.0) * correlation * _OTHER_SORTS
        doubts = _doubt_ratios(counts, expected, prints, effect)
        prints = _print_ratios(counts, expected, doubts, effect)
        factors = {c: np.ones(len(KNOTS)) if c is None else prints[c[0]] * doubts[c[1]] for c in factors}
    return Calibration(
        date=date,
        command=command,
        lots=lots,
        forms=len({case.paper for case in cases if case.context}),
        correlation=correlation,
        one_entry=one_entry,
        pooled=pooled.model_copy(update={"least": _shown(_UNSEEN)}),
        curves=curves,
        prints=prints,
        doubts=tuple(tuple(float(ratio) for ratio in row) for row in doubts),
    )


def _curve(group: _Group, counts: Counts, factors: Factors, prior: Curve | None) -> Curve:
    """Return the isotonic error rates of a group, each knot drawn towards the level above."""
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - scipy loads slowly, and only fitting needs it

    exposed, wrong = np.zeros(len(KNOTS)), np.zeros(len(KNOTS))
    for (sort, state, context), count in counts.items():
        if group.name in {"", sort, f"{sort}/{state}"}:
            exposed += count.n * factors[context] / group.effect
            wrong += count.wrong / group.effect
    if prior is None:
        # the raw confidences themselves, at next to no weight, so that an empty knot has an opinion
        thought, weight = np.asarray(KNOTS), 0.5
    else:
        thought, weight = np.asarray(prior.errors), _PRIOR
    if prior is not None and group.n < _FEW:
        errors = thought
    else:
        rates = np.minimum((wrong + weight * thought) / (exposed + weight), 1.0)
        errors = isotonic_regression(rates, weights=exposed + weight, increasing=False).x
    return Curve(
        n=group.n, wrong=group.wrong, forms=group.papers, errors=tuple(float(e) for e in errors), least=group.least
    )


def _group(name: str, cases: Sequence[Case], correlation: float) -> _Group:
    sure = [case for case in cases if case.raw >= DOUBTFUL]
    return _Group(
        name=name,
        n=len(cases),
        wrong=sum(case.wrong for case in cases),
        papers=len({case.paper for case in cases}),
        effect=_design_effect(cases, correlation),
        least=_shown(max(len(sure) / _design_effect(sure, correlation), _UNSEEN)),
    )


def _shown(independent: float) -> float:
    """Return the error rate that *independent* cases would hide nine times in ten: nothing below it was shown."""
    return _HIDDEN / (independent + 1.0)


def _design_effect(cases: Sequence[Case], correlation: float) -> float:
    """Return how many cases count as one independent case, where several stand on one paper (Kish)."""
    sizes = Counter(case.paper for case in cases)
    together = sum(size * size for size in sizes.values()) / max(len(cases), 1)
    return 1.0 + max(together - 1.0, 0.0) * correlation


def _correlation(cases: Sequence[Case]) -> float:
    """Return how much the errors among sure entries of one sort on one paper come together, 0 to 1."""
    groups: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for case in cases:
        if case.raw >= DOUBTFUL:
            groups[case.sort, case.paper].append(case.wrong)
    several = [group for group in groups.values() if len(group) > 1]
    entries = sum(map(len, several))
    share = sum(map(sum, several)) / entries if entries else 0.0
    if not 0.0 < share < 1.0:
        return 1.0  # nothing to see it by: entries of one paper count as one
    both = sum(sum(g) * (sum(g) - 1) for g in several) / sum(len(g) * (len(g) - 1) for g in several)
    return float(min(max((both - share * share) / (share * (1.0 - share)), 0.0), 1.0))


def _counted(cases: Iterable[Case]) -> Counts:
    """Return the cases by group, each shared between the two knots it lies between, as a curve is read."""
    counts: Counts = defaultdict(_Count)
    for case in cases:
        count = counts[case.sort, case.state, case.context]
        left, share = place(min(1.0 - case.raw, KNOTS[0]))
        for knot, weight in ((left, 1.0 - share), (left + 1, share)):
            if weight > 0.0:
                count.n[knot] += weight
                count.wrong[knot] += weight * case.wrong
    return dict(counts)


def _expected(counts: Counts, curves: Mapping[str, Curve]) -> dict[Context, Vector]:
    """Return the errors the curves alone expect in each context, by knot."""
    found: dict[Context, Vector] = {}
    for (sort, state, context), count in counts.items():
        if context is not None:
            errors = np.asarray((curves.get(f"{sort}/{state}") or curves[sort]).errors)
            found[context] = found.get(context, np.zeros(len(KNOTS))) + count.n * errors
    return found


def _doubt_ratios(
    counts: Counts, expected: Mapping[Context, Vector], prints: Mapping[str, float], effect: float
) -> Vector:
    """Return, for each doubt class and knot, the errors seen against those expected."""
    ratios = np.ones((len(CLASSES) + 1, len(KNOTS)))
    for step in map(np.asarray, _STEPS):
        row = []
        for doubts in range(len(CLASSES) + 1):
            seen = sum(c.wrong[step].sum() for (*_, at), c in counts.items() if at and at[1] == doubts)
            thought = sum(e[step].sum() * prints[at[0]] for at, e in expected.items() if at[1] == doubts)
            row.append(_ratio(seen / effect, thought / effect))
        # a form with more doubts is never the surer one
        ratios[:, step] = np.maximum.accumulate(row)[:, None]
    return ratios


def _print_ratios(
    counts: Counts, expected: Mapping[Context, Vector], doubts: Vector, effect: float
) -> dict[str, float]:
    """Return, for each print of a form, the errors of sure entries seen against those expected; a known print is 1."""
    sure = np.any(_STEPS, axis=0)
    known, *others = PRINTS
    ratios = {known: 1.0}
    for made in others:
        seen = sum(c.wrong[sure].sum() for (*_, at), c in counts.items() if at and at[0] == made)
        thought = sum((e * doubts[at[1]])[sure].sum() for at, e in expected.items() if at[0] == made)
        ratios[made] = max(_ratio(seen / effect, thought / effect), 1.0)
    return ratios


def _ratio(seen: float, expected: float) -> float:
    return float((seen + _CONTEXT_PRIOR) / (expected + _CONTEXT_PRIOR))


def _entries_a_form(cases: Iterable[Case]) -> float:
    """Return how many sure entries a form has on average."""
    sizes = Counter(case.paper for case in cases if case.context and case.raw >= DOUBTFUL)
    return sum(sizes.values()) / max(len(sizes), 1)


def _by_sort(cases: Iterable[Case]) -> dict[str, list[Case]]:
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.sort].append(case)
    return dict(sorted(groups.items()))


def _by_state(cases: Iterable[Case]) -> dict[str, list[Case]]:
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.state].append(case)
    return dict(sorted(groups.items()))
