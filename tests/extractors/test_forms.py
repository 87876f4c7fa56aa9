"""Form templates are data that people write: whatever is wrong with one is told before a page is read with it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractors.forms.checking import check_template, draw_template
from extractors.forms.printed import label_of, printed_labels
from extractors.forms.template import BUILT_IN, load_template, load_templates
from schemas.errors import UsageError
from schemas.invoice import Invoice

S3129D = BUILT_IN / "s3129d"


def revision(folder: Path, change: Callable[[dict[str, Any]], None], name: str = "s3129e") -> Path:
    """Return a copy of the built-in template under *folder*, its zones changed."""
    target = folder / name
    shutil.copytree(S3129D, target)
    zones = json.loads((target / "zones.json").read_text(encoding="utf-8"))
    change(zones)
    (target / "zones.json").write_text(json.dumps(zones), encoding="utf-8")
    return target


def test_the_built_in_form_has_no_fault() -> None:
    """It is the example everyone copies."""
    assert check_template(S3129D) == []


def test_every_zone_of_the_built_in_form_is_an_entry_of_the_contract() -> None:
    """A misspelt zone would be read and thrown away."""
    unknown = [zone.id for zone in load_template(S3129D).zones if zone.id not in Invoice.model_fields]

    assert unknown == []


def test_a_revision_is_added_by_adding_its_folder(tmp_path: Path) -> None:
    """No code knows the revisions by name."""
    revision(tmp_path, lambda zones: zones.update(form="S3129e"))

    templates = load_templates((tmp_path,))

    assert [(t.name, t.form) for t in templates] == [("s3129d", "S3129d"), ("s3129e", "S3129e")]


def zone_of(zones: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the zone called *name*."""
    return next(zone for zone in zones["zones"] if zone["id"] == name)


FAULTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "patient_nir: groups count 14 cells": lambda z: zone_of(z, "patient_nir").update(groups=[12, 2]),
    "patient_nir: a cell leaves its box": lambda z: zone_of(z, "patient_nir").update(box_mm=[50, 38.2, 66.1, 4.8]),
    "insured_nir: used 2 times": lambda z: z["zones"].append(zone_of(z, "insured_nir")),
    "total_amount: its box leaves the page": lambda z: zone_of(z, "total_amount").update(box_mm=[190, 237, 46, 5]),
    "acts: rows is 9": lambda z: zone_of(z, "acts").update(rows=9),
    "form_date: a comb without format": lambda z: zone_of(z, "form_date").pop("format"),
    "overlap": lambda z: zone_of(z, "is_illness").update(box_mm=[82.5, 141.7, 4, 4]),
    "kind": lambda z: zone_of(z, "is_illness").update(kind="tick"),
    "zones.7.boxmm": lambda z: z["zones"][7].update(boxmm=[1, 2, 3, 4]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place(fault: str, tmp_path: Path) -> None:
    """Thirty-six zones of numbers: without the place, nobody finds the wrong one."""
    folder = revision(tmp_path, FAULTS[fault])

    assert any(fault in told for told in check_template(folder))


def test_a_template_without_its_blank_is_refused(tmp_path: Path) -> None:
    """Neither registration nor print removal works without it, and both would fail far from the cause."""
    folder = revision(tmp_path, lambda _: None)
    (folder / "blank.pdf").unlink()

    with pytest.raises(UsageError, match=r"blank\.pdf"):
        load_template(folder)


def test_the_drawing_shows_the_zones() -> None:
    """A shifted zone is seen at once on the picture, never in the numbers."""
    picture = draw_template(S3129D)

    plain = load_template(S3129D).blank(5.0)
    assert picture.shape == (*plain.shape, 3)
    assert (picture.max(axis=2) - picture.min(axis=2) > 50).mean() > 0.01


def test_every_entry_knows_the_label_printed_beside_it() -> None:
    """On a print without template the labels are all there is to find the entries by."""
    template = load_template(S3129D)
    labels = printed_labels(template)

    found = {zone.id: label_of(zone, labels) for zone in template.zones}

    named = {name: labels[index].text for name, index in found.items() if index is not None}
    assert set(named) == {zone.id for zone in template.zones}
    assert named["prescriber_rpps"] == "identifiant (n° RPPS)"
    assert named["is_work_accident"] == "AT/MP"
    assert named["third_party_yes"] == "oui"
    assert named["insured_address"] == "ADRESSE DE L'ASSURÉ(E)"
