"""What `jumak plugin install` asks a person at a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec
import pytest

from jumak.cli import parser
from jumak.commands import plugin
from jumak.commands.reach import Refused
from jumak.protocol.messages.plugin import InspectReply, InstalledVersion, Overrides, PluginInstall

PLAN = InspectReply(
    id="gift", name="선물", sdk_name="gift", version="1", hash="ab" * 32, kinds=["worker"], profile="field", acl=[],
    scopes=["plugin"], added_scopes=["ui"], headless=False, has_manifest=False,
)  # fmt: skip


class Fake:
    """Takes down what would be installed."""

    def __init__(self, plan: InspectReply) -> None:
        self.plan = plan
        self.installed: list[Overrides] = []

    async def inspect(self, overrides: Overrides) -> InspectReply:
        return self.plan

    async def install(self, overrides: Overrides) -> PluginInstall:
        self.installed.append(overrides)
        return PluginInstall(
            id="gift", name="선물", version="1", hash="ab", kinds=["worker"], state="stopped", profile="field", acl=[],
            scopes=[], origin_map={}, loaded_at="", sdk_name="gift", headless=False, devices=[], versions=[],
            device_states=[],
        )  # fmt: skip


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """A person who types these; returns what they were asked."""
    left: Iterator[str] = iter(answers)
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return next(left)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)
    return asked


def words(*more: str) -> argparse.Namespace:
    return parser().parse_args(["plugin", "install", "gift.zip", *more])


async def test_the_list_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """H-5, plugin-runtime §7: a zip without `plugin.json` brings no list: the installer is asked for it."""
    asked, fake = typed(monkeypatch, "y", "https://a.example https://b.example"), Fake(PLAN)
    await plugin._install_by(fake, words())
    assert [one.acl for one in fake.installed] == [["https://a.example", "https://b.example"]]
    assert "Origins" in asked[1]
    shown = capsys.readouterr().out
    for part in ("gift 1: 선물 (worker)", "ab" * 32, "field", "plugin", "no server", "Node is no sandbox"):
        assert part in shown


async def test_no_is_no(monkeypatch: pytest.MonkeyPatch):
    """plugin-runtime §10: without a yes nothing is installed."""
    typed(monkeypatch, "")
    fake = Fake(PLAN)
    with pytest.raises(Refused, match="nothing was installed"):
        await plugin._install_by(fake, words("--acl"))
    assert fake.installed == []


async def test_nobody_is_asked(monkeypatch: pytest.MonkeyPatch):
    """plugin-runtime §10: `--yes` asks nothing; what was decided on the command line goes along."""
    asked, fake = typed(monkeypatch), Fake(PLAN)
    await plugin._install_by(fake, words("--yes", "--id", "mine", "--headless", "--scope", "ui", "network"))
    assert fake.installed == [Overrides(id="mine", headless=True, scopes=["ui", "network"])]
    assert asked == []


async def test_an_update_shows_what_is_new(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """H-9, plugin-runtime §10: an update names the version it replaces and the scopes that come on top."""
    plan = msgspec.structs.replace(
        PLAN, installed=InstalledVersion(version="0.9", hash="cd" * 32), headless=True
    )
    asked, fake = typed(monkeypatch, "yes"), Fake(plan)
    await plugin._install_by(fake, words())
    assert len(asked) == 1, "the list it has stays"
    shown = capsys.readouterr().out
    assert "replaces    0.9" in shown
    assert "new scopes  ui" in shown
    assert "no sandbox against hostile code" in shown


async def test_nobody_answers(monkeypatch: pytest.MonkeyPatch):
    """plugin-runtime §10: the end of the input is no yes."""

    def ended(_: str) -> str:
        raise EOFError

    typed(monkeypatch)
    monkeypatch.setattr("builtins.input", ended)
    fake = Fake(PLAN)
    with pytest.raises(Refused, match="nothing was installed"):
        await plugin._install_by(fake, words())
    assert fake.installed == []
