"""The header of a bordereau: who sends which lot to whom, in any wording and order.

A label is found by its words; its value is the first text of the right shape to its right, else the one under it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from extractors.bordereaux.tokens import Row
from extractors.bordereaux.values import as_digits, find_date, written_name
from extractors.lines import plain
from extractors.scan import Word
from schemas.identifiers.finess import is_finess
from schemas.identifiers.organisme import REGIMES

_LOT: Final = re.compile(
    r"\b(?:(?:n|no|num|numero|ref|reference) ?(?:de ?|du ?)?lot|d[ue]lot|lot(?: ?(?:n|no|num|numero))?|"
    r"[a-z1]ot ?(?:n|no|ne|n0|num|numero)|(?:n|no|num|numero) ?d[ue] (?:10t?|l0t?|lo|[a-z1]{1,2}ot))\b"
)
_ORGANISME: Final = re.compile(
    r"\b(?:organisme|org|caisse|cpam|cgss|centre|destinataire|regime|ro)\b"
    r"(?: (?:d assurance maladie|assurance maladie|am|amo|de rattachement))?(?: (?:destinataire|dest|gestionnaire))?"
)
_PROVIDER: Final = re.compile(
    r"\b(?:finess|adeli|ps|am|partenaire|professionnel|executant|praticien|emetteur|cabinet|auxiliaire|facturation|"
    r"prescripteur|infirmier\w*|identifiant|identification|idps|assurance maladie)\b"
)
_NAME_LABEL: Final = re.compile(
    r"\b(?:partenaire(?: de sante)?|professionnel(?: de sante)?|praticien|emetteur|expediteur|titulaire|emis par|"
    r"cabinet|executant|raison sociale|nom(?: (?:et )?prenom)?|"
    r"identification(?: du)?(?: (?:ps|partenaire(?: de sante)?))?|auxiliaire(?: medical)?|ps)\b"
)
_PAYEE_LABEL: Final = re.compile(
    r"\b(?:(?:type de )?destinataire (?:du |de )?(?:reglement|paiement)|"
    r"(?:reglement|paiement|paye|payable|regle|virement)(?: (?:a|au|du|de))?|"
    r"type (?:de |du )?(?:destinataire|payee?|beneficiaire)|payee)\b"
)
#: How a date's label says that it is the lot's: the greater, the surer.
_DATE_LABELS: Final = (
    (re.compile(r"\bconstitu\w*\b"), 5),
    (re.compile(r"\bdate (?:du |de |de creation du )?lot\b|\blot (?:\w+ ){0,2}du$"), 4),
    (re.compile(r"\b(?:date d envoi|transmi\w*|envoye|cree|creation|date de transmission|teletransmi\w*)\b"), 3),
    (re.compile(r"\b(?:edit\w*|imprim\w*|tirage)\b"), 1),
)
_PAYEES: Final = ("Partenaire de santé", "Professionnel de santé", "Auxiliaire médical", "Assuré")
_LINKS: Final = frozenset({"", "a", "au", "le", "la", "l", "du", "de", "n", "no", "et", "sante"})
_ALIKE: Final = 84.0
#: Worth of a payee spelt as one of the contract's examples, but for one letter.
CHOSEN: Final = 2.94
_TRADES: Final = re.compile(
    r"\b(?:infirmi(?:er|[eè]re)s?(?:\s?\(e?\)?)?|masseu[rs]e?s?|kin[eé]sith[eé]rapeutes?|kin[eé]|orthophonistes?|orthoptistes?|p[eé]dicures?|podologues?|"
    r"sages?[- ]femmes?|idel?|d\.e\.|lib[eé]rale?s?|dipl[oô]m[eé]e? d'[eé]tat|auxiliaire m[eé]dicale?|selarl|scp)\b\W*",
    re.IGNORECASE,
)
#: Words that are labels or titles, so no part of a person's or a cabinet's name.
_NOT_A_NAME: Final = re.compile(
    r"\b(?:lot|page|bordereau|facture|facturation|identifiant|organisme|caisse|finess|rpps|adeli|date|edition|edite|constitu\w*|destinataire|"
    r"reglement|type|logiciel|agrement|version|tel|telephone|siret|cpam|cgss|assurance|maladie|recapitulatif|"
    r"emetteur|expediteur|titulaire|emis|flux|total|transmission|montant|code|regime|siege|rue|avenue|allee|place|boulevard|impasse|chemin|route|cedex|bp)\b"
)
#: Numbers of a header that are nobody's: pages, telephones, streets' codes, the printing software's own.
_OTHER_NUMBER: Final = re.compile(
    r"\b(?:page|feuillet|folio|tel|telephone|fax|siret|siren|version|agrement|cp|cedex|rue|nombre|factures?|lignes?)\b"
)
#: What makes a payee's name a label, or part of one.
_NAMING: Final = re.compile(r"\b(?:identification|nom|raison|type)\b|\b(?:du|de|le|d|l)$")
#: Worth of a number without a label, and the least figures a lot's number has then.
LONE: Final = 0.3
_SHORTEST_LOT: Final = 2
#: Words before a professional's name, found again when a letter or two were misread.
_TITLES: Final = ("emetteur", "praticien", "expediteur", "identification", "identifiant", "infirmier")
_LIKE_A_TITLE: Final = 75.0
_PROVIDER_LENGTH: Final = 9
_ORGANISME_LENGTHS: Final = (9, 5)
#: A caisse with its centre, of which there are few: most codes end in 0000 or 0001.
_CENTRE: Final = re.compile(r"\d{5}00\d\d")
#: Some softwares begin a lot's number with the day.
_LONGEST_LOT: Final = 12
#: Words of one text stand closer than this many characters.
_TEXT_GAP: Final = 2.5


@dataclass(frozen=True)
class Found:
    """A value of the header with the words it was read from; ``worth`` ranks rivals."""

    value: str
    words: tuple[Word, ...]
    worth: float = 1.0

    @property
    def text(self) -> str:
        """The words as printed."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Phrase:
    """A row in plain form, with the word each character comes from."""

    row: Row
    text: str
    owners: tuple[int, ...]


