"""Steps from older files to this program's schema; run by `upgrade.py`, written with Alembic.

Files are born from `schema.sql` at the newest version. Revision ids are the `user_version` numbers.
"""
