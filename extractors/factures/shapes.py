"""From the words beside a label to the contract's value, by the shape the entry must have."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from extractors.bordereaux.values import (
    as_digits,
    find_bare_amount,
    find_date,
    find_nir,
    written_date,
    written_name,
)
from extractors.lines import plain
from extractors.scan import Word

Parser = Callable[[str], str | None]

#: The most words one number, date or amount is printed in: a NIR in seven pieces.
_MOST_WORDS: Final = 7
_LEAST_LETTERS: Final = 3
_MOST_NAMES: Final = 7
#: What is printed for the insured where the patient is that person.
_SELF: Final = frozenset(
    {"lui meme", "elle meme", "lui elle meme", "le patient", "la patiente", "idem", "meme", "neant"}
)
#: What follows a name on its row and is none.
_AFTER_NAMES: Final = frozenset(
    {
        "generaliste", "specialiste", "medecin", "docteur", "chirurgien", "infirmier", "infirmiere", "ide", "idel",
        "cabinet", "hopital", "clinique", "centre", "conventionne", "chu", "chg",
    }
)  # fmt: skip
_INSIDE_NUMBERS: Final = re.compile(r"[.\-/()]")


def parse_date(text: str) -> str | None:
    """Return the date *text* is, ``YYYY-MM-DD``."""
    digits = find_date(text)
    return written_date(digits, latest=None) if digits else None


def _digits(*lengths: int) -> Parser:
    def parse(text: str) -> str | None:
        digits = as_digits(_INSIDE_NUMBERS.sub(" ", text))
        return digits if digits and len(digits) in lengths and parse_date(text) is None else None

    return parse


SHAPES: Final[dict[str, Parser]] = {
    "invoice_number": _digits(*range(1, 14)),
    "form_date": parse_date,
    "patient_birth_date": parse_date,
    "prescription_date": parse_date,
    "prior_agreement_date": parse_date,
    "maternity_date": parse_date,
    "patient_nir": find_nir,
    "insured_nir": find_nir,
    "nir": find_nir,
    "prescriber_rpps": _digits(11),
    "provider_rpps": _digits(11),
    "substitute_rpps": _digits(11),
    "provider_number": _digits(9),
    "prescriber_number": _digits(9),
    "organisme_code": _digits(9, 5),
    "work_accident_number": _digits(*range(6, 14)),
    "total_amount": find_bare_amount,
}


def value_in(words: Sequence[Word], parse: Parser) -> tuple[tuple[Word, ...], str | None]:
    """Return the first words that make a value of a shape, the most of them that do; all and None where none do."""
    for start in range(len(words)):
        for end in range(min(start + _MOST_WORDS, len(words)), start, -1):
            value = parse(" ".join(word.text for word in words[start:end]))
            if value is not None:
                return tuple(words[start:end]), value
    return tuple(words), None


def name_in(words: Sequence[Word]) -> tuple[tuple[Word, ...], str | None]:
    """Return the words of the name that starts *words* with its value; none where they are no name but a sentence.

    A name ends at a number or a bracket. Words too few to be one are given back with None: unread.
    """
    kept: list[Word] = []
    for word in words[:_MOST_NAMES]:
        if any(c.isdigit() for c in word.text) or (
            kept and (word.text.startswith("(") or plain(word.text) in _AFTER_NAMES)
        ):
            break
        kept.append(word)
        if word.text.endswith((",", ";")):
            break
    text = " ".join(word.text for word in kept).rstrip(" ,;")
    if not kept or plain(text) in _SELF or _is_sentence(kept):
        return (), None
    name = written_name(text)
    return tuple(kept), name if name and sum(c.isalpha() for c in name) >= _LEAST_LETTERS else None


def _is_sentence(words: Sequence[Word]) -> bool:
    """Whether most words that count are in small letters: "l'assuré certifie avoir reçu"."""
    letters = [word.text.strip("(«\"'.") for word in words if any(c.isalpha() for c in word.text)]
    return sum(text[:1].islower() for text in letters) * 2 > len(letters)
