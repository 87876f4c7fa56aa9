"""Who may come in: keys that are told once, passwords that cannot be read back, nobody by default."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from intake.people.passwords import hash_password, is_password
from intake.store.errors import AccessError, ConflictError, NotFoundError
from intake.store.models import ApiKey, User
from intake.store.records import Role, Viewer
from intake.store.settings import StoreSettings
from intake.store.store import Store
from schemas.errors import InputError

ADMIN = Viewer("user:1", Role.ADMIN)
PASSWORD = "cheval pile correct"  # noqa: S105 - of nobody


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An installation of a small office."""
    opened = Store.open(StoreSettings(data=tmp_path_factory.mktemp("people") / "data"))
    yield opened
    opened.close()


def test_a_key_opens_what_it_was_made_for(store: Store) -> None:
    """The scanner of Lille sends for Lille."""
    key, text = store.people.create_key(Role.STATION, ADMIN, station="Lille")

    viewer = store.people.viewer_of_key(text)

    assert (viewer.actor, viewer.role, viewer.station_id) == (f"key:{key.prefix}", Role.STATION, key.station_id)
    assert "Lille" in {place.name for place in store.people.stations()}


def test_keys_of_one_station_see_the_same_lots_and_nameless_ones_each_their_own(store: Store) -> None:
    """A second key for Lille replaces the first one; two keys made in a hurry must share nothing."""
    first, second = (store.people.create_key(Role.STATION, ADMIN, station="Arras")[0] for _ in range(2))
    third, fourth = (store.people.create_key(Role.STATION, ADMIN)[0] for _ in range(2))

    assert first.station_id == second.station_id
    assert len({first.station_id, third.station_id, fourth.station_id}) == 3


def test_a_key_cannot_be_read_back(store: Store) -> None:
    """Who steals the database must not be able to send lots, or to fetch results."""
    key, text = store.people.create_key(Role.REVIEWER, ADMIN)
    secret = text.rsplit("_", 1)[-1]

    with store._parts.database.reading() as session:
        row = session.scalars(select(ApiKey).where(ApiKey.prefix == key.prefix)).one()

    assert secret.encode() not in row.secret_hash
    assert secret not in repr(key)


def test_a_revoked_key_opens_nothing_at_once(store: Store) -> None:
    """A scanner is stolen: the next request must fail."""
    key, text = store.people.create_key(Role.STATION, ADMIN)

    store.people.revoke_key(key.prefix, ADMIN)

    with pytest.raises(AccessError):
        store.people.viewer_of_key(text)
    (listed,) = (known for known in store.people.api_keys() if known.prefix == key.prefix)
    assert listed.revoked_at is not None


@pytest.mark.parametrize("harm", [lambda t: t[:-1], lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda _: ""])
def test_a_wrong_key_opens_nothing(store: Store, harm: Callable[[str], str]) -> None:
    """One letter off, cut off, absent: the answer is the same."""
    _, text = store.people.create_key(Role.ADMIN, ADMIN)

    with pytest.raises(AccessError) as caught:
        store.people.viewer_of_key(harm(text))

    assert text not in str(caught.value)


def test_the_secret_of_one_key_does_not_open_another(store: Store) -> None:
    """The part everybody sees must not be enough."""
    admin, _ = store.people.create_key(Role.ADMIN, ADMIN)
    station, text = store.people.create_key(Role.STATION, ADMIN)

    with pytest.raises(AccessError):
        store.people.viewer_of_key(text.replace(station.prefix, admin.prefix))


def test_nobody_gets_the_role_of_the_program_itself(store: Store) -> None:
    """It sees every lot of every station."""
    with pytest.raises(InputError):
        store.people.create_key(Role.SYSTEM, ADMIN)
    with pytest.raises(InputError):
        store.people.create_user("robot", Role.SYSTEM, PASSWORD, ADMIN)
    with pytest.raises(InputError):
        store.people.create_user("poste", Role.STATION, PASSWORD, ADMIN)
    with pytest.raises(InputError):
        store.people.create_key(Role.REVIEWER, ADMIN, station="Lille")