def phrase_of(row: Row) -> Phrase:
    """Return *row* in plain form, "N°" told from an n."""
    text = ""
    owners: list[int] = []
    for place, word in enumerate(row.words):
        part = plain(re.sub(r"[Nn]\s?[°ºo*]\.?$", "no", word.text))
        if part:
            text += (" " if text else "") + part
            owners += [place] * (len(text) - len(owners))
    return Phrase(row, text, tuple(owners))


class HeaderReader:
    """The header's fields, found among the rows outside the table."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._phrases = [phrase_of(row) for row in rows]
        self._character = rows[0].character if rows else 0.0

    def lot_number(self) -> Found | None:
        """Return the lot's number, as printed."""
        return self._first(self._after(_LOT, _lot_digits)) or self._lone_lot()

    def lot_date(self) -> Found | None:
        """Return the day the lot was made up as ``DDMMYYYY`` or ``DDMMYY``, else the day it was printed."""
        return self._first(self._dates())

    def organisme(self) -> Found | None:
        """Return the five or nine digits of the caisse the lot goes to."""
        return self._first(self._after(_ORGANISME, _organisme_digits)) or self._first(self._lone_organismes())

    def payee(self) -> Found | None:
        """Return whom the caisse pays, in the words of the contract's examples."""
        return self._first(self._payees())

    def provider_number(self) -> Found | None:
        """Return the nine characters the caisse knows the professional by."""
        labelled = self._first(self._after(_PROVIDER, _provider_digits))
        caisse = self._first(self._after(_ORGANISME, _organisme_digits))
        if labelled and caisse and caisse.worth >= labelled.worth and labelled.words[0] in caisse.words:
            labelled = None  # "N° de l'organisme d'Assurance Maladie"
        return labelled or self._first(self._lone_provider_numbers())

    def provider_name(self, number: Found | None) -> Found | None:
        """Return the professional's name: beside the number, else after a label, else above the number."""
        return self._first(self._names(number))

    @staticmethod
    def _first(found: Iterator[Found]) -> Found | None:
        return max(found, key=lambda f: f.worth, default=None)

    def _after(
        self, label: re.Pattern[str], read: Callable[[Sequence[Word]], tuple[str, int] | None]
    ) -> Iterator[Found]:
        """Yield what *read* makes of the words after each *label*, or under it."""
        for place, phrase in enumerate(self._phrases):
            for match in label.finditer(phrase.text):
                if "total" in phrase.text[: match.start()] or "bordereau" in match.group():
                    continue
                start = phrase.owners[match.end() - 1] + 1
                following = phrase.row.words[start:]
                yield from self._within(following, read, 2.0 - 0.001 * place)
                left = phrase.row.words[phrase.owners[match.start()]].box.x
                for below in self._phrases[place + 1 : place + 2]:
                    under = [w for w in below.row.words if w.box.x + w.box.w > left - self._character]
                    if under and not _is_labelled(below, below.row.words.index(under[0])):
                        yield from self._within(under, read, 1.0 - 0.001 * place, most_skipped=0)

    def _within(
        self,
        words: Sequence[Word],
        read: Callable[[Sequence[Word]], tuple[str, int] | None],
        worth: float,
        most_skipped: int = 6,
    ) -> Iterator[Found]:
        for skipped in range(min(most_skipped + 1, len(words))):
            if skipped and any(c.isdigit() for c in words[skipped - 1].text):
                return  # another number stands between: it was the label's
            found = read(words[skipped:])
            if found is not None:
                value, length = found
                yield Found(value, tuple(words[skipped : skipped + length]), worth - 0.05 * skipped)
                return

    def _dates(self) -> Iterator[Found]:
        for place, phrase in enumerate(self._phrases):
            for token in phrase.row.tokens:
                value = find_date(token.text)
                if value is None:
                    continue
                index = phrase.row.words.index(token.words[0])
                before = plain(" ".join(w.text for w in phrase.row.words[:index]))
                above = self._phrases[place - 1].text if place else ""
                worth = _date_worth(before, 0.2) or 0.8 * _date_worth(above, 0.0) or 0.2
                yield Found(value, token.words, worth - 0.001 * place)

    def _payees(self) -> Iterator[Found]:
        for phrase in self._phrases:
            labelled = _PAYEE_LABEL.search(phrase.text)
            words = phrase.row.words
            for value in _PAYEES:
                length = len(value.split())
                for start in range(len(words) - length + 1):
                    text = plain(" ".join(w.text for w in words[start : start + length]))
                    alike = fuzz.ratio(text, plain(value))
                    after = bool(labelled and phrase.owners[labelled.end() - 1] < start)
                    # its label misread: a payee that ends its row, and is no label itself
                    last = start and start + length == len(words) and not _NAMING.search(_before(phrase, start))
                    if alike >= _ALIKE and (after or last):
                        yield Found(value, tuple(words[start : start + length]), (2.0 if after else 1.5) + alike / 100)
            if labelled:
                yield from self._payee_in(words[phrase.owners[labelled.end() - 1] + 1 :])

    def _payee_in(self, words: Sequence[Word]) -> Iterator[Found]:
        """Yield the text after a label, for a payee the contract's examples do not name."""
        kept: list[Word] = []
        for word in words:
            if any(c.isdigit() for c in word.text) or word.text.endswith(":"):
                return
            if kept and word.box.x - (kept[-1].box.x + kept[-1].box.w) > _TEXT_GAP * self._character:
                break
            if kept or plain(word.text) not in _LINKS:
                kept.append(word)
        text = " ".join(w.text for w in kept).strip(" :;,.")
        if text:
            yield Found(text[:1].upper() + text[1:].lower(), tuple(kept), 1.0)

    def _lone_lot(self) -> Found | None:
        """Return the only short number of the header that no label speaks for: the lot's own was not read."""
        known = (self.organisme(), self.provider_number(), self.lot_date())
        taken = {id(word) for found in known if found for word in found.words}
        lone = [
            Found(digits[0], (word,), LONE)
            for phrase in self._phrases
            for start, word in enumerate(phrase.row.words)
            if start and id(word) not in taken and not _is_labelled(phrase, start)
            if not any(c.isdigit() for c in phrase.row.words[start - 1].text[:-1])
            if (digits := _lot_digits([word])) and _SHORTEST_LOT <= len(digits[0]) < _PROVIDER_LENGTH
        ]
        return lone[0] if len(lone) == 1 else None

    def _lone_organismes(self) -> Iterator[Found]:
        """Yield the nine digits that can only be a caisse's, where its label was not read."""
        provider = self._first(self._after(_PROVIDER, _provider_digits))
        taken = {id(word) for word in provider.words} if provider else set()
        for phrase in self._phrases:
            for start, word in enumerate(phrase.row.words):
                found = _digits_of(phrase.row.words[start:], (_PROVIDER_LENGTH,), 3)
                if found and id(word) not in taken and _CENTRE.fullmatch(found[0]) and found[0][:2] in REGIMES:
                    yield Found(found[0], tuple(phrase.row.words[start : start + found[1]]), 0.5)

    def _lone_provider_numbers(self) -> Iterator[Found]:
        known = (self.organisme(), self._first(self._after(_LOT, _lot_digits)))
        taken = {id(w) for found in known if found for w in found.words}
        for phrase in self._phrases:
            for start in range(len(phrase.row.words)):
                found = _provider_digits(phrase.row.words[start:])
                words = phrase.row.words[start : start + found[1]] if found else ()
                if found and not any(id(w) in taken for w in words):
                    yield Found(found[0], tuple(words), 1.0 + is_finess(found[0]))

    def _names(self, number: Found | None) -> Iterator[Found]:
        for place, phrase in enumerate(self._phrases):
            words = phrase.row.words
            index = words.index(number.words[0]) if number and number.words[0] in words else None
            if index is not None and number:
                yield from self._name_in(words[index + len(number.words) :], 3.0)
                yield from self._name_in(_unlabelled(phrase, index), 2.5)
                for near in self._phrases[max(place - 1, 0) : place]:
                    yield from self._name_in(near.row.words, 1.5)
                for near in self._phrases[place + 1 : place + 2]:
                    yield from self._name_in(near.row.words, 1.0)
            for match in _NAME_LABEL.finditer(phrase.text):
                start = phrase.owners[match.end() - 1] + 1
                yield from self._name_in(words[start:], 2.0)

    def _name_in(self, words: Sequence[Word], worth: float) -> Iterator[Found]:
        """Yield the name that starts *words*, up to a number, a label or a wide gap."""
        kept: list[Word] = []
        for word in words:
            gap = word.box.x - (kept[-1].box.x + kept[-1].box.w) if kept else 0.0
            stops = any(c.isdigit() or c == "°" for c in word.text) or _NOT_A_NAME.search(plain(word.text))
            if not stops and _is_misread_label(word):
                if kept:
                    break
                continue
            if stops or gap > _TEXT_GAP * self._character:
                if kept:
                    break
                if stops and _NOT_A_NAME.search(plain(word.text)):
                    return
                continue
            if kept or (word.text[:1].isalpha() and plain(word.text) not in {"", "n", "no", "sante"}):
                kept.append(word)
            if word.text.endswith((",", ";")):
                break
        name = written_name(_TRADES.sub("", " ".join(w.text for w in kept)).strip(" ,;:-"))
        if name and len(plain(name).replace(" ", "")) >= 3 and not _is_label(name):  # noqa: PLR2004 - initials are no name
            yield Found(name, tuple(kept), worth + (0.1 if len(name.split()) > 1 else 0.0))


