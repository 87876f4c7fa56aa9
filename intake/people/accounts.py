"""Users, stations and API keys: who may come in, and as what."""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.journal import Journal
from intake.people.passwords import hash_password, is_password, one_time_password
from intake.store.database import Database
from intake.store.errors import AccessError, ConflictError, NotFoundError
from intake.store.models import ApiKey, Station, User
from intake.store.records import Role, Viewer
from intake.store.secret import Secret
from schemas.errors import InputError

#: bytes of a key's secret: nobody guesses 256 bits, so a fast keyed hash of it is enough
_SECRET_BYTES: Final = 32
_PREFIX_BYTES: Final = 5
_KEY: Final = re.compile(r"liasse_([0-9a-f]{10})_([A-Za-z0-9_-]{43})")
#: names of users and stations are shown and typed: letters, digits and a few marks, no line breaks, no markup
_NAME: Final = re.compile(r"[\w][\w .@'-]{0,63}")
#: the first user of an installation
ADMIN: Final = "admin"


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user, without anything secret."""

    id: str
    name: str = field(repr=False)
    role: Role
    station_id: str | None
    #: came in with a one-time password, and must choose another first
    must_change: bool
    disabled: bool

    @property
    def viewer(self) -> Viewer:
        """Who this user is to the store."""
        return Viewer(f"user:{self.id}", self.role, self.station_id)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """An API key, without its secret."""

    prefix: str
    role: Role
    station_id: str | None
    #: name of the station
    station: str | None
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A place lots come from."""

    id: str
    name: str


