"""Runs the migrations on the connection that ``intake.store.database`` brings, inside its transaction."""

from alembic import context

from intake.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite's too: half a migration is never kept
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