def _date_worth(text: str, default: float) -> float:
    near = text[-45:]
    return max((float(worth) for label, worth in _DATE_LABELS if label.search(near)), default=0.0) or (
        default if text.endswith("du") else 0.0
    )


def _before(phrase: Phrase, end: int) -> str:
    """Return what stands on a row before its word number *end*, in plain form."""
    return plain(" ".join(word.text for word in phrase.row.words[:end]))


def _is_labelled(phrase: Phrase, start: int) -> bool:
    """Whether the number at word *start* of a row has a label of its own just before it."""
    text = _before(phrase, start)
    known = (_LOT, _ORGANISME, _PROVIDER, _OTHER_NUMBER, *(label for label, _ in _DATE_LABELS))
    return any(found.end() >= len(text) - 1 for label in known for found in label.finditer(text))


def _unlabelled(phrase: Phrase, end: int) -> Sequence[Word]:
    """Return the words before a number, less the number's own label at their end and another label at their start."""
    words = phrase.row.words
    while end and (_PROVIDER.search(plain(words[end - 1].text)) or len(plain(words[end - 1].text)) <= 2):  # noqa: PLR2004
        end -= 1
    labels = [m for m in _NAME_LABEL.finditer(phrase.text) if phrase.owners[m.end() - 1] < end]
    return words[phrase.owners[labels[-1].end() - 1] + 1 if labels else 0 : end]


