"""What a station sends, and what it is told."""

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from api.arrivals import shown_name
from api.settings import ApiSettings
from intake.jobs.settings import JobSettings
from intake.store.records import LotState, Role
from intake.store.settings import StoreSettings
from intake.store.store import Store
from tests.api.conftest import TESTER, client, key_of, served
from tests.intake.lots import lot_of, tiff


def send(station: httpx.Client, *files: tuple[str, bytes], key: str | None = None, **form: str) -> httpx.Response:
    """Send a lot."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return station.post("/v1/batches", files=[("files", file) for file in files], data=form, headers=headers)


def test_a_lot_is_acknowledged_piece_by_piece_and_says_where_to_follow_it(lille: httpx.Client) -> None:
    """The acknowledgement is the receipt: which pieces were taken, which were not and why, and where to look next."""
    answer = send(lille, ("lot.tiff", tiff(2)), ("note.txt", b"bonjour"), flow="papier", received_on="2026-02-03")

    assert answer.status_code == 202
    told = answer.json()
    assert [(piece["name"], piece["accepted"], piece["code"]) for piece in told["pieces"]] == [
        ("lot.tiff", True, None),
        ("note.txt", False, "not_a_document"),
    ]
    followed = lille.get(answer.headers["Location"]).json()
    assert (followed["id"], followed["state"]) == (told["id"], "received")
    assert (followed["flow"], followed["received_on"]) == ("papier", "2026-02-03")


def test_the_original_comes_back_byte_for_byte(lille: httpx.Client) -> None:
    """What was sent is evidence: it is given back as it came, under its own name, and never run by a browser."""
    sent = tiff(1)
    told = send(lille, ("Ordonnance é.tiff", sent)).json()

    answer = lille.get(f"/v1/batches/{told['id']}/files/{told['pieces'][0]['id']}")

    assert answer.content == sent
    assert hashlib.sha256(answer.content).hexdigest() == told["pieces"][0]["sha256"]
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Ordonnance%20%C3%A9.tiff"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_same_idempotency_key_gives_the_same_lot(lille: httpx.Client) -> None:
    """A station that got no answer sends again: the lot must not be read and paid twice."""
    first = send(lille, ("lot.tiff", tiff(1)), key="rejouer")
    second = send(lille, ("lot.tiff", tiff(1)), key="rejouer")
    other = send(lille, ("lot.tiff", tiff(2)), key="rejouer")

    assert second.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "conflict.idempotency")


def test_a_lot_without_any_document_is_refused_with_a_french_sentence(lille: httpx.Client) -> None:
    """Somebody sends the wrong file: nothing is kept, and the answer says what may be sent."""
    answer = send(lille, ("facture.docx", b"PK\x03\x04rest"))

    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "input.no_document"
    assert "PDF" in answer.json()["detail"]


def test_what_is_wrong_in_a_request_is_named_and_never_repeated(lille: httpx.Client) -> None:
    """A field filled by mistake may hold a patient's name: the answer names the field, not what stood in it."""
    answer = send(lille, ("lot.tiff", tiff(1)), flow="Mme Secret", received_on="hier")

    assert (answer.status_code, answer.json()["fields"]) == (422, ["body.flow", "body.received_on"])
    assert "Secret" not in answer.text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\lot 12.pdf", "lot 12.pdf"),
        ("lot\x00\n\u202e.pdf", "lot.pdf"),
        ("..", "sans-nom"),
        ("", "sans-nom"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_file_name_is_never_a_path(given: str, shown: str) -> None:
    """Names come from outside and end up on screens and in headers."""
    assert shown_name(given) == shown


def test_a_result_that_is_not_there_yet_is_asked_for_later(lille: httpx.Client) -> None:
    """A program that asks too early is told to wait, not that the lot is unknown."""
    lot_id = send(lille, ("lot.tiff", tiff(1))).json()["id"]

    answer = lille.get(f"/v1/batches/{lot_id}/result")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict.not_read")
    assert answer.headers["Retry-After"] == "10"


def test_result_and_page_images_are_fetched_and_each_view_is_in_the_journal(store: Store, lille: httpx.Client) -> None:
    """Who saw which page is a question an auditor may ask years later."""
    lot_id = send(lille, ("lot.tiff", tiff(1))).json()["id"]
    store.start_reading(lot_id, 1)
    [file] = store.files(lot_id, TESTER)
    store.file_opened(lot_id, file.id, pages=1)
    [page] = store.pages(lot_id, TESTER)
    store.page_read(lot_id, page.index, page.sha256, "1", b"reading", b"\xff\xd8image")
    store.conclude(lot_id, 1, "1", json.dumps({"schema_version": "1"}).encode())

    assert lille.get(f"/v1/batches/{lot_id}/result").json() == {"schema_version": "1"}
    assert lille.get(f"/v1/batches/{lot_id}/pages/0/image").content == b"\xff\xd8image"
    assert lille.get(f"/v1/batches/{lot_id}/pages/1/image").status_code == 404
    seen = [entry.action for entry in store.journal.entries(TESTER, lot_id=lot_id)]
    assert seen[-2:] == ["result.fetched", "page.viewed"]


def test_a_lot_is_followed_live_to_its_end(store: Store, lille: httpx.Client) -> None:
    """The person who dropped the files sees the lot advance without pressing anything."""
    lot_id = send(lille, ("lot.tiff", tiff(1))).json()["id"]
    told = []
    with lille.stream("GET", f"/v1/batches/{lot_id}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: "))["state"])
                store.start_reading(lot_id, 1) if len(told) == 1 else store.fail(lot_id, 1, "failure")

    assert told == ["received", "reading", "failed"]


