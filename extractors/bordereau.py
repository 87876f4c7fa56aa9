"""A bordereau récapitulatif of any software: header, lines and totals from the words of a page.

Columns are known by their headings' meaning, else by their content. What is printed is checked by what it must
add up to: those checks choose the confidence, never the value.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from extractors.bordereaux.columns import find_columns
from extractors.bordereaux.consistency import doubtful, weighed_by_habit
from extractors.bordereaux.evidence import Evidence
from extractors.bordereaux.grid import Column, cut_words
from extractors.bordereaux.header import Found, HeaderReader
from extractors.bordereaux.headings import HeadingRows, find_headings
from extractors.bordereaux.lines import Body, find_lines
from extractors.bordereaux.second_reading import CellReader, all_but_nirs, confirm, learn_typeface, read_again
from extractors.bordereaux.settling import PROVEN, settled
from extractors.bordereaux.tokens import Kind, Row, rows_of
from extractors.bordereaux.totals import AMOUNTS, find_totals
from extractors.bordereaux.typeface import Typeface
from extractors.bordereaux.values import written_date
from extractors.bordereaux.vocabulary import WANTED, Meaning
from extractors.lines import plain
from extractors.readers.protocol import LineRecogniser
from extractors.reading import BordereauPage
from extractors.scan import Word
from extractors.sheet import View
from schemas.bordereau import Bordereau, Line
from schemas.field import Field
from schemas.geometry import Box

#: The header's fields, the totals last, and a line's.
HEADER_FIELDS: Final = (
    "provider_number",
    "provider_name",
    "lot_number",
    "lot_date",
    "organisme_code",
    "payee_type",
    *map(str, AMOUNTS),
)
LINE_FIELDS: Final = tuple(map(str, WANTED))
_NEIGHBOURS: Final = 3
#: Where no lot date is read, years of birth in two digits up to 30 are of this century.
_UNKNOWN_DAY: Final = date(2030, 12, 31)
_PAGE: Final = re.compile(r"\b(?:page|feuillet|folio) ?(?:n |no )?(\d{1,3})(?: ?(?:sur|de|of)? ?(\d{1,3}))?\b")
_COUNT: Final = re.compile(r"\b(\d{1,4}) (?:factures?|fse|lignes?|feuilles?|dossiers?)\b")
_COUNT_AFTER: Final = re.compile(
    r"\b(?:nombre|nb|nbre) (?:total )?(?:de |d )?(?:factures?|fse|lignes?|feuilles?|dossiers?) (\d{1,4})\b"
)
_FLOWS: Final = {"s": "securise", "sec": "securise", "d": "degrade", "deg": "degrade", "p": "papier", "pap": "papier"}


def read_bordereau(
    words: Iterable[Word], view: View | None, page_index: int, *, second: LineRecogniser | None = None
) -> BordereauPage:
    """Return what one page of a bordereau says.

    Args:
        words: the page's words, boxes in fractions of *view*; those of a born-digital page (all certain) in the
            sheet's frame.
        view: the level view the words were read on; None, or not looked at, for a born-digital page.
        page_index: index of the page in the lot.
        second: reads the numbers of a scan that no key and no sum proves a second time.
    """
    held = list(words)
    if all(word.confidence >= 1.0 for word in held):
        view = None  # nothing to look at twice: the file itself holds the text
    rows = rows_of(held)
    if view is not None:
        rows = _with_words_cut(rows)
    page = _read_page(rows, view, page_index)
    if view is None or second is None:
        return page
    first: dict[int, str] = {}
    typeface, proven = _lesson(rows, page, view)
    left: set[int] = set()
    if typeface is None:  # too little is proven to learn from: a second reading of the NIRs proves more
        again = read_again(rows, view, second, proven, None, left=all_but_nirs(rows))
        rows, first = rows_of(again.words), again.first
        typeface, proven = _lesson(rows, _read_page(rows, view, page_index), view)
        if typeface is None:
            left = {id(word) for row in rows for word in row.words} - all_but_nirs(rows)
    again = read_again(rows, view, second, proven, typeface, left=left)
    rows = rows_of(again.words)
    if typeface is None:
        typeface, proven = _lesson(rows, _read_page(rows, view, page_index), view)
        if typeface is not None:
            rows = rows_of(confirm(rows, view, proven, typeface))
    return _read_page(rows, view, page_index, CellReader(view, second), first | again.first)


def _with_words_cut(rows: list[Row]) -> list[Row]:
    """Return *rows* with the words cut that engines drew over two columns."""
    _, body, columns = _table(rows)
    pieces = cut_words(body.lines, columns)
    if not pieces:
        return rows
    return rows_of(part for row in rows for word in row.words for part in pieces.get(id(word), (word,)))


def _table(rows: Sequence[Row]) -> tuple[HeadingRows | None, Body, list[Column]]:
    """Return the table of a page: its heading, its lines and sums, its columns."""
    headings = find_headings(rows)
    body = find_lines(rows[headings.last + 1 :] if headings else rows)
    return headings, body, find_columns(body.lines, headings.headings if headings else ())


def _lesson(rows: list[Row], page: BordereauPage, view: View) -> tuple[Typeface | None, set[int]]:
    """Return the typeface that the proven words of a page teach, and their ids."""
    proven = _proven_words(rows, page.content, view)
    return learn_typeface(rows, view, proven), proven


def _read_page(
    rows: list[Row],
    view: View | None,
    page_index: int,
    cells: CellReader | None = None,
    first: Mapping[int, str] | None = None,
) -> BordereauPage:
    headings, body, columns = _table(rows)
    evidence = Evidence(view, page_index, cells, first=first)
    top = body.lines[0].rows[0].y if body.lines else 1.0
    outside = [row for row in rows if row.y < top][: headings.first if headings else None]
    header = HeaderReader(outside)
    if header.lot_number() is None and header.provider_number() is None and body.lines:
        header = HeaderReader([row for row in rows if row.y > body.lines[-1].rows[-1].y])
    lot_date = header.lot_date()
    latest = _day(lot_date) or _UNKNOWN_DAY
    lines = [_line(place, body, columns, evidence, latest) for place in range(len(body.lines))]
    totals, places = find_totals(body, columns, outside)
    sums = evidence.at(places)
    content = Bordereau(
        pages=(page_index,),
        **_header_fields(header, evidence, lot_date),
        **{str(m): sums.amount(totals.get(m, ()), m) for m in AMOUNTS},
        lines=weighed_by_habit(lines),
    )
    if lines and not _is_understood(columns):
        content = content.model_copy(
            update={"lines": doubtful(lines), **{str(m): Field[str](page=page_index) for m in AMOUNTS}}
        )
    number, count = _place(rows)
    return BordereauPage(settled(content), number, count, _invoice_count(rows))


def _is_understood(columns: Sequence[Column]) -> bool:
    """Whether a table's columns of invoices, persons and totals are known."""
    known = {column.meaning for column in columns}
    return {Meaning.INVOICE, Meaning.TOTAL} <= known and bool(known & {Meaning.NIR, Meaning.NAME, Meaning.PATIENT})