class People:
    """The users, stations and keys of an installation."""

    def __init__(self, database: Database, secret: Secret, journal: Journal) -> None:
        self._database = database
        self._secret = secret
        self._journal = journal

    def create_key(self, role: Role, by: Viewer, *, station: str | None = None) -> tuple[KeyRecord, str]:
        """Make an API key and return it with its text, which is told this once and kept nowhere.

        Args:
            role: what the key may do.
            by: who makes it.
            station: name of the station a station's key belongs to, made where there is none of that name; without a
                name the key gets a station of its own, so that no two keys see each other's lots by accident.

        Raises:
            InputError: a role no key may have, or a station for a role that has none.
        """
        prefix = secrets.token_hex(_PREFIX_BYTES)
        if role is Role.STATION:
            station = _checked_name(station or f"station-{prefix}")
        elif role is Role.SYSTEM or station is not None:
            raise InputError("a key has a user's role, and a station only for the role station")
        text = secrets.token_urlsafe(_SECRET_BYTES)
        with self._database.writing() as session:
            place = self._station(session, station) if station else None
            key = ApiKey(
                prefix=prefix,
                secret_hash=self._secret.digest("api key", text),
                role=role,
                station_id=place.id if place else None,
                created_at=datetime.now(UTC),
            )
            session.add(key)
            facts = {"key": prefix, "role": role, "station": key.station_id}
            self._journal.write(session, by, "key.created", facts=facts)
            return _key_record(key, place), f"liasse_{prefix}_{text}"

    def viewer_of_key(self, text: str) -> Viewer:
        """Return who comes with a key.

        Raises:
            AccessError: it opens nothing.
        """
        found = _KEY.fullmatch(text)
        if found is not None:
            with self._database.reading() as session:
                key = session.get(ApiKey, found[1])
            digest = self._secret.digest("api key", found[2])
            if key is not None and hmac.compare_digest(key.secret_hash, digest) and key.revoked_at is None:
                return Viewer(f"key:{key.prefix}", Role(key.role), key.station_id)
        raise AccessError("the key opens nothing: it is wrong, or was revoked")

    def api_keys(self) -> tuple[KeyRecord, ...]:
        """Return all keys, revoked ones too, the oldest first."""
        query = select(ApiKey, Station).outerjoin(Station, Station.id == ApiKey.station_id).order_by(ApiKey.created_at)
        with self._database.reading() as session:
            return tuple(_key_record(key, place) for key, place in session.execute(query))

    def revoke_key(self, prefix: str, by: Viewer) -> None:
        """Make a key open nothing from now on; one that was revoked stays so."""
        with self._database.writing() as session:
            key = session.get(ApiKey, prefix, with_for_update=True)
            if key is None:
                raise NotFoundError("no such key")
            if key.revoked_at is None:
                key.revoked_at = datetime.now(UTC)
                self._journal.write(session, by, "key.revoked", facts={"key": prefix})

    def stations(self) -> tuple[StationRecord, ...]:
        """Return all stations by name."""
        with self._database.reading() as session:
            query = select(Station).order_by(Station.name)
            return tuple(StationRecord(place.id, place.name) for place in session.scalars(query))

    def first_admin(self) -> str | None:
        """Make the user ``admin`` where there is no user yet, and return the one-time password to print; else None."""
        with self._database.reading() as session:
            if session.scalars(select(User.id).limit(1)).first() is not None:
                return None
        password = one_time_password()
        try:
            self.create_user(ADMIN, Role.ADMIN, password, Viewer.system("start"), must_change=True)
        except ConflictError:
            return None  # another process made it at this very moment
        return password

    def create_user(
        self,
        name: str,
        role: Role,
        password: str,
        by: Viewer,
        *,
        station: str | None = None,
        must_change: bool = True,
    ) -> UserRecord:
        """Make a user.

        Args:
            name: to log in with; capitals do not count.
            role: what the user may do.
            password: to begin with.
            by: who makes it.
            station: name of the station a station's user belongs to.
            must_change: the password is for one time.

        Raises:
            ConflictError: the name is taken.
            InputError: a name, password, role or station that cannot be.
        """
        if role is Role.SYSTEM or (station is None) == (role is Role.STATION):
            raise InputError("a user has a user's role, and a station for the role station only")
        login = _checked_name(name).casefold()
        hashed = hash_password(password)
        try:
            with self._database.writing() as session:
                user = User(
                    id=str(uuid4()),
                    name=login,
                    role=role,
                    station_id=self._station(session, _checked_name(station)).id if station else None,
                    password_hash=hashed,
                    must_change=must_change,
                    created_at=datetime.now(UTC),
                )
                session.add(user)
                session.flush()
                self._journal.write(session, by, "user.created", facts={"user": user.id, "role": role})
                return _user_record(user)
        except IntegrityError as exc:
            raise ConflictError("a user has this name already") from exc

    def set_password(self, user_id: str, password: str, by: Viewer, *, must_change: bool = False) -> None:
        """Give a user another password; one for one time where somebody else sets it."""
        hashed = hash_password(password)
        with self._database.writing() as session:
            user = self._user(session, user_id)
            user.password_hash, user.must_change = hashed, must_change
            self._journal.write(session, by, "user.password_set", facts={"user": user_id})

    def set_disabled(self, user_id: str, by: Viewer, *, disabled: bool) -> None:
        """Shut a user out, or let one in again."""
        with self._database.writing() as session:
            user = self._user(session, user_id)
            user.disabled_at = datetime.now(UTC) if disabled else None
            self._journal.write(session, by, "user.disabled" if disabled else "user.enabled", facts={"user": user_id})

    def user_of_password(self, name: str, password: str) -> UserRecord:
        """Return the user who logs in; ``must_change`` says that nothing but a new password may be asked of them.

        Raises:
            AccessError: name and password open nothing; it takes as long whichever was wrong.
        """
        with self._database.reading() as session:
            user = session.scalars(select(User).where(User.name == name.strip().casefold())).one_or_none()
        is_right = is_password(user.password_hash if user else None, password)
        if user is None or not is_right or user.disabled_at is not None:
            raise AccessError("name and password open nothing")
        return _user_record(user)

    def user(self, user_id: str) -> UserRecord:
        """Return a user."""
        with self._database.reading() as session:
            return _user_record(self._user(session, user_id))

    def users(self) -> tuple[UserRecord, ...]:
        """Return all users by name."""
        with self._database.reading() as session:
            return tuple(_user_record(user) for user in session.scalars(select(User).order_by(User.name)))

    def _user(self, session: Session, user_id: str) -> User:
        user = session.get(User, user_id)
        if user is None:
            raise NotFoundError("no such user")
        return user

    def _station(self, session: Session, name: str) -> Station:
        """Return the station of a name, made where there is none."""
        place = session.scalars(select(Station).where(Station.name == name)).one_or_none()
        if place is None:
            place = Station(id=str(uuid4()), name=name, created_at=datetime.now(UTC))
            session.add(place)
            session.flush()
        return place


def _checked_name(name: str) -> str:
    stripped = name.strip()
    if not _NAME.fullmatch(stripped):
        raise InputError("a name has 1 to 64 letters, digits, spaces, or . @ ' -")
    return stripped


def _key_record(key: ApiKey, place: Station | None) -> KeyRecord:
    name = place.name if place else None
    return KeyRecord(key.prefix, Role(key.role), key.station_id, name, key.created_at, key.revoked_at)


def _user_record(user: User) -> UserRecord:
    disabled = user.disabled_at is not None
    return UserRecord(user.id, user.name, Role(user.role), user.station_id, user.must_change, disabled)
