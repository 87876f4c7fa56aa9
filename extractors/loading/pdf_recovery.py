"""Pages of a PDF that has lost its page tree: found by searching the file for page objects."""

import re
from typing import Final

_PAGE: Final = re.compile(
    rb"(?<!\d)(\d{1,9})\s+(\d{1,5})\s+obj\b(?:(?!endobj).){0,2000}?/Type\s*/Page(?![a-zA-Z])", re.DOTALL
)
#: Object numbers for the new page tree, above any a scanner writes (ISO 32000-1, annex C: 8,388,607 objects).
_CATALOG: Final = 8_388_601
_TREE: Final = 8_388_600


def with_found_pages(raw: bytes) -> bytes | None:
    """Return *raw* with a page tree over the page objects it still holds, in file order, or None if it holds none."""
    kids = list(dict.fromkeys(b"%s %s R" % found.groups() for found in _PAGE.finditer(raw)))
    if not kids:
        return None
    head = b"" if raw.startswith(b"%PDF") else b"%PDF-1.4\n"
    return head + raw + (
        b"\nendstream endobj\n%d 0 obj\n<< /Type /Pages /Count %d /Kids [ %s ] >>\nendobj\n"
        b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n"
        b"trailer\n<< /Root %d 0 R /Size %d >>\nstartxref\n0\n%%%%EOF\n"
        % (_TREE, len(kids), b" ".join(kids), _CATALOG, _TREE, _CATALOG, _CATALOG + 1)
    )  # fmt: skip