def test_the_first_start_makes_one_admin_with_a_password_for_one_time(tmp_path: Path) -> None:
    """Nothing is open without login, and the first login must be possible; a second start tells no second password."""
    store = Store.open(StoreSettings(data=tmp_path / "data"))

    password = store.people.first_admin()

    assert password is not None
    admin = store.people.user_of_password("admin", password)
    assert (admin.role, admin.must_change) == (Role.ADMIN, True)
    assert store.people.first_admin() is None
    store.people.set_password(admin.id, PASSWORD, admin.viewer)
    assert not store.people.user_of_password("Admin ", PASSWORD).must_change
    with pytest.raises(AccessError):
        store.people.user_of_password("admin", password)
    store.close()


def test_a_user_comes_in_with_the_right_password_only(store: Store) -> None:
    """And an unknown name is told in the same words, so that names cannot be found out by trying."""
    user = store.people.create_user("Camille", Role.REVIEWER, PASSWORD, ADMIN)
    assert store.people.user_of_password("CAMILLE", PASSWORD).id == user.id

    texts = set()
    for name, password in (("camille", PASSWORD + "x"), ("dominique", PASSWORD), ("camille", "x" * 5000)):
        with pytest.raises(AccessError) as caught:
            store.people.user_of_password(name, password)
        texts.add(str(caught.value))
    assert len(texts) == 1


def test_a_disabled_user_stays_out_until_let_in_again(store: Store) -> None:
    """People leave."""
    user = store.people.create_user("Sacha", Role.SUPERVISOR, PASSWORD, ADMIN)

    store.people.set_disabled(user.id, ADMIN, disabled=True)

    with pytest.raises(AccessError):
        store.people.user_of_password("sacha", PASSWORD)
    assert store.people.user(user.id).disabled
    store.people.set_disabled(user.id, ADMIN, disabled=False)
    assert store.people.user_of_password("sacha", PASSWORD).role is Role.SUPERVISOR


def test_a_name_is_one_user_s_and_a_short_password_nobody_s(store: Store) -> None:
    """The journal names users: two Alex would be one."""
    store.people.create_user("Alex", Role.AUDITOR, PASSWORD, ADMIN)

    with pytest.raises(ConflictError):
        store.people.create_user("ALEX", Role.ADMIN, PASSWORD, ADMIN)
    with pytest.raises(InputError):
        store.people.create_user("Noa", Role.ADMIN, "azerty", ADMIN)
    with pytest.raises(InputError):
        store.people.create_user("<b>Noa</b>", Role.ADMIN, PASSWORD, ADMIN)
    with pytest.raises(NotFoundError):
        store.people.set_password("nobody", PASSWORD, ADMIN)


def test_a_password_is_kept_as_a_slow_hash_of_its_own(store: Store) -> None:
    """Equal passwords must not look equal, and guessing them must cost."""
    store.people.create_user("Lou", Role.REVIEWER, PASSWORD, ADMIN)
    with store._parts.database.reading() as session:
        kept = session.scalars(select(User.password_hash).where(User.name == "lou")).one()

    assert kept.startswith("$argon2id$")
    assert kept != hash_password(PASSWORD)
    assert is_password(kept, PASSWORD)
    assert not is_password(None, PASSWORD)


def test_what_is_done_to_people_and_keys_is_in_the_journal_without_names(store: Store) -> None:
    """An auditor must see who gave whom which rights."""
    user = store.people.create_user("Morgan", Role.ADMIN, PASSWORD, ADMIN)
    auditor = Viewer("user:9", Role.AUDITOR)

    last = store.journal.entries(auditor, limit=1000)[-1]

    assert (last.actor, last.action, last.facts) == ("user:1", "user.created", {"user": user.id, "role": "admin"})
    assert "morgan" not in str(store.journal.entries(auditor, limit=1000)).casefold()
