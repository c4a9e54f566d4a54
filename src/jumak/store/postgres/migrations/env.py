"""Alembic's entry: turns the steps into statements, which `upgrade.py` hands to the connection."""

from __future__ import annotations

from alembic import context

context.configure(
    dialect_name="postgresql",
    output_buffer=context.config.attributes["statements"],
    transaction_per_migration=True,
    as_sql=True,
    version_table="alembic_version",
)
with context.begin_transaction():
    context.run_migrations()
