"""The truth of a drawn lot: the contract's object with bare values, and what a measure needs beside it."""

from typing import Any

from samples.documents import Case, Document, Fault, Lot
from samples.pages import Drawn
from samples.paper import BoxMm


def truth_of(lot: Lot, drawn: list[Drawn], files: list[tuple[str, str, int, int, int]]) -> Document:
    """Return what ``truth.json`` holds; documents learn their pages and each other's numbers."""
    invoices, prescriptions, attachments = (
        [d for d in drawn if d.leaf.role == role] for role in ("form", "prescription", "attachment")
    )
    numbers = {
        "form": _numbered(invoices),
        "prescription": _numbered(prescriptions),
        "attachment": _numbered(attachments),
    }
    lines = lot.header["lines"]
    line_of = {id(line): i for i, line in enumerate(lines)}
    page_of: dict[int, int] = {}
    pages = []
    for index, (d, (name, number)) in enumerate(zip(drawn, _places(files), strict=True)):
        page_of.setdefault(id(d.leaf.document), index)
        pages.append(_page(index, d, name, number, numbers))
        if d.leaf.document is not None:
            d.leaf.document["pages"].append(index)
    by_invoice = {id(c.invoice): c for c in lot.cases if c.invoice is not None}
    for case in lot.cases:
        _tie(case, numbers, line_of)
    has_bordereau = bool(lot.header["pages"])
    return {
        "schema_version": "1",
        "flow": None if lot.flow == "mixte" else lot.flow,
        "files": [{"name": name, "pages": end - start} for name, _, start, end, _ in files],
        "pages": pages,
        "bordereau": _bordereau(lot) if has_bordereau else None,
        "invoices": [_invoice(by_invoice[id(d)], d) for d in _documents(invoices)],
        "prescriptions": _documents(prescriptions),
        "attachments": _documents(attachments),
        "matches": _matches(lot, numbers["form"], line_of) if has_bordereau else [],
        "flags": _flags(lot, drawn, numbers["form"], line_of, page_of),
        "allowed_flags": _allowed(lot, drawn, numbers["form"], line_of),
        "look_alikes": [
            {"page": page, "field": field, "name": name, "box": d.scanned.box(box) if d.scanned else None}
            for page, d in enumerate(drawn)
            for field, name, box in d.leaf.look_alikes
        ],
        "decision": "review"
        if any(f.severity != "info" for c in lot.cases for f in c.faults) or lot.faults
        else "accepted",
    }


def _numbered(drawn: list[Drawn]) -> dict[int, int]:
    out: dict[int, int] = {}
    for d in drawn:
        out.setdefault(id(d.leaf.document), len(out))
    return out


def _documents(drawn: list[Drawn]) -> list[Document]:
    seen: dict[int, Document] = {}
    for d in drawn:
        if d.leaf.document is not None:
            seen.setdefault(id(d.leaf.document), d.leaf.document)
    return list(seen.values())


def _places(files: list[tuple[str, str, int, int, int]]) -> list[tuple[str, int]]:
    return [(name, page - start + 1) for name, _, start, end, _ in files for page in range(start, end)]


def _page(index: int, d: Drawn, name: str, number: int, numbers: dict[str, dict[int, int]]) -> Document:
    role, document = d.leaf.role, None
    if role == "bordereau":
        document = "bordereau"
    elif role is not None:
        document = f"{ {'form': 'invoice'}.get(role, role) }:{numbers[role][id(d.leaf.document)]}"
    return {
        "index": index,
        "file": name,
        "number": number,
        "kind": d.leaf.kind,
        "kind_confidence": 1.0,
        "rotation": d.scanned.rotation if d.scanned else 0,
        "skew_degrees": d.scanned.skew_deg if d.scanned else 0.0,
        "document": document,
        **d.extras,
    }


def _tie(case: Case, numbers: dict[str, dict[int, int]], line_of: dict[int, int]) -> None:
    invoice = numbers["form"].get(id(case.invoice))
    for piece in (case.prescription, *case.attachments):
        if piece is not None:
            piece["invoice"] = invoice
            piece["line"] = line_of.get(id(case.line))
            if "invoices" in piece:
                piece["invoices"] = [] if invoice is None else [invoice]


