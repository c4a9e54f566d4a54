"""One run of a Python plugin: the SDK's `jumak.sdk.run` in a process of its own (contract, plugin-runtime §2)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from jumak.plugins.process import PluginProcess

KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE")
"""All a plugin sees of the server's environment: the rest may hold secrets."""


class PythonProcess(PluginProcess):
    """See `PluginProcess`. entry: a file or module of the folder."""

    async def _command(self) -> Sequence[str]:
        return (sys.executable, "-P", "-u", "-m", "jumak.sdk.run", self._entry)

    def _environment(self, token: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        return kept | {
            "JUMAK_TOKEN": token,
            "JUMAK_MEMORY_MB": str(self._limits.memory_mb),
            "JUMAK_CPU_S": str(self._limits.cpu_s),
            "JUMAK_NICE": str(self._limits.nice),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
