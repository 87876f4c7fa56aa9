"""Entries written on a line, without cells: dates, amounts, numbers, codes, names; what they hold, their values."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final, Protocol

from extractors.decoding.communes import with_commune
from extractors.decoding.grammars import calendar_odds
from extractors.decoding.hypotheses import Hypothesis

#: Letters a recogniser writes for digits, in entries that hold digits only (domain.md 4.4).
_AS_DIGIT: Final = dict(zip("OoDQIli|ZzSsbGBgq", "00001111225566899", strict=True))
_DIGITS: Final = {d: d for d in "0123456789"}
DATE_FOLD: Final[Mapping[str, str]] = (
    _DIGITS
    | _AS_DIGIT
    | {"l": "/", "I": "/", "|": "/", "/": "/", ".": ".", "-": "-", "—": "-", "–": "-", ",": ".", " ": " "}
)
AMOUNT_FOLD: Final[Mapping[str, str]] = (
    _DIGITS | _AS_DIGIT | {",": ",", ".": ",", ";": ",", "'": ",", " ": "", "€": "€", "-": "-", "/": "1"}
)
_LETTERS: Final = {c: c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {c.lower(): c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
CODE_FOLD: Final[Mapping[str, str]] = _LETTERS | _DIGITS | {"/": "/", "+": "+", " ": " ", "|": "I", ".": "."}

_DATE: Final = re.compile(r"(\d{1,2})[ /.,\-]+(\d{1,2})[ /.,\-]+(\d{4}|\d{2})")
#: A slash that stands upright reads as a 1: ten digits, or five before or after the one slash that was seen.
_LEANING: Final = re.compile(r"(\d\d)(?=1\d\d1\d{4}$|1\d\d/|/\d\d1)[1/](\d\d)[1/](\d{4}|\d\d)")
_AMOUNT: Final = re.compile(r"(\d{1,3}(?: \d{3})+|\d{1,6})(?:[,.](\d{1,2}))?")
_COEFFICIENT: Final = re.compile(r"(\d{1,3})(?:[,.](\d{1,2}))?")
#: A postcode with a letter read for a figure, three figures of the five sure; the town runs on or follows.
_POSTCODE: Final = re.compile(r"(?<![^\W_])(?=\w*\d\w*\d\w*\d)[\dOoQIl]{5}(?= [^\W\d_])")
_TITLES: Final = re.compile(r"(?:(?:DR|DOCTEUR|PR|PROFESSEUR|M|MR|MME|MLLE|MONSIEUR|MADAME)\.? +)+")

# How often a pale comma, or the 1 before a day, is lost between the pen and the reader.
_LOST_STROKE: Final = 0.02
# How often, by hand, the two strokes of an eleven run into one between their slashes: on 3 of some 15 such series.
_LOST_TWIN: Final = 0.15
_MONTH_OF_ONE: Final = re.compile(r"(\d\d?[/.\-])(1[/.\-]\d+)")
# How much rarer, on papers, than the usual way of writing.
_UNUSUAL: Final = 1 / 6
_NO_CENTS: Final = 1 / 20
_IMPROBABLE: Final = 1 / 50
_UNKNOWN_CODE: Final = 1 / 30


class Losing(Protocol):
    """What an entry may be when a stroke of it is lost."""

    def lost(self, text: str, *, by_hand: bool) -> tuple[tuple[str, float], ...]:
        """Return what stood there if a stroke of *text* was lost, with the share of it that is likely."""
        ...


def with_lost_strokes(hypotheses: list[Hypothesis], grammar: Losing, *, by_hand: bool) -> list[Hypothesis]:
    """Return *hypotheses* with what they would be had a comma or a thin 1 been lost, where that is likely."""
    listed = {h.text: h.probability for h in hypotheses}
    for text, probability in list(listed.items()):
        for whole, share in grammar.lost(text, by_hand=by_hand):
            listed[whole] = listed.get(whole, 0.0) + share * probability
            listed[text] -= share * probability
    return sorted((Hypothesis(t, p) for t, p in listed.items()), key=lambda h: -h.probability)


class _Line:
    """What all entries on a line have: how characters are folded, what parts digits, which words are likely."""

    fold: Mapping[str, str] | None = None
    separators: str = ","
    words: Collection[str] = ()
    unlisted: float = 1.0

    def lost(self, text: str, *, by_hand: bool) -> tuple[tuple[str, float], ...]:
        """Return what stood there if a stroke of *text* was lost between the pen and the reader, and how often."""
        del text, by_hand
        return ()

    def key_odds(self, text: str) -> float:
        """Return 1.0: no line has a key."""
        del text
        return 1.0


class WrittenDate(_Line):
    """A date on a line: 06/05/2025, 06.05.25, 06 05 2025, 06052025."""

    fold = DATE_FOLD
    separators = "/.-"

    def lost(self, text: str, *, by_hand: bool) -> tuple[tuple[str, float], ...]:
        """Return the date with a 1 before its day, where the day has one digit, and with a 1 beside a month of one."""
        found = [(f"1{text}", _LOST_STROKE)] if re.match(r"\d[/.\-]", text) else []
        if by_hand and (month := _MONTH_OF_ONE.fullmatch(text)):
            found.append((f"{month[1]}1{month[2]}", _LOST_TWIN))
        return tuple(found)

    def __init__(self, first_year: int, last_year: int) -> None:
        self._years = range(first_year, last_year + 1)

    def value(self, text: str) -> str | None:
        """Return ``YYYY-MM-DD``, even of a day no calendar has."""
        parts = _DATE.fullmatch(text.strip(" .,-/")) or _LEANING.fullmatch(text.strip())
        if parts:
            day, month, year = parts.groups()
        else:
            digits = re.sub(r"[ /.,\-]", "", text)
            if not digits.isdigit() or len(digits) not in (6, 8):
                return None
            day, month, year = digits[:2], digits[2:4], digits[4:]
        # care is never a century old: two digits are this century's
        return f"{year if len(year) == 4 else '20' + year}-{month.zfill(2)}-{day.zfill(2)}"  # noqa: PLR2004 - AAAA

    def odds(self, text: str) -> float:
        """Return less for a day no calendar has, a far year, or figures and separators that do not go together."""
        separators = re.sub(r"[\d ]", "", text.strip())
        usual = (
            len(separators) in (0, 2)
            and len(set(separators)) <= 1
            and not _LEANING.fullmatch(text.strip())
            and not re.match(r"\d\D|0\d\D\d\D", text.strip())
        )
        return calendar_odds(self.value(text) or "", self._years) * (1.0 if usual else _UNUSUAL)


class Amount(_Line):
    """Euros, two decimals: 18,20."""

    fold = AMOUNT_FOLD

    def lost(self, text: str, *, by_hand: bool) -> tuple[tuple[str, float], ...]:
        """Return the amount with a comma before its cents, where it has none, or with a 1 that touches its figure."""
        found = [(f"{text[:-2]},{text[-2:]}", _LOST_STROKE)] if re.fullmatch(r"\d{3,}", text) else []
        if by_hand and re.fullmatch(r"\d,\d\d", text):
            found.append((f"1{text}", _LOST_STROKE))
        return tuple(found)

    def value(self, text: str) -> str | None:
        """Return the amount with a point and two decimals, or None."""
        parts = _AMOUNT.fullmatch(re.sub(r"\s*(?:€|EUR)?[\s\-]*$", "", text.strip()))
        if not parts:
            return None
        euros, cents = parts.groups()
        return f"{int(euros.replace(' ', ''))}.{(cents or '').ljust(2, '0')}"

    def odds(self, text: str) -> float:
        """Return less for an amount without cents: its comma may have been lost."""
        decimals = re.search(r"[,.](\d+)", text)
        if decimals is None:
            return _NO_CENTS
        return 1.0 if len(decimals[1]) == 2 else _IMPROBABLE  # noqa: PLR2004 - cents


class Coefficient(_Line):
    """An act's coefficient: 3, 1,5, 0,75."""

    fold = AMOUNT_FOLD

    def lost(self, text: str, *, by_hand: bool) -> tuple[tuple[str, float], ...]:
        """Return the coefficient with a comma before its last digit, where it has none."""
        del by_hand
        return ((f"{text[:-1]},{text[-1]}", _LOST_STROKE),) if re.fullmatch(r"\d{2,}", text) else ()

    def value(self, text: str) -> str | None:
        """Return the number with a point, without trailing zeros, or None."""
        parts = _COEFFICIENT.fullmatch(text.strip())
        if not parts:
            return None
        whole, decimals = str(int(parts[1])), (parts[2] or "").rstrip("0")
        return f"{whole}.{decimals}" if decimals else whole

    def odds(self, text: str) -> float:
        """Return less for a coefficient no nomenclature has, such as zero, and for a large one without decimals."""
        value = self.value(text)
        if value is None or not 0 < float(value) <= 60:  # noqa: PLR2004 - domain.md 5: the highest is about 54
            return _IMPROBABLE
        if not (float(value) * 20).is_integer():
            return _IMPROBABLE
        return _UNUSUAL if re.fullmatch(r"\d{2,}", text.strip()) else 1.0