def _bordereau(lot: Lot) -> Document:
    header = {k: v for k, v in lot.header.items() if k != "lines" and not k.startswith("_")}
    lines = []
    decisions = {id(c.line): "review" if c.faults else "accepted" for c in lot.cases if c.line is not None}
    for line in lot.header["lines"]:
        shown = {k: v for k, v in line.items() if not k.startswith("_") and k not in {"care_date", "flow"}}
        lines.append({**shown, "flow": line.get("flow"), "decision": decisions[id(line)]})
    return {**header, "lines": lines}


def _invoice(case: Case, document: Document) -> Document:
    faults = [f for f in case.faults if f.severity != "info"]
    document["decision"] = "review" if faults else "accepted"
    erased = [c.field for c in case.corrections]
    return {
        **document,
        "writing": case.writing,
        "hand_fields": case.hand_fields,
        "fault": faults[0].code if faults else None,
        "erased_field": erased[0] if erased else None,
    }


def _matches(lot: Lot, invoice_of: dict[int, int], line_of: dict[int, int]) -> list[Document]:
    out = []
    for case in lot.cases:
        if case.invoice is not None and case.line is not None:
            differences = [
                {"field": f.field, "line_value": f.extra["line_value"], "invoice_value": f.extra["invoice_value"]}
                for f in case.faults
                if f.code == "mismatch"
            ]
            row: dict[str, Any] = {
                "line": line_of[id(case.line)],
                "invoice": invoice_of[id(case.invoice)],
                "score": 1.0,
            }
            out.append({**row, "differences": differences})
    return sorted(out, key=lambda m: (m["line"], m["invoice"]))


def _allowed(lot: Lot, drawn: list[Drawn], invoice_of: dict[int, int], line_of: dict[int, int]) -> list[Document]:
    """Return codes neither right nor wrong, by invoice and line, or by page for sheets nobody can name."""
    cases: list[Document] = [
        {"invoice": invoice_of.get(id(c.invoice)), "line": line_of.get(id(c.line)), "codes": sorted(c.allowed)}
        for c in lot.cases
        if c.allowed
    ]
    strange = [i for i, d in enumerate(drawn) if d.leaf.kind == "other"]
    return cases + [
        {"invoice": None, "line": None, "page": i, "codes": ["unknown_page", "unreadable_page"]} for i in strange
    ]


def _flags(
    lot: Lot, drawn: list[Drawn], invoice_of: dict[int, int], line_of: dict[int, int], page_of: dict[int, int]
) -> list[Document]:
    flags = []
    for case in lot.cases:
        for fault in case.faults:
            proof = {"form": case.invoice, "prescription": case.prescription, "bordereau": lot.header}.get(
                fault.on or ""
            )
            page = page_of.get(id(proof)) if proof is not None else None
            if proof is lot.header and lot.header["pages"] and case.line is not None:
                page = lot.header["pages"][line_of[id(case.line)] // lot.header["_lines_per_page"]]
            elif proof is not None and fault.sheet:
                page = proof["pages"][fault.sheet]
            invoice = None if fault.of_line else invoice_of.get(id(case.invoice))
            flags.append(_flag(fault, drawn, invoice, line_of.get(id(case.line)), page))
    for fault in lot.faults:
        page = page_of.get(id(lot.header)) if fault.on == "bordereau" else None
        if page is not None and fault.code == "total_mismatch":
            page = lot.header["pages"][-1]
        if fault.extra.pop("unreadable", False):
            page = next((i for i, d in enumerate(drawn) if d.leaf.unreadable), None)
        flags.append(_flag(fault, drawn, None, None, page))
    return flags


def _flag(fault: Fault, drawn: list[Drawn], invoice: int | None, line: int | None, page: int | None) -> Document:
    field = fault.field
    if field is not None and field.startswith("lines.") and line is not None:
        field = field.replace("lines.N", f"lines.{line}")
    flag: Document = {
        "code": fault.code,
        "severity": fault.severity,
        "message": "",
        "invoice": invoice,
        "line": line,
        "page": page,
        "field": field,
        "box": None,
        "kind": fault.kind,
        **fault.extra,
    }
    if page is not None and fault.box_mm is not None and drawn[page].scanned is not None:
        scanned = drawn[page].scanned
        flag["box"] = scanned.box(fault.box_mm) if scanned else None
        flag["box_paper"] = paper_box(fault.box_mm, drawn[page].leaf.size_mm)
    return flag


def paper_box(box: BoxMm, size_mm: tuple[float, float]) -> list[float]:
    """Return the box in fractions of the flat sheet."""
    return [round(v / size_mm[i % 2], 4) for i, v in enumerate(box)]
