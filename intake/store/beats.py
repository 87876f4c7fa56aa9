"""Signs of life of the processes that read, by which the others know whose work to take over."""

from sqlalchemy import delete, select

from intake.store.models import Worker
from intake.store.parts import Chapter


class Beats(Chapter):
    """Who lives: counts only, no clock, so that a jump of a clock makes nobody look dead."""

    def beat(self, worker: str) -> None:
        """Give one more sign of life."""
        with self._parts.database.writing() as session:
            row = session.get(Worker, worker, with_for_update=True)
            if row is None:
                session.add(Worker(id=worker, beats=1))
            else:
                row.beats += 1

    def beats(self) -> dict[str, int]:
        """Return how many signs of life each worker gave."""
        with self._parts.database.reading() as session:
            return {row.id: row.beats for row in session.scalars(select(Worker))}

    def forget_worker(self, worker: str) -> None:
        """Strike a worker off."""
        with self._parts.database.writing() as session:
            session.execute(delete(Worker).where(Worker.id == worker))
