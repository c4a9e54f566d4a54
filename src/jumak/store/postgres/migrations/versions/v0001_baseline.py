"""Where migrations start: databases of version 1 are born with it."""

from __future__ import annotations

revision = "1"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: there were no tables before version 1."""


def downgrade() -> None:
    """Nothing to go back to."""
