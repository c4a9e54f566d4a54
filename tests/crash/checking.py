"""What `jumak check` says of a shop whose server has ended."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from jumak.store.opening import InDatabase
from tests.crash.shop_process import words_of


async def checked(folder: Path, database: InDatabase | None = None) -> bytes:
    """`All is well.`, or what is not."""
    words = (sys.executable, "-m", "jumak", "check", *words_of(folder, database))
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said