class WholeNumber(_Line):
    """A count of kilometres."""

    fold = _DIGITS | _AS_DIGIT | {"/": "1", " ": ""}
    separators = ""

    def value(self, text: str) -> str | None:
        """Return the integer without leading zeros, or None."""
        kept = re.sub(r"(?i)\s*km$", "", text.strip())
        return str(int(kept)) if re.fullmatch(r"\d{1,4}", kept) else None

    def odds(self, text: str) -> float:
        """Return less for a distance nobody drives to a patient."""
        return 1.0 if 0 < int(self.value(text) or 0) < 300 else _IMPROBABLE  # noqa: PLR2004 - km


class Code(_Line):
    """An act's or a surcharge's code. *vocabulary* holds the nomenclature's; another one is rarer, never excluded."""

    fold = CODE_FOLD
    _LOOKS: Final = str.maketrans("015826", "OISBZG")

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self.words = sorted(self._vocabulary)

    def value(self, text: str) -> str | None:
        """Return the code in capitals; digits that look like a known code's letters become them."""
        kept = re.sub(r"[\s.]+", " ", text).strip().upper()
        if kept in self._vocabulary or not kept:
            return kept or None
        looked = kept.replace(" ", "").translate(self._LOOKS)
        if looked in self._vocabulary:
            return looked
        return kept if re.search(r"[A-Z]", kept) else None

    def odds(self, text: str) -> float:
        """Return less for a code the nomenclature does not have."""
        return 1.0 if not self._vocabulary or self.value(text) in self._vocabulary else _UNKNOWN_CODE


