"""Names plugins and services go by (H-66): messages find their receiver and tell their sender by them.

A plugin has its id and its `sdkName`, a service its name. Each belongs to one: whoever shared another's would read
what is meant for it and speak in its name.
"""

from __future__ import annotations

from jumak.domain.errors import InvalidArgument
from jumak.service.documents import Device, Install, SettingPage
from jumak.service.ports import Documents, Reader

RESERVED = frozenset({"system", "command-line", "hub", "office"})
"""Identities of the shop itself, and of those who give it menus; nobody else goes by them."""

OFFICE = "office:"
"""What identities of a head office's tokens begin with: theirs is nobody else's, whatever the token is called."""


def office_identity(name: str) -> str:
    """Whom a token of a head office acts as."""
    return OFFICE + name


async def check_plugin_id(read: Documents, plugin_id: str) -> None:
    """Raises InvalidArgument when somebody else goes by the id of a plugin that is not installed yet."""
    if await _is_taken(read, plugin_id):
        raise InvalidArgument(
            f"'{plugin_id}' 이름은 이미 다른 플러그인이나 서비스가 쓰고 있습니다. 다른 id로 설치해 주세요.",
            f"'{plugin_id}' is the identity of another plugin, a service or a device; install it under another id.",
            path="$.overrides.id",
        )


async def check_sdk_name(read: Documents, plugin_id: str, sdk_name: str, path: str) -> None:
    """Raises InvalidArgument when somebody other than this plugin goes by its `sdkName`. path: of that in the request."""
    if await _is_taken(read, sdk_name, but=plugin_id):
        raise InvalidArgument(
            f"sdkName '{sdk_name}'은(는) 이미 다른 플러그인이나 서비스의 이름입니다. 다른 sdkName을 정해 주세요.",
            f"sdkName '{sdk_name}' is the name of another plugin, a service or a device; choose another one.",
            path=path,
        )


async def check_service_name(read: Reader, name: str) -> None:
    """Raises InvalidArgument when somebody other than a service goes by it; tokens of one name are one service.

    So it does when a removed plugin of this id left data behind, which stay its own.
    """
    if await _is_taken(read, name, services=False):
        raise InvalidArgument(
            f"'{name}' 이름은 이미 쓰이고 있습니다.", f"'{name}' is somebody else's identity", path="$.name"
        )
    is_new = all(device.caller_id != name for device in (await read.all(Device)).values())
    if is_new and await has_data(read, name):
        raise InvalidArgument(
            f"'{name}' 플러그인을 삭제하면서 남긴 값이 있어 이 이름을 쓸 수 없습니다. 다른 이름을 쓰거나, "
            "플러그인을 다시 설치한 뒤 값까지 삭제해 주세요.",
            f"the data of the removed plugin '{name}' is kept and stays its own: take another name, or install it "
            "again and remove it with its data",
            path="$.name",
        )


async def has_data(read: Reader, identity: str) -> bool:
    """Settings, texts or secrets stand under this name: of who acts under it, or kept for its package to come back."""
    return await read.get(SettingPage, identity) is not None or bool(await read.value_sizes(identity))


async def _is_taken(read: Documents, name: str, *, but: str | None = None, services: bool = True) -> bool:
    """but: the plugin whose own names do not count.  services: whether names of services do."""
    if name in RESERVED or name.startswith(OFFICE):
        return True
    installs = (await read.all(Install)).values()
    if any(name in (install.id, install.sdk_name) for install in installs if install.id != but):
        return True
    return any(
        device.caller_id == name and name != but and (services or device.kind != "service")
        for device in (await read.all(Device)).values()
    )
