"""What `jumak check` says of a shop whose server has ended."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


async def checked(folder: Path) -> bytes:
    """`All is well.`, or what is not."""
    words = (sys.executable, "-m", "jumak", "check", "--data", str(folder))
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said
