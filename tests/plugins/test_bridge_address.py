"""What a name leads to: which addresses are public, whose they are, and that they are looked at once."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import pytest

from jumak.domain.errors import AclDenied, NetworkFailed, TimedOut
from jumak.plugins.bridge.access import Origin
from jumak.plugins.bridge.address import Network, dial, is_own, is_public

from .bridging import Names

PUBLIC = (
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.1.1", "11.0.0.1",
    "169.253.1.1", "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "126.255.255.255", "128.0.0.1",
    "2606:4700::1111", "2a00:1450::1", "2400:cb00::1", "2002:0808:0808::1", "64:ff9b::808:808", "::ffff:8.8.8.8",
)  # fmt: skip

PRIVATE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "febf::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1",
    "2001::1", "2001:0:7f00:1::", "100::1", "5f00::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str):
    """SEC-3: the internet."""
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
async def test_private_addresses_behind_a_public_name_are_refused(address: str):
    """SEC-3, plugin-runtime §7: private, loopback, link-local, shared, multicast, reserved, and IPv4 inside IPv6."""
    assert not is_public(ipaddress.ip_address(address))
    network = Network(set(), resolve=Names(rebound_example_com=[["8.8.8.8", address]]))
    with pytest.raises(AclDenied) as caught:
        await network.addresses(Origin("https", "rebound.example.com", 443))
    assert caught.value.reason == "PRIVATE_ADDRESS"


@pytest.mark.parametrize("host", ["printer.local", "router", "nas.lan", "db.internal", "pi.home.arpa"])
async def test_a_local_name_may_lead_there(host: str):
    """plugin-runtime §7: names that cannot be public were listed on purpose."""
    names = Names(**{host.replace(".", "_"): [["192.168.0.9"]]})
    assert [str(one) for one in await Network(set(), resolve=names).addresses(Origin("http", host, 80))] == [
        "192.168.0.9"
    ]


async def test_an_address_and_localhost_are_asked_of_nobody():
    """SEC-3: no resolver says where `localhost` is."""
    names = Names(localhost=[["8.8.8.8"]])
    network = Network(set(), resolve=names)
    found = await network.addresses(Origin("http", "localhost", 80))
    assert [str(one) for one in found] == ["127.0.0.1", "::1"]
    assert await network.addresses(Origin("http", "a.localhost", 80)) == found
    assert [str(one) for one in await network.addresses(Origin("http", "10.0.0.1", 80))] == ["10.0.0.1"]
    assert names.asked == []


def own_addresses() -> set[str]:
    """Addresses of this machine, as far as the test can learn them."""
    found = {"127.0.0.1", "127.8.8.8", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "64:ff9b::7f00:1"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))  # sends nothing
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return found


@pytest.mark.parametrize("address", sorted(own_addresses()))
async def test_the_shop_itself_is_always_refused(address: str):
    """SEC-3: our own server's port, at every address of this machine, listed or not."""
    assert is_own(ipaddress.ip_address(address))
    network = Network({8700}, resolve=Names(shop_local=[[address]]))
    for host in (address, "shop.local"):
        with pytest.raises(AclDenied) as caught:
            await network.addresses(Origin("http", host, 8700))
        assert caught.value.reason == "OWN_SERVER"
        await network.addresses(Origin("http", host, 8701))


async def test_another_machine_may_have_the_same_port():
    """SEC-3: only the own one is meant."""
    assert not is_own(ipaddress.ip_address("192.0.2.77"))
    await Network({8700}).addresses(Origin("http", "192.0.2.77", 8700))


async def test_an_unknown_name_is_a_failure_of_the_network():
    """H-62: told apart from a refusal."""
    with pytest.raises(NetworkFailed) as caught:
        await Network(set(), resolve=Names()).addresses(Origin("https", "nobody.example.com", 443))
    assert caught.value.reason == "DNS"


async def test_the_next_address_is_tried():
    """H-62: a name with a dead address works, one with none that answers fails; a silent one is a time-out."""
    tried: list[str] = []

    async def some(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> socket.socket:
        tried.append(str(address))
        if str(address) == "8.8.8.8":
            return socket.socket()
        if str(address) == "9.9.9.9":
            await asyncio.Event().wait()
        raise ConnectionRefusedError(111, "Connection refused")

    network, origin = Network(set(), dial=some), Origin("https", "example.com", 443)
    one, two, silent = map(ipaddress.ip_address, ("1.1.1.1", "8.8.8.8", "9.9.9.9"))
    (await network.connect(origin, [one, silent, two], 0.2)).close()
    assert tried == ["1.1.1.1", "9.9.9.9", "8.8.8.8"]
    with pytest.raises(NetworkFailed, match="refused") as caught:
        await network.connect(origin, [one], 1)
    assert caught.value.reason == "CONNECT"
    with pytest.raises(TimedOut):
        await network.connect(origin, [silent], 0.05)


async def test_a_dial_that_is_given_up_leaves_nothing_open():
    """H-62: the socket is closed whatever happened."""
    with socket.socket() as quiet:
        quiet.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match=r"."):
            await dial(ipaddress.ip_address("127.0.0.1"), quiet.getsockname()[1])
