"""The reader as a page: insert a card, enter a PIN, pay by phone, see how it ended. Served on loopback.

Plain forms; the one script only reloads the page when the reader shows something else. The PIN is not sent: which
one is wrong depends on the amount (SIM-1), and there is nothing to keep it safe for (SEC-3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from typing import Any, Final

from jumak.devices.terminal.simulator.reader import ACTS, Act, Reader, Shown
from jumak.devices.terminal.simulator.wallets import WALLETS, fresh_code

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

HERE: Final = Path(__file__).parent
FILES: Final = {
    "/reader.css": ("text/css", (HERE / "reader.css").read_bytes()),
    "/reader.js": ("text/javascript", (HERE / "reader.js").read_bytes()),
}

SAYS: Final[dict[Shown, tuple[str, str]]] = {
    Shown.IDLE: ("어서 오세요", "Welcome"),
    Shown.INSERT: ("카드를 넣어 주세요", "Insert your card"),
    Shown.PIN: ("비밀번호를 입력해 주세요", "Enter your PIN"),
    Shown.SCAN: ("포스나 고객 화면의 QR을 휴대폰으로 찍어 주세요", "Scan the QR on the till with your phone"),
    Shown.ASKING: ("승인 요청 중입니다", "Asking for approval"),
    Shown.APPROVED: ("승인되었습니다", "Approved"),
    Shown.DECLINED: ("승인되지 않았습니다", "Not approved"),
    Shown.CANCELLED: ("취소되었습니다", "Cancelled"),
}

BUTTONS: Final[dict[Act, tuple[str, str]]] = {
    Act.INSERT: ("카드 넣기", "Insert card"),
    Act.ENTER_PIN: ("확인", "Enter"),
    Act.PAY: ("휴대폰 결제", "Pay by phone"),
    Act.CANCEL: ("취소", "Cancel"),
}

HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
     b" form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)  # fmt: skip

LOCAL: Final = ("127.0.0.1", "localhost", "[::1]")


def page(reader: Reader) -> str:
    """The page as the reader stands."""
    korean, english = SAYS[reader.shown]
    charge = reader.charge
    amount = "" if charge is None or reader.shown is Shown.IDLE else f"{charge.amount:,}원"
    months = "" if charge is None or charge.installment_month == "00" else f"{charge.installment_month}개월"
    forms = "".join(_form(act) for act in ACTS.get(reader.shown, ()))
    below = "" if reader.busy else _phone()
    return f"""<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>카드 단말기 (연습용)</title>
<link rel="stylesheet" href="/reader.css"><script src="/reader.js" defer></script>
</head>
<body data-shown="{reader.shown}">
<main>
<p class="mode">연습용 · 돈이 움직이지 않습니다 <span lang="en">Test mode</span></p>
<p class="amount">{escape(amount)} <small>{escape(months)}</small></p>
<h1 role="status">{korean} <span lang="en">{english}</span></h1>
<p class="message">{escape(reader.message)}</p>
{forms}
{below}</main>
</body>
</html>
"""


def _phone() -> str:
    """A guest's phone: codes to type or scan at the till, new ones whenever the page is loaded."""
    codes = "".join(f"<div><dt>{each.name}</dt><dd>{fresh_code(each)}</dd></div>" for each in WALLETS)
    return (
        '<section><h2>연습용 QR·바코드 <span lang="en">Codes to practise with</span></h2>'
        f"<dl>{codes}</dl>"
        "<p>한 번씩만 쓸 수 있습니다. 새로 고치면 새 코드가 나옵니다."
        ' <span lang="en">Each works once; reload for new ones.</span></p></section>\n'
    )


def _form(act: Act) -> str:
    korean, english = BUTTONS[act]
    # Without a name the browser does not send it.
    pin = (
        '<label>비밀번호 <span lang="en">PIN</span>'
        '<input type="password" inputmode="numeric" maxlength="6" autocomplete="off" autofocus></label>'
        if act is Act.ENTER_PIN
        else ""
    )
    return (
        f'<form method="post" action="/{act}">{pin}'
        f'<button class="{act}">{korean} <span lang="en">{english}</span></button></form>'
    )


class Page:
    """An ASGI application around one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (no body is read)
        """Answers one request."""
        if scope["type"] != "http":
            return
        status, kind, body, more = self._answer(scope)
        headers = [*HEADERS, (b"content-type", f"{kind}; charset=utf-8".encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope) -> tuple[int, str, bytes, list[tuple[bytes, bytes]]]:
        path, method = scope["path"], scope["method"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if host.rpartition(":")[0] not in LOCAL:
            # Another name that leads here is some web page's (DNS rebinding).
            return 421, "text/plain", b"not here", []
        if method == "POST":
            if headers.get("origin") not in (None, f"http://{host}"):
                return 403, "text/plain", b"not from here", []
            try:
                self._reader.act(Act(path.removeprefix("/")))
            except ValueError:
                return 404, "text/plain", b"not found", []
            return 303, "text/plain", b"", [(b"location", b"/")]
        if path in FILES:
            kind, body = FILES[path]
            return 200, kind, body, []
        if path == "/shown":
            return 200, "text/plain", self._reader.shown.encode(), []
        if path == "/":
            return 200, "text/html", page(self._reader).encode(), []
        return 404, "text/plain", b"not found", []
