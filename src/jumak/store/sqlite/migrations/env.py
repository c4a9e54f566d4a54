"""Alembic's entry: runs the steps on the connection that `upgrade.py` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    transaction_per_migration=False,
    version_table="alembic_version",
)
with context.begin_transaction():
    context.run_migrations()
