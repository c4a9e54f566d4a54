"""Payment methods of running plugins: the buttons of the payment screen (contract, payment §6).

A method lives as long as the session that added it; nothing is stored. A plugin that runs on several
tills has added its method in several sessions: a till asks the copy it hosts itself, else one that
the server runs or a remote service.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from jumak.domain.attempt import MethodRef
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState
from jumak.protocol.messages.attempt import AddMethod, ListMethods, MethodById, MethodsReply, PaymentMethod
from jumak.protocol.row import Done
from jumak.server.live import Ask, live

if TYPE_CHECKING:
    from jumak.server.connections import Connections
    from jumak.server.session import Session

CHANGED = "payment-method.change.event"
MOST_OF_A_SESSION = 50


class Methods:
    """Which session added which method, in order of arrival."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._by_session: dict[Session, dict[str, PaymentMethod]] = {}
        self._awaited: list[asyncio.Future[None]] = []

    def __bool__(self) -> bool:
        return bool(self._by_session)

    def add(self, session: Session, method: PaymentMethod) -> None:
        """A button appears; the same id replaces. Raises InvalidState beyond 50 of one session."""
        methods = self._by_session.setdefault(session, {})
        if method.id not in methods and len(methods) >= MOST_OF_A_SESSION:
            raise InvalidState(
                f"결제 수단은 {MOST_OF_A_SESSION}개까지 등록할 수 있습니다",
                f"a plugin adds at most {MOST_OF_A_SESSION} payment methods",
                reason="TOO_MANY_METHODS",
            )
        if methods.get(method.id) != method:
            methods[method.id] = method
            self._tell()

    def remove(self, session: Session, method_id: str) -> None:
        """A button goes; one that is not there is fine."""
        methods = self._by_session.get(session, {})
        if methods.pop(method_id, None) is not None:
            if not methods:
                del self._by_session[session]
            self._tell()

    def forget(self, session: Session) -> None:
        """The session is over, and its buttons with it."""
        if self._by_session.pop(session, None) is not None:
            self._tell()

    def seen_by(self, caller: Caller | None) -> tuple[PaymentMethod, ...]:
        """The methods this caller can use, each once."""
        found: dict[tuple[str, str], PaymentMethod] = {}
        for session, methods in self._by_session.items():
            if _within_reach(session, _device_of(caller)):
                found.update({(method.plugin_id, method.id): method for method in methods.values()})
        return tuple(found.values())

    def ref(self, caller: Caller, plugin_id: str, method_id: str) -> MethodRef | None:
        """The method by its ids, if this caller can use it."""
        session = self.session_for(plugin_id, method_id, _device_of(caller))
        if session is None:
            return None
        name = self._by_session[session][method_id].payment_name
        return MethodRef(plugin_id=plugin_id, id=method_id, payment_name=name)

    def session_for(self, plugin_id: str, method_id: str, device_id: str | None) -> Session | None:
        """Who is asked: the copy on this device, else one on the server; of several the newest."""
        best: Session | None = None
        for session, methods in self._by_session.items():
            if method_id not in methods or methods[method_id].plugin_id != plugin_id or session.closed:
                continue
            here = device_id is not None and _host_of(session) == device_id
            if not _within_reach(session, device_id):
                continue
            if best is None or here or _host_of(best) != device_id:
                best = session
        return best

    async def arrival(self, ref: MethodRef) -> None:
        """Returns once a running plugin has this method."""
        while self.session_for(ref.plugin_id, ref.id, None) is None:
            news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaited.append(news)
            await news

    def _tell(self) -> None:
        """Each screen hears of the buttons it can use, and whoever waits for one looks again."""
        awaited, self._awaited = self._awaited, []
        for news in awaited:
            if not news.done():
                news.set_result(None)
        for one in tuple(self._connections.all):
            if CHANGED in one.visible:
                self._connections.push(one, CHANGED, {"methods": self.seen_by(one.caller)})


def _device_of(caller: Caller | None) -> str | None:
    """The till somebody stands at; a service stands nowhere and may use every copy."""
    return None if caller is None or caller.kind == "service" else caller.device_id


def _host_of(session: Session) -> str | None:
    """The till that runs this copy of a plugin; None for the server's own and for remote services."""
    caller = session.caller
    return caller.device_id if caller is not None and caller.kind == "plugin" else None


def _within_reach(session: Session, device_id: str | None) -> bool:
    # What another till hosts would open its popups there.
    return device_id is None or _host_of(session) in (None, device_id)


@live("payment.method.add")
async def add_method(ask: Ask, data: AddMethod) -> Done:
    """`paymentMethod.add`: the button exists while this session lasts."""
    method = PaymentMethod(
        plugin_id=ask.caller.id, id=data.id, payment_name=data.payment_name, image=data.image
    )
    ask.shop.connections.methods.add(_session_of(ask), method)
    return Done()


@live("payment.method.remove")
async def remove_method(ask: Ask, data: MethodById) -> Done:
    """`ext.paymentMethod.remove`."""
    ask.shop.connections.methods.remove(_session_of(ask), data.id)
    return Done()


@live("payment-method.list.request")
async def list_methods(ask: Ask, data: ListMethods) -> MethodsReply:  # noqa: ARG001 (nothing to narrow by)
    """The buttons this till can use."""
    return MethodsReply(methods=ask.shop.connections.methods.seen_by(ask.caller))


def _session_of(ask: Ask) -> Session:
    if ask.session is None:
        raise InvalidState(
            "결제 수단은 소켓 연결에서만 등록할 수 있습니다",
            "a payment method is asked over its socket; add it there",
            reason="SOCKET_ONLY",
        )
    return ask.session
