"""Plugins' secrets, encrypted at rest: AES-256-GCM, key in DIR/secret.key (mode 0600)."""

from __future__ import annotations

import os
from pathlib import Path


class Vault:
    """Seals texts; each is bound to its owner and key, so that rows cannot be swapped.

    The key is made when the first secret is kept. folder None: a key that lives as long as this object.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "secret.key"
        self._key: bytes | None = None

    def seal(self, owner: str, key: str, text: str) -> bytes:
        """Nonce and ciphertext."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        return nonce + AESGCM(self._load()).encrypt(nonce, text.encode(), _bound_to(owner, key))

    def unseal(self, owner: str, key: str, sealed: bytes) -> str | None:
        """The text; None when this key did not seal it (the file came from elsewhere without its key)."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if self._key is None and (self._path is None or not self._path.exists()):
            return None
        try:
            return AESGCM(self._load()).decrypt(sealed[:12], sealed[12:], _bound_to(owner, key)).decode()
        except InvalidTag:
            return None

    def _load(self) -> bytes:
        if self._key is None:
            if self._path is None:
                self._key = os.urandom(32)
            elif self._path.exists():
                self._key = self._path.read_bytes()
            else:
                self._key = os.urandom(32)
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(self._key)
                    file.flush()
                    # Before the first secret is acknowledged its key must be as durable as it.
                    os.fsync(file.fileno())
        return self._key


def _bound_to(owner: str, key: str) -> bytes:
    return f"{len(owner)}:{owner}{key}".encode()