def _proven_words(rows: Sequence[Row], content: Bordereau, view: View) -> set[int]:
    """Return the ids of the words whose fields a key or a sum has proven."""
    fields = [getattr(content, name) for name in HEADER_FIELDS]
    fields += [getattr(line, name) for line in content.lines for name in LINE_FIELDS]
    places = {field.box for field in fields if field.box is not None and field.confidence >= PROVEN}
    evidence = Evidence(view, 0)
    words = [(id(word), evidence.place(word.box)) for row in rows for word in row.words]
    return {name for name, box in words if any(_inside(box, place) for place in places)}


def _inside(inner: Box, outer: Box) -> bool:
    x, y = inner.x + inner.w / 2, inner.y + inner.h / 2
    return outer.x <= x <= outer.x + outer.w and outer.y <= y <= outer.y + outer.h


def join_bordereau_pages(pages: Sequence[BordereauPage]) -> Bordereau:
    """Return the bordereau whose pages, in any order, are *pages*.

    Pages stand in the order of their printed numbers where each has one, else as given. A header field comes from the
    first page that has it, the totals from the last.

    Raises:
        ValueError: *pages* is empty.
    """
    if not pages:
        raise ValueError("a bordereau has at least one page")
    numbers = [page.page_number for page in pages]
    ordered = list(pages)
    if None not in numbers and len(set(numbers)) == len(numbers):
        ordered.sort(key=lambda page: page.page_number or 0)
    contents = [page.content for page in ordered]
    fields = {
        name: next((f for c in contents if (f := getattr(c, name)).value is not None), getattr(contents[0], name))
        for name in HEADER_FIELDS[:-3]
    }
    for meaning in AMOUNTS:
        read = [f for c in contents if (f := getattr(c, meaning)).value is not None]
        fields[str(meaning)] = read[-1] if read else getattr(contents[-1], meaning)
    joined = Bordereau(
        pages=tuple(index for c in contents for index in c.pages),
        **fields,
        lines=weighed_by_habit([line for c in contents for line in c.lines]),
    )
    return settled(joined) if len(pages) > 1 else joined