class Name(_Line):
    """A person's name, in capitals, without title."""

    def value(self, text: str) -> str | None:
        """Return the name in capitals, accents kept, titles left out, or None where it holds no letter."""
        kept = free_text(text).upper()
        kept = _TITLES.sub("", kept, count=1) if _TITLES.match(kept) else kept
        return kept if re.search(r"[^\W\d_]", kept) else None

    def odds(self, text: str) -> float:
        """Return less for a name with a character no name holds, or of one word."""
        kept = free_text(text)
        odds = 1.0 if re.fullmatch(r"[^\W\d_]+(?:[ '’.\-]+[^\W\d_]+\.?)*", kept) else _UNUSUAL
        return odds if " " in kept else odds * _UNUSUAL  # name and first name: two words


class FreeText(_Line):
    """A line such as an address: anything goes."""

    def value(self, text: str) -> str | None:
        """Return the line, its spaces, apostrophes, postcode and commune made regular."""
        return with_commune(with_postcode(free_text(text))) or None

    def odds(self, text: str) -> float:
        """Return 1.0: nothing is irregular."""
        del text
        return 1.0


def free_text(text: str) -> str:
    """Return *text* composed (NFC), its spaces single and its apostrophes straight."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("’", "'")).strip(" _|~")


def with_postcode(text: str) -> str:
    """Return an address, its postcode in figures and apart from the street, its hyphens closed up.

    >>> with_postcode("88 PLACE DE L'ÉGLISE97400 SAINT -DENIS")
    "88 PLACE DE L'ÉGLISE 97400 SAINT-DENIS"
    >>> with_postcode("20 QUAI DES MARINIERS 31O00 TOULOUSE")
    '20 QUAI DES MARINIERS 31000 TOULOUSE'
    """
    text = re.sub(r"(?<=[^\W\d_]{2})(?=\d{5} [^\W\d_])", " ", text)
    text = re.sub(r"(?<=[^\W\d_]{2})(?: -|- )(?=[^\W\d_]{2})", "-", text)
    return _POSTCODE.sub(lambda found: "".join(_AS_DIGIT.get(c, c) for c in found[0]), text)