def _is_misread_label(word: Word) -> bool:
    return max(fuzz.ratio(plain(word.text), label) for label in _TITLES) >= _LIKE_A_TITLE


def _is_label(name: str) -> bool:
    text = plain(name)
    return bool(_PROVIDER.fullmatch(text)) or any(fuzz.ratio(text, plain(p)) > _ALIKE for p in _PAYEES)


def _digits_of(words: Sequence[Word], lengths: Sequence[int], most_words: int) -> tuple[str, int] | None:
    for wanted in lengths:
        for length in range(1, min(most_words, len(words)) + 1):
            digits = as_digits("".join(w.text.strip(":;,°()") for w in words[:length]))
            if digits is None:
                break
            if len(digits) == wanted:
                return digits, length
    return None


def _lot_digits(words: Sequence[Word]) -> tuple[str, int] | None:
    digits = as_digits(words[0].text.strip(":;,°#()")) if words else None
    return (digits, 1) if digits and len(digits) <= _LONGEST_LOT and find_date(words[0].text) is None else None


def _organisme_digits(words: Sequence[Word]) -> tuple[str, int] | None:
    found = _digits_of(words, _ORGANISME_LENGTHS, 3)
    return found if found and found[0][:2] in REGIMES else None


def _provider_digits(words: Sequence[Word]) -> tuple[str, int] | None:
    found = _digits_of(words, (_PROVIDER_LENGTH,), 4)
    if found or not words:
        return found
    corsican = re.fullmatch(r"2[AB]\d{7}", words[0].text.upper())
    return (corsican.group(), 1) if corsican else None
