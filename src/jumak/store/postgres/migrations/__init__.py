"""Steps from older tables to this program's schema; run by `upgrade.py`, written with Alembic.

Databases are born from `schema.sql` at the newest version. Revision ids are the version numbers. While a step runs,
servers of the older program go on: a step adds (columns with defaults, tables, indexes built `CONCURRENTLY` in an
`autocommit_block`) and takes away only what no running program uses any more.
"""