def test_a_failed_lot_says_why_in_french(store: Store, lille: httpx.Client) -> None:
    """The station must know what to do: send the lots apart, scan again."""
    lot_id = send(lille, ("lot.tiff", tiff(1))).json()["id"]
    store.fail(lot_id, 1, "input.several_lots")

    told = lille.get(f"/v1/batches/{lot_id}").json()

    assert told["state"] == LotState.FAILED
    assert told["failure_reason"] == "Les fichiers contiennent plusieurs lots : envoyez chaque lot séparément."
    assert lille.get(f"/v1/batches/{lot_id}/result").json()["code"] == "conflict.failed"


def test_lots_are_listed_a_page_at_a_time(store: Store, address: str) -> None:
    """A station of 10,000 lots asks for its last ones, then for those before."""
    with client(address, key_of(store, Role.STATION, "Nancy")) as nancy:
        sent = [send(nancy, ("lot.tiff", tiff(1))).json()["id"] for _ in range(3)]
        first = nancy.get("/v1/batches", params={"limit": 2}).json()
        rest = nancy.get("/v1/batches", params={"limit": 2, "cursor": first["next"]}).json()

    assert [lot["id"] for lot in (*first["lots"], *rest["lots"])] == sent[::-1]
    assert rest["next"] is None


def test_a_full_service_asks_to_come_back(tmp_path: Path) -> None:
    """Back-pressure: a lot that cannot be read soon, or kept, is not acknowledged; the station keeps its paper."""
    store = Store.open(StoreSettings(data=tmp_path))
    store.acknowledge(lot_of(1), TESTER)
    key = key_of(store, Role.STATION)
    with served(store, ApiSettings(free_bytes=0, waiting_lots=1)) as address, client(address, key) as station:
        busy = send(station, ("lot.tiff", tiff(1)))
    with served(store, ApiSettings(free_bytes=1 << 60)) as address, client(address, key) as station:
        full = send(station, ("lot.tiff", tiff(1)))
    store.close()

    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (429, "resource.busy", "10")
    assert (full.status_code, full.json()["code"]) == (503, "resource.disk_full")


def test_a_request_larger_than_allowed_is_stopped_whatever_it_announces(tmp_path: Path) -> None:
    """Nobody fills the disk: neither by announcing much, nor by announcing nothing."""
    store = Store.open(StoreSettings(data=tmp_path))
    key = key_of(store, Role.STATION)
    with served(store, ApiSettings(free_bytes=0, request_bytes=1000)) as address, client(address, key) as station:
        announced = send(station, ("lot.tiff", bytes(2000)))
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="lot.tiff"\r\n\r\n'
        hidden = station.post("/v1/batches", content=iter([head, *[bytes(400)] * 5, b"\r\n--x--\r\n"]), headers=form)
    store.close()

    assert (announced.status_code, announced.json()["code"]) == (413, "input.too_large")
    assert (hidden.status_code, hidden.json()["code"]) == (413, "input.too_large")


def test_every_setting_of_the_service_is_documented() -> None:
    """An undocumented setting is one nobody can use."""
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    names = [f"LIASSE_API_{name.upper()}" for name in ApiSettings.model_fields]
    names += [f"LIASSE_JOBS__{name.upper()}" for name in JobSettings.__dataclass_fields__]

    assert [name for name in names if f"`{name}`" not in text] == []


@pytest.mark.parametrize("size", [0, 2_000_000])
def test_a_machine_without_room_to_unpack_a_lot_asks_to_come_back(
    lille: httpx.Client, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A full or missing temporary folder is no fault of the station: an answer that blames it would end its tries."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")

    answer = send(lille, ("lot.tiff", tiff(1) + bytes(size)))

    assert (answer.status_code, answer.json()["code"]) == (503, "resource")
    assert answer.headers["Retry-After"] == "10"


def test_a_lot_of_too_many_files_is_too_large(lille: httpx.Client) -> None:
    """The station learns that it must send less at once, not that its request is badly written."""
    answer = send(lille, *[("lot.tiff", b"x")] * 1001)

    assert (answer.status_code, answer.json()["code"]) == (413, "input.too_large")


def test_no_cache_keeps_an_answer(lille: httpx.Client) -> None:
    """A status holds file names, and somebody names a scan after the patient."""
    told = send(lille, ("lot.tiff", tiff(1)))

    assert told.headers["Cache-Control"] == "private, no-store"
    assert lille.get(told.headers["Location"]).headers["Cache-Control"] == "private, no-store"


def test_who_follows_a_lot_must_show_the_key_again_after_a_while(tmp_path: Path) -> None:
    """A key that was revoked must not look on for as long as its connection holds."""
    store = Store.open(StoreSettings(data=tmp_path))
    lot_id = store.acknowledge(lot_of(1), TESTER).id
    settings = ApiSettings(free_bytes=0, event_seconds=0.01, follow_seconds=0.02)
    with served(store, settings) as address, client(address, key_of(store, Role.AUDITOR)) as auditor:
        told = auditor.get(f"/v1/batches/{lot_id}/events").text
    store.close()

    assert told.count("event: progress") == 1
