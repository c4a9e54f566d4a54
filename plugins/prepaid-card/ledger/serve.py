"""The ledger over HTTP.

    GET    /cards/CODE                                  → {"card", "balance"}
    PUT    /charges/KEY   {"card": CODE, "amount": won} → {"key", "card", "amount", "at", "cancelledAt"}
    PUT    /payments/KEY  the same
    DELETE /charges/KEY, /payments/KEY                  → the same; "cancelledAt" is set

Each carries `Authorization: Bearer TOKEN`. A refusal is `{"error": CODE}`, with the balance where that is the reason. PUT and
DELETE may be repeated: whoever lost the answer asks again.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import re
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cards import Cards, Entry, Kind, LedgerError

PATH = re.compile(r"/(cards|charges|payments)/([^/?#]+)")
KINDS: dict[str, Kind] = {"charges": "charge", "payments": "payment"}
LARGEST_BODY = 10_000


class Ledger(ThreadingHTTPServer):
    """Serves the cards of one file to whoever knows the token. port 0: any that is free."""

    daemon_threads = True
    request_queue_size = 128  # All tills of a shop at once; five, the default, turns the sixth away.

    def __init__(self, host: str, port: int, cards: Cards, token: str) -> None:
        self.cards, self.token = cards, token.encode()
        super().__init__((host, port), Handler)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30  # Seconds: a connection that says nothing keeps no thread.
    server: Ledger

    def do_GET(self) -> None:
        """A card."""
        self._answer()

    def do_PUT(self) -> None:
        """An entry."""
        self._answer()

    def do_DELETE(self) -> None:
        """An entry taken back."""
        self._answer()

    def _answer(self) -> None:
        try:
            body = self._body()
            self._authorise()
            status, told = 200, self._act(body)
        except LedgerError as refusal:
            status, told = refusal.status, {"error": refusal.code}
            if refusal.balance is not None:
                told["balance"] = refusal.balance
        self._send(status, told)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            # What was not read would be taken for the next request.
            self.close_connection = True
            raise LedgerError(413, "INVALID")
        return self.rfile.read(int(length))

    def _authorise(self) -> None:
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, b"Bearer " + self.server.token):
            raise LedgerError(401, "TOKEN")

    def _act(self, body: bytes) -> dict[str, Any]:
        found = PATH.fullmatch(self.path)
        if found is None:
            raise LedgerError(404, "INVALID")
        noun, name = found.groups()
        cards = self.server.cards
        if noun == "cards":
            if self.command != "GET":
                raise LedgerError(405, "INVALID")
            return {"card": name, "balance": cards.balance(name)}
        if self.command == "DELETE":
            return _told(cards.cancel(KINDS[noun], name))
        if self.command == "PUT":
            return _told(cards.enter(KINDS[noun], name, *_read(body)))
        raise LedgerError(405, "INVALID")

    def _send(self, status: int, told: dict[str, Any]) -> None:
        payload = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: an address names a card."""


def _read(body: bytes) -> tuple[str, int]:
    try:
        asked = json.loads(body)
        card, amount = asked["card"], asked["amount"]
    except (ValueError, KeyError, TypeError):
        raise LedgerError(400, "INVALID") from None
    if not isinstance(card, str) or type(amount) is not int:
        raise LedgerError(400, "INVALID")
    return card, amount


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "card": entry.card,
        "amount": entry.amount,
        "at": entry.at,
        "cancelledAt": entry.cancelled_at,
    }


def token_beside(file: Path) -> str:
    """The token of a ledger, made with its first start; only its user may read it."""
    kept = file.with_suffix(".token")
    try:
        with os.fdopen(os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return kept.read_text(encoding="ascii")


def main() -> None:
    """Serves until it is ended."""
    wanted = argparse.ArgumentParser(description="The ledger of the prepaid-card sample.")
    wanted.add_argument("--data", type=Path, default=Path("prepaid-cards.db"), help="its SQLite file")
    wanted.add_argument("--host", default="127.0.0.1", help="beyond loopback: behind a proxy that speaks TLS")
    wanted.add_argument("--port", type=int, default=8791)
    given = wanted.parse_args()
    token = token_beside(given.data)
    with Ledger(given.host, given.port, Cards(given.data), token) as ledger:
        print(f"선불카드 원장 (ledger): http://{given.host}:{ledger.server_port}", flush=True)
        print(f"토큰 (token): {token}", flush=True)
        try:
            ledger.serve_forever()
        except KeyboardInterrupt:
            print("끝냅니다 (stopped).")


if __name__ == "__main__":
    main()
