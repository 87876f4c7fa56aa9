"""One lot's result against its truth: both are contract objects, the truth with bare values instead of fields."""

from collections.abc import Iterable
from typing import Any, Final

from intake.evaluation.tally import Error, Tally
from schemas.invoice import ACT_CELLS, PAYING_OR_IDENTIFYING, SIGNATURES, TICKS

Object = dict[str, Any]

TEXT_FIELDS: Final = (
    "patient_name",
    "insured_name",
    "insured_address",
    "provider_stamp",
    "substitute_name",
    "prescriber_name",
)
COMB_FIELDS: Final = (
    "invoice_number",
    "form_date",
    "patient_nir",
    "patient_birth_date",
    "insured_nir",
    "organisme_code",
    "provider_number",
    "provider_rpps",
    "substitute_rpps",
    "prescriber_rpps",
    "prescriber_number",
    "prescription_date",
    "prior_agreement_date",
    "maternity_date",
    "work_accident_number",
    "third_party_date",
)
HEADER_FIELDS: Final = (
    "provider_number",
    "provider_name",
    "lot_number",
    "lot_date",
    "organisme_code",
    "payee_type",
    "total_amount",
    "amount_amo",
    "amount_amc",
)
LINE_FIELDS: Final = (
    "invoice_number",
    "insured_nir",
    "insured_name",
    "beneficiary_birth_date",
    "total_amount",
    "amount_amo",
    "amount_amc",
)
PRESCRIPTION_FIELDS: Final = (
    "prescriber_name",
    "prescriber_rpps",
    "patient_name",
    "date",
    "text",
    "prescriber_signature",
)
_PAYING: Final = frozenset(PAYING_OR_IDENTIFYING)
_ENTRIES: Final = (
    (COMB_FIELDS, "comb"),
    (TEXT_FIELDS, "text"),
    (("total_amount",), "acts"),
    (TICKS, "tick"),
    (SIGNATURES, "signature"),
)


def same(truth: object, read: object) -> bool:
    """Whether two values are equal as the contract compares them: text without case or repeated spaces."""
    if isinstance(truth, str) and isinstance(read, str):
        return " ".join(truth.casefold().split()) == " ".join(read.casefold().split())
    return truth == read


def value_of(entry: object) -> Any:
    """Return the value of a field object, or a bare value as it is."""
    return entry.get("value") if isinstance(entry, dict) else entry


def blind_of(entry: Object) -> Any:
    """Return what the ink alone said."""
    return entry["blind"]["value"] if entry.get("blind") else entry.get("value")


def paired(truths: list[Object], reads: list[Object]) -> dict[int, int]:
    """Return which read document stands for which true one: the one that shares the most pages."""
    pairs: dict[int, int] = {}
    for t, truth in enumerate(truths):
        shared = [(len(set(truth["pages"]) & set(read["pages"])), -r) for r, read in enumerate(reads)]
        best = max(shared, default=(0, 0))
        if best[0]:
            pairs[t] = -best[1]
    return pairs


