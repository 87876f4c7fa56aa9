"""Who may do what on every route: the table, and that it holds.

A row a route, a column a caller, and the status each gets: nobody is without a key, *other* is another station than the
lot's own.
"""

from http.client import HTTPConnection

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from intake.store.records import LotRecord, Role
from intake.store.store import Store
from tests.api.conftest import ROOMY, TESTER, client, key_of, served
from tests.intake.lots import lot_of, tiff

CALLERS = ("nobody", "own", "other", "reviewer", "supervisor", "admin", "auditor")
TABLE = {
    #                                                  nobody own  other revi supe admi audi
    "POST /v1/batches":                                (401, 202, 202, 202, 202, 202, 403),
    "GET /v1/batches":                                 (401, 200, 200, 200, 200, 200, 200),
    "GET /v1/batches/{batch_id}":                      (401, 200, 404, 200, 200, 200, 200),
    "GET /v1/batches/{batch_id}/result":               (401, 200, 404, 200, 200, 200, 200),
    "GET /v1/batches/{batch_id}/pages/{index}/image":  (401, 200, 404, 200, 200, 200, 200),
    "GET /v1/batches/{batch_id}/files/{file_id}":      (401, 200, 404, 200, 200, 200, 200),
    "GET /v1/batches/{batch_id}/events":               (401, 200, 404, 200, 200, 200, 200),
    "POST /v1/batches/{batch_id}/rereading":           (401, 403, 403, 403, 202, 202, 403),
    "GET /health/live":                                (200, 200, 200, 200, 200, 200, 200),
    "GET /health/ready":                               (200, 200, 200, 200, 200, 200, 200),
}  # fmt: skip


@pytest.fixture(scope="module")
def keys(store: Store) -> dict[str, str | None]:
    """A key for each column."""
    people = {role.value: key_of(store, role) for role in Role if role not in {Role.STATION, Role.SYSTEM}}
    stations = {"own": key_of(store, Role.STATION, "Own"), "other": key_of(store, Role.STATION, "Other")}
    return {"nobody": None, **stations, **people}


@pytest.fixture
def lot(store: Store, keys: dict[str, str | None]) -> LotRecord:
    """A lot of the station *own*, read."""
    sender = store.people.viewer_of_key(keys["own"] or "")
    lot = store.acknowledge(lot_of(1), sender)
    store.start_reading(lot.id, 1)
    [file] = store.files(lot.id, TESTER)
    store.file_opened(lot.id, file.id, pages=1)
    [page] = store.pages(lot.id, TESTER)
    store.page_read(lot.id, page.index, page.sha256, "1", b"reading", b"\xff\xd8image")
    store.conclude(lot.id, 1, "1", b"{}")
    return lot


@pytest.mark.parametrize("route", TABLE)
def test_each_caller_gets_what_the_table_says(
    route: str, store: Store, address: str, lot: LotRecord, keys: dict[str, str | None]
) -> None:
    """Nobody sees what is not theirs: not without a key, not with another station's, not beyond a role."""
    method, path = route.split()
    [file] = store.files(lot.id, TESTER)
    url = path.format(batch_id=lot.id, index=0, file_id=file.id)

    got = tuple(_asked(client(address, keys[caller]), method, url) for caller in CALLERS)

    assert got == TABLE[route]


def test_no_route_is_missing_from_the_table(store: Store) -> None:
    """A route somebody adds must say who may use it."""
    described = create_app(store, ROOMY).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}

    assert routes == set(TABLE)


def test_a_station_lists_its_own_lots_only(address: str, lot: LotRecord, keys: dict[str, str | None]) -> None:
    """Another station's list does not even show that the lot exists."""
    with client(address, keys["own"]) as own, client(address, keys["other"]) as other:
        mine = {known["id"] for known in own.get("/v1/batches").json()["lots"]}
        theirs = {known["id"] for known in other.get("/v1/batches").json()["lots"]}

    assert lot.id in mine
    assert lot.id not in theirs


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/nothing", "/v1", "/v1/batches/"])
def test_without_a_key_one_learns_nothing_of_what_there_is(address: str, path: str) -> None:
    """The same answer for what exists and what does not."""
    with client(address, None) as stranger:
        answer = stranger.get(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "access")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing(store: Store, address: str) -> None:
    """A station that was closed, a key that leaked: the next request is refused."""
    record, text = store.people.create_key(Role.STATION, TESTER)
    with client(address, text) as station:
        before = station.get("/v1/batches").status_code
        store.people.revoke_key(record.prefix, TESTER)
        after = station.get("/v1/batches").status_code

    assert (before, after) == (200, 401)


def test_who_may_not_send_is_told_before_a_gigabyte_is_sent(store: Store, address: str) -> None:
    """Role and room are known from the first line: a body nobody will keep is not waited for, nor put on a disk."""
    full = ApiSettings(free_bytes=1 << 60)
    with served(store, full) as no_room:
        told = [
            _told_before_the_body(address, key_of(store, Role.AUDITOR)),
            _told_before_the_body(no_room, key_of(store, Role.STATION)),
        ]

    assert told == [(403, None), (503, "10")]


def _told_before_the_body(address: str, key: str) -> tuple[int, str | None]:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=60)
    connection.putrequest("POST", "/v1/batches")
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "multipart/form-data; boundary=x"}
    for name, value in (headers | {"Content-Length": str(1 << 29)}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.headers["Retry-After"]


def _asked(caller: httpx.Client, method: str, url: str) -> int:
    with caller:
        files = [("files", ("lot.tiff", tiff(1)))] if method == "POST" and url == "/v1/batches" else None
        return caller.request(method, url, files=files).status_code