def _header_fields(header: HeaderReader, evidence: Evidence, lot_date: Found | None) -> dict[str, Field[str]]:
    number = header.provider_number()
    return {
        "provider_number": evidence.provider(number),
        "provider_name": evidence.title(header.provider_name(number)),
        "lot_number": evidence.header(header.lot_number()),
        "lot_date": evidence.date(lot_date.words if lot_date else (), latest=None),
        "organisme_code": evidence.header(header.organisme()),
        "payee_type": evidence.choice(header.payee()),
    }


def _day(found: Found | None) -> date | None:
    text = written_date(found.value, latest=None) if found else None
    return date.fromisoformat(text) if text else None


def _line(place: int, body: Body, columns: Sequence[Column], evidence: Evidence, latest: date | None) -> Line:
    cells: dict[Meaning, list[Word]] = {}
    for column in sorted(columns, key=lambda c: (c.level, c.x0)):
        if column.meaning is not None:
            for token in column.entries.get(place, ()):
                cells.setdefault(column.meaning, []).extend(token.words)
    names = {column.meaning for column in columns}
    holder = Meaning.NAME if Meaning.NAME in names else Meaning.PATIENT
    seen = evidence.at({c.meaning: _cell(c, body, place) for c in columns if c.meaning is not None})
    return Line(
        invoice_number=seen.number(cells.get(Meaning.INVOICE, ()), Meaning.INVOICE),
        insured_nir=seen.nir(cells.get(Meaning.NIR, ()), cells.get(Meaning.KEY, ())),
        insured_name=seen.name([*cells.get(holder, ()), *cells.get(Meaning.FIRST_NAME, ())], holder),
        beneficiary_birth_date=seen.date(cells.get(Meaning.BIRTH, ()), latest=latest),
        total_amount=seen.amount(cells.get(Meaning.TOTAL, ()), Meaning.TOTAL),
        amount_amo=seen.amount(cells.get(Meaning.AMO, ()), Meaning.AMO),
        amount_amc=seen.amount(cells.get(Meaning.AMC, ()), Meaning.AMC),
        flow=_flow(cells.get(Meaning.FLOW, ())),
    )


def _cell(column: Column, body: Body, place: int) -> Box:
    """Return where the cell of a line stands, whether or not words were found in it."""
    line = body.lines[place]
    rows = line.companions if column.level and line.companions else [line.anchor]
    words = [word for row in rows for word in row.words]
    # the page may lean a little: of the row, the words nearest to the column tell its height
    near = sorted(words, key=lambda w: abs(w.box.x + w.box.w / 2 - column.middle))[:_NEIGHBOURS]
    heights = Box.around(word.box for word in near)
    return Box(column.x0, heights.y, column.x1 - column.x0, heights.h)


def _flow(words: Iterable[Word]) -> str | None:
    for word in words:
        text = plain(word.text)
        if text in _FLOWS:
            return _FLOWS[text]
        for flow in ("securise", "degrade", "papier"):
            if text.startswith(flow[:5]):
                return flow
    return None


def _place(rows: Sequence[Row]) -> tuple[int | None, int | None]:
    for row in rows:
        found = _PAGE.search(plain(row.text.replace("/", " sur ")))
        if found and not row.count(Kind.AMOUNT):
            return int(found.group(1)), int(found.group(2)) if found.group(2) else None
    return None, None


def _invoice_count(rows: Sequence[Row]) -> int | None:
    for row in reversed(rows):
        text = plain(row.text)
        found = _COUNT_AFTER.search(text) or _COUNT.search(text)
        if found:
            return int(found.group(1))
    return None