class LotScore:
    """Scores one lot into a tally."""

    def __init__(self, name: str, truth: Object, read: Object, tally: Tally) -> None:
        self.name, self.truth, self.read, self.tally = name, truth, read, tally
        self.invoices = paired(truth["invoices"], read["invoices"])
        self.prescriptions = paired(truth["prescriptions"], read["prescriptions"])
        self.attachments = paired(truth["attachments"], read["attachments"])

    def score(self) -> None:
        """Count everything of the lot."""
        self.tally.lots += 1
        self._pages()
        self._grouping()
        for t, truth in enumerate(self.truth["invoices"]):
            read = self.read["invoices"][self.invoices[t]] if t in self.invoices else {}
            self._invoice(truth, read)
        for t, truth in enumerate(self.truth["prescriptions"]):
            read = self.read["prescriptions"][self.prescriptions[t]] if t in self.prescriptions else {}
            self._entries(truth, read, PRESCRIPTION_FIELDS, f"prescription/{truth.get('writing', 'typed')}")
        self._bordereau()
        self._matches()
        self._links()

    def _one(self, name: str, truth: object, entry: object, *, paying: bool = False, page: int | None = None) -> bool:
        """Count one entry under *name*: exactness where the paper has an entry, inventions where it has none."""
        read = value_of(entry)
        right = same(truth, read)
        confidence = entry.get("confidence") if isinstance(entry, dict) else None
        if truth is None:
            self.tally.add("left_empty/" + name.split("/", 1)[0], right=right)
        else:
            self.tally.add(name, right=right)
            if "/comb/" in name and isinstance(entry, dict):
                self.tally.add(name.replace("/", "_blind/", 1), right=same(truth, blind_of(entry)))
        if paying and confidence is not None:
            self.tally.confidences.append((confidence, right))
        if not right:
            self.tally.errors.append(Error(self.name, name, page, truth, read, confidence))
        return right

    def _pages(self) -> None:
        for truth in self.truth["pages"]:
            read = next((p for p in self.read["pages"] if p["index"] == truth["index"]), None)
            kind = read["kind"] if read else None
            self._one(f"page_kind/{truth['kind']}", truth["kind"], kind, page=truth["index"])
            if read is None:
                continue
            if truth["kind"] != "blank":
                self._one("rotation/all", truth["rotation"], read["rotation"], page=truth["index"])
            if truth["kind"] == "feuille_de_soins":
                self.tally.add("registered/all", right=read.get("residual_mm") is not None)
                if read.get("residual_mm") is not None:
                    self.tally.residuals_mm.append(read["residual_mm"])

    def _grouping(self) -> None:
        for family, pairs in (
            ("invoices", self.invoices),
            ("prescriptions", self.prescriptions),
            ("attachments", self.attachments),
        ):
            for t, truth in enumerate(self.truth[family]):
                read = self.read[family][pairs[t]]["pages"] if t in pairs else None
                right = read is not None and sorted(read) == sorted(truth["pages"])
                self.tally.add(f"grouping/{family}", right=right)

    def _entries(self, truth: Object, read: Object, names: Iterable[str], prefix: str) -> None:
        page = truth["pages"][0] if truth.get("pages") else None
        for name in names:
            self._one(f"{prefix}/{name}", truth.get(name), read.get(name), page=page)

    def _invoice(self, truth: Object, read: Object) -> None:
        page, by_hand = truth["pages"][0], set(truth.get("hand_fields") or ())
        accepted = read.get("decision") == "accepted"
        form = "facture" if truth.get("form") == "facture" else "invoice"

        def one(name: str, kind: str, true: object, entry: object, *, paying: bool) -> None:
            hand = truth.get("writing") == "hand" or name in by_hand
            label = f"{form}/{'hand' if hand else 'typed'}/{kind}"
            right = self._one(f"{label}/{name}", true, entry, paying=paying, page=page)
            if accepted and paying:
                self.tally.add("accepted_fields/right", right=right)
                if not right:
                    self.tally.errors.append(
                        Error(self.name, "ACCEPTED WRONG " + name, page, true, value_of(entry), None)
                    )

        for names, kind in _ENTRIES:
            for name in names:
                one(name, kind, truth.get(name), read.get(name), paying=name in _PAYING)
        rows, read_rows = truth["acts"], read.get("acts") or []
        self.tally.add(f"{form}_rows/count", right=len(rows) == len(read_rows))
        for r, row in enumerate(rows):
            read_row = read_rows[r] if r < len(read_rows) else {}
            for cell in ACT_CELLS:
                one(f"acts.{cell}", "acts", row.get(cell), read_row.get(cell), paying=True)
        if truth.get("decision") == "accepted":
            self.tally.add(f"clean_accepted/{truth.get('writing', 'typed')}", right=accepted)
        else:
            self.tally.add("faulty_kept_for_review/all", right=not accepted)

    def _bordereau(self) -> None:
        truth, read = self.truth.get("bordereau"), self.read.get("bordereau") or {}
        if truth is None:
            return
        for name in HEADER_FIELDS:
            self._one(f"bordereau/header/{name}", truth.get(name), read.get(name), page=truth["pages"][0])
        reads = list(read.get("lines") or [])
        self.tally.add("bordereau_lines/count", right=len(reads) == len(truth["lines"]))
        by_number = {value_of(line["invoice_number"]): line for line in reads}
        for k, line in enumerate(truth["lines"]):
            other: Object = by_number.get(line["invoice_number"]) or (reads[k] if k < len(reads) else {})
            for name in LINE_FIELDS:
                self._one(f"bordereau/lines/{name}", line.get(name), other.get(name), page=truth["pages"][0])

    def _matches(self) -> None:
        true = {(m["line"], self.invoices.get(m["invoice"], -1)) for m in self.truth["matches"]}
        read = {(m["line"], m["invoice"]) for m in self.read["matches"]}
        detection = self.tally.detections["(matches)"]
        detection.hits += len(true & read)
        detection.misses += len(true - read)
        detection.inventions += len(read - true)

    def _links(self) -> None:
        """Count whether prescriptions and attachments were tied to the right invoice or line."""
        for family, pairs in (("prescriptions", self.prescriptions), ("attachments", self.attachments)):
            for t, truth in enumerate(self.truth[family]):
                if t not in pairs:
                    self.tally.add(f"tied/{family}", right=False)
                    continue
                read = self.read[family][pairs[t]]
                invoice = truth.get("invoice")
                wanted = self.invoices.get(invoice) if invoice is not None else None
                line_right = truth.get("line") is None or truth["line"] == read.get("line")
                self.tally.add(f"tied/{family}", right=wanted == read.get("invoice") and line_right)
