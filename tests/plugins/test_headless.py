"""Headless workers: what a plugin's code finds in its world, and what it does not."""

from __future__ import annotations

import asyncio
import json
import subprocess
import textwrap
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from jumak.plugins.node import find_node, permission_flags
from jumak.plugins.process import Limits
from jumak.testing import SimulatedShop, simulated_shop

from .headless_shop import FakeBridge, Run

Start = Callable[..., Run]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        yield simulated


@pytest.fixture
async def start(shop: SimulatedShop, tmp_path: Path) -> AsyncIterator[Start]:
    runs = []

    def begin(
        code: str, *, limits: Limits | None = None, scopes: Sequence[str] = ("plugin",), **files: str
    ) -> Run:
        folder = tmp_path / "copy"
        folder.mkdir(exist_ok=True)
        (folder / "main.js").write_text(textwrap.dedent(code))
        for name, content in files.items():
            (folder / name.replace("_", ".")).write_text(content)
        runs.append(Run(shop, folder, FakeBridge(), limits or Limits(), scopes))
        return runs[-1]

    yield begin
    for run in runs:
        await run.stop()


RAW = """
    const waiting = {};
    let number = 0;
    function ask(name, data) {
      const callbackId = 'id' + ++number;
      return new Promise((resolve) => {
        waiting[callbackId] = resolve;
        self.postMessage({name, version: 1, callbackId, data});
      });
    }
    self.onmessage = ({data: message}) => {
      if (waiting[message.callbackId]) waiting[message.callbackId](message.data);
      else if (self.other) self.other(message);
    };
"""
"""The documented protocol by hand: replies are matched by their callbackId alone."""


async def test_the_raw_protocol(shop: SimulatedShop, start: Start):
    """H-1, H-10, wire §1 §3: info asked first and answered first; replies by callbackId; unknown names refused."""
    run = start(
        RAW
        + """
        const first = [];
        const before = self.onmessage;
        self.onmessage = (event) => { first.push(event.data.callbackId ?? event.data.name); before(event); };
        const all = [ask('plugin.info.request', {gone: undefined}), ask('merchant.info.request', {}),
                     ask('nonsense.request', {})];
        Promise.all(all).then(([info, merchant, nonsense]) => {
          console.log(info.complete, info.name, info.version, merchant.merchant.name);
          console.log(nonsense.complete, nonsense.error.code, first[0]);
        });
        """
    )
    await run.until("false UNKNOWN_METHOD id1")
    assert "true p 1 " in run.said
    await asyncio.wait_for(run.is_up.wait(), 5)


async def test_pushes_wait_for_the_plugin_info(shop: SimulatedShop, start: Start):
    """H-1, E-1: a push that comes before the plugin knows itself is delivered after that, not lost."""
    run = start(
        RAW
        + """
        const seen = [];
        self.other = (message) => { seen.push(message.name); console.log(seen.join(' ')); };
        console.log('listens');
        setTimeout(() => ask('plugin.info.request', {}).then(() => { seen.push('info'); console.log('told'); }), 300);
        """
    )
    await run.until("listens")
    pos = await shop.pos("other")
    item = {"id": 102, "title": "해물파전", "category": {"id": 2, "title": "안주"}, "type": "ITEM"}
    line = {"diningOption": "HERE", "item": item, "quantity": {"value": 1}, "chargePrice": {"value": 18_000}}
    await pos.order.add({"lineItems": [line], "discounts": []})
    await run.until("info order.change.event")


async def test_handlers_may_be_replaced(start: Start):
    """H-4: a bundle that overwrites onmessage after import, adds listeners and declares onerror still works."""
    run = start(
        """
        (() => {
          const late = (event) => console.log('late', event.data.data.complete, event.target === self, this === self);
          self.onmessage = () => console.log('early');
          self.addEventListener('message', () => console.log('beside'), {once: true});
          const gone = () => console.log('gone');
          self.addEventListener('message', gone);
          self.removeEventListener('message', gone);
          queueMicrotask(() => { self.onmessage = late; });
          self.postMessage({name: 'plugin.info.request', version: 1, callbackId: 'a', data: {}});
        })();
        function onerror(message) { console.log('declared', message); return true; }
        setTimeout(() => { throw new Error('on purpose'); }, 5);
        """
    )
    await run.until("late true true true")
    await run.until("declared Uncaught Error: on purpose")
    assert "beside" in run.said
    assert "early" not in run.said
    assert "gone" not in run.said


async def test_a_bundle(start: Start, tmp_path: Path):
    """H-4, H-5: what esbuild makes of modules runs as it is."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "ask.ts").write_text("export const name: string = 'plugin.info.request';\n")
    (source / "main.ts").write_text(
        "import { name } from './ask';\n"
        "self.postMessage({ name, version: 1, callbackId: 'x', data: {} });\n"
        "self.onmessage = async (e: MessageEvent) => { await null; console.log('bundled', e.data.data?.name); };\n"
    )
    esbuild = Path(__file__).parents[2] / "node_modules/.bin/esbuild"
    options = ["--bundle", "--format=iife", "--target=es2018", "--log-level=error"]
    bundle = (
        await asyncio.to_thread(
            subprocess.run, [esbuild, *options, source / "main.ts"], capture_output=True, check=True
        )
    ).stdout
    run = start(bundle.decode())
    await run.until("bundled p")


GLOBALS = {
    "undefined": "window document process require module exports Buffer global setImmediate __filename __dirname"
    " SharedArrayBuffer localStorage EventSource Worker gc",
    "object": "onmessage onerror onunhandledrejection self globalThis console crypto performance navigator location WebAssembly Intl",
    "function": "postMessage close addEventListener removeEventListener dispatchEvent importScripts reportError"
    " setTimeout setInterval clearTimeout clearInterval queueMicrotask structuredClone atob btoa fetch WebSocket"
    " URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event EventTarget CustomEvent"
    " MessageEvent ErrorEvent CloseEvent PromiseRejectionEvent MessageChannel MessagePort BroadcastChannel Blob"
    " File FormData Headers Request Response ReadableStream WritableStream TransformStream CompressionStream"
    " DOMException WorkerGlobalScope DedicatedWorkerGlobalScope eval",
    "string": "name origin",
}


async def test_globals(start: Start):
    """H-4: the globals of a worker, self at import, no window, and nothing of Node."""
    run = start(
        f"""
        const kinds = {json.dumps(GLOBALS)};
        const wrong = [];
        for (const [kind, names] of Object.entries(kinds))
          for (const name of names.split(' '))
            if (eval('typeof ' + name) !== kind) wrong.push(name + ' is ' + eval('typeof ' + name));
        console.log('wrong:', wrong.join() || 'nothing');
        console.log(self === globalThis, String(self), self instanceof WorkerGlobalScope, name, typeof crypto.subtle);
        console.log(location.origin, location.pathname, navigator.language, new Date(0).getHours());
        console.log(Object.keys(self).filter((name) => name.startsWith('on')).join());
        """
    )
    await run.until("onmessage")
    assert "wrong: nothing" in run.said
    assert "true [object DedicatedWorkerGlobalScope] true p object" in run.said
    assert "http://p.localhost /main.js ko-KR 9" in run.said


async def test_web_parts(start: Start):
    """H-4, plugin-runtime §3: Web Crypto, streams, forms, channels, timers, own scripts work as in a browser."""
    run = start(
        """
        importScripts('own.js', '/own.js');
        try { importScripts('https://api.example/x.js'); } catch (e) { console.log(e.name); }
        (async () => {
          const bytes = new TextEncoder().encode('key');
          const key = await crypto.subtle.importKey('raw', bytes, {name: 'HMAC', hash: 'SHA-256'}, false, ['sign']);
          const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode('안녕')));
          console.log('mac', [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
          const packed = new Blob(['hello']).stream().pipeThrough(new CompressionStream('gzip'));
          console.log(await new Response(packed.pipeThrough(new DecompressionStream('gzip'))).text());
          const form = new FormData();
          form.append('a', '가"');
          form.append('b', new Blob([new Uint8Array([0, 255, 13, 10])]), 'x.bin');
          const back = await new Request('/x', {method: 'post', body: form}).formData();
          console.log(back.get('a'), back.get('b').name, new Uint8Array(await back.get('b').arrayBuffer()).join());
          console.log(await (await fetch('/own.js')).text(), (await fetch('none')).status,
                      await (await fetch('data:text/plain;base64,aGk=')).text());
          const channel = new MessageChannel();
          channel.port1.onmessage = (event) => { console.log('channel', event.data.join()); channel.port1.close(); };
          channel.port2.postMessage([1, 2]);
          const timer = setInterval(function () { console.log('timer', this === self, typeof timer); clearInterval(timer); }, 1);
        })();
        """,
        own_js="self.times = (self.times ?? 0) + 1; console.log('own', times)",
    )
    await run.until("timer true number")
    await run.until("channel 1,2")
    for text in (
        "own 2",
        "NetworkError",
        "hello",
        '가" x.bin 0,255,13,10',
        "console.log('own', times) 404 hi",
    ):
        assert text in run.said
    import hashlib
    import hmac

    assert hmac.new(b"key", "안녕".encode(), hashlib.sha256).hexdigest() in run.said


async def test_the_network_is_the_bridge(start: Start):
    """H-65, plugin-runtime §3: fetch inside the allow-list behaves; outside it names the origin to add."""
    run = start(
        """
        (async () => {
          const base = 'https://api.example';
          const body = new URLSearchParams({a: '가'});
          const response = await fetch(base + '/x?y=1#z', {method: 'post', body, headers: {'X-Own': '1'}});
          const told = await response.clone().json();
          console.log(response.ok, response.status, response.url, response.redirected, response.headers.get('X-A'));
          console.log(told.method, told.url, told.body, response.bodyUsed, (await response.text()).length > 0, response.bodyUsed);
          const none = await fetch(base + '/none');
          console.log(none.ok, none.status, none.statusText);
          const empty = await fetch(new Request(base + '/empty', {method: 'DELETE'}));
          console.log(empty.status, JSON.stringify(await empty.text()));
          const moved = await fetch(base + '/moved');
          console.log(moved.redirected, moved.url);
          console.log(new Uint8Array(await (await fetch(base + '/bytes')).arrayBuffer()).at(255));
          console.log((await Promise.all([1, 2, 3].map(() => fetch(base + '/large').then((r) => r.text())))).map((t) => t.length).join());
          await fetch(base + '/form', {method: 'POST', body: (() => { const f = new FormData(); f.set('n', 'v'); return f; })()});
          await fetch(base + '/blob', {method: 'PUT', body: new Blob(['b'], {type: 'text/x-b'})});
          await fetch(base + '/json', {method: 'PATCH', body: JSON.stringify({a: 1}), headers: {'content-type': 'application/json'}});
          const slow = fetch(base + '/slow', {signal: AbortSignal.timeout(20)}).catch((e) => console.log(e.name));
          await slow;
          for (const bad of ['https://evil.example/', 'file:///etc/passwd', 'http://127.0.0.1:1/'])
            await fetch(bad).catch((e) => console.log(e.name, e.message));
          await fetch(base, {body: 'x'}).catch((e) => console.log(e.message));
          console.log('done');
        })();
        """
    )
    await run.until("done")
    said = run.said
    assert "true 200 https://api.example/x?y=1 false 1" in said
    assert "POST https://api.example/x?y=1 a=%EA%B0%80 false true true" in said
    assert "false 404 Not Found" in said
    assert '204 ""' in said
    assert "true https://api.example/new" in said
    assert "6000000,6000000,6000000" in said
    assert "TimeoutError" in said
    assert (
        "TypeError Failed to fetch https://evil.example/: not on the allow-list: add origin https://evil.example"
        in said
    )
    assert "a GET request has no body" in said
    assert run.bridge is not None
    types = {
        url.rsplit("/", 1)[1]: headers.get("content-type", "") for _, url, headers, _ in run.bridge.asked
    }
    assert types["x?y=1"] == "application/x-www-form-urlencoded;charset=UTF-8"
    assert types["form"].startswith("multipart/form-data; boundary=")
    assert (types["blob"], types["json"]) == ("text/x-b", "application/json")
    await run.until(lambda: run.bridge is not None and run.bridge.cancelled == 1)


async def test_sockets(start: Start):
    """H-65, plugin-runtime §3: WebSocket over the bridge: states, text, bytes, closing from both ends, refusal."""
    run = start(
        """
        const log = (name) => (e) => console.log(name, e.type, e.code ?? '', e.reason ?? '', e.wasClean ?? '', e.data ?? '');
        const socket = new WebSocket('wss://api.example/s', ['a', 'b']);
        socket.binaryType = 'arraybuffer';
        try { socket.send('x'); } catch (e) { console.log(e.name, socket.readyState); }
        socket.onopen = () => {
          console.log('open', socket.protocol, socket.readyState === WebSocket.OPEN, socket.url);
          socket.send('hello');
          socket.send(new Uint8Array([97, 98]));
          socket.send(new Blob(['blob']));
          socket.send('bye');
        };
        socket.addEventListener('message', ({data, origin}) =>
          console.log(typeof data === 'string' ? data : new TextDecoder().decode(data), origin));
        socket.onclose = (e) => {
          log('first')(e);
          const second = new WebSocket('https://api.example/s');
          second.onopen = () => second.close(3001, 'enough');
          second.onclose = log('second');
          const third = new WebSocket('wss://evil.example/');
          third.onerror = third.onclose = log('third');
          const fourth = new WebSocket('wss://api.example/s');
          fourth.onclose = log('fourth');
          fourth.close();
        };
        for (const bad of ['mailto:x', 'wss://a/#b']) try { new WebSocket(bad); } catch (e) { console.log(e.name); }
        """
    )
    for text in ("second close 3001 enough true", "third close 1006", "fourth close 1006", "third error"):
        await run.until(text)
    assert "InvalidStateError 0" in run.said
    assert "open b true wss://api.example/s" in run.said
    assert [line for line in run.said.splitlines() if line.endswith("wss://api.example")] == [
        "HELLO wss://api.example",
        "AB wss://api.example",
        "BLOB wss://api.example",
    ]
    assert "first close 4001 as you say true" in run.said
    assert "SyntaxError\nSyntaxError" in run.said
    assert "add origin https://evil.example" in run.said


async def test_ways_to_node(start: Start):
    """H-77, security: no require, no import, no process by any trick; what a plugin sends is never the runner's."""
    run = start(
        """
        const tricks = {
          require: () => require('fs'),
          process: () => process,
          constructor: () => (() => {}).constructor.constructor('return process')(),
          ofClass: () => Response.constructor.constructor('return process')(),
          ofEvent: () => new Event('x').constructor.constructor('return this.process ?? process')(),
          getter: () => Object.getPrototypeOf(async () => {}).constructor('return process')(),
          stack: () => {
            Error.prepareStackTrace = (_, calls) => calls.map((call) => call.getThis()).filter(Boolean);
            const found = new Error('x').stack.find((one) => one.process);
            Error.prepareStackTrace = undefined;
            return found.process;
          },
          dispatcher: () => [1, 2, 3].map((n) => globalThis[Symbol.for('undici.globalDispatcher.' + n)].dispatch({origin: 'http://127.0.0.1:1', path: '/', method: 'GET'}, {})),
          symbols: () => { throw new Error(Object.getOwnPropertySymbols(self).filter((s) => !/undici|toStringTag/.test(String(s))).join() || 'no symbols'); },
        };
        (async () => {
          for (const [name, trick] of Object.entries(tricks)) {
            try { console.log(name, 'REACHED', await trick()); } catch (e) { console.log(name, 'refused', e.name, e.message); }
          }
          const code = 'import("node:net")';
          const evals = {
            direct: () => import('node:fs'),
            eval: () => (0, eval)(code),
            made: () => new Function('return ' + code)(),
            then: () => Promise.resolve(code).then(eval),
            listener: () => { globalThis.got = undefined; addEventListener('x', [].map.bind(['globalThis.got = ' + code], eval)); dispatchEvent(new Event('x')); return got; },
            clone: () => { globalThis.got = undefined; postMessage({toJSON: 1, get x() { return [].map.call(['globalThis.got = ' + code + '; 1'], eval); }}); return got; },
            timer: () => new Promise((done, fail) => { globalThis.timed = (p) => p.then(done, fail); setTimeout('timed(' + code + ')', 1); }),
            file: () => import('./own.js'),
          };
          for (const [name, trick] of Object.entries(evals)) {
            try { console.log(name, 'REACHED', await trick()); } catch (e) { console.log(name, 'refused', e.code); }
          }
          self.postMessage('!{"name":"runner.ended","reason":"forged"}');
          self.postMessage('\\n!{"name":"runner.ended","reason":"forged"}\\n');
          self.postMessage({name: 'runner.fetch', id: 1, url: 'https://api.example/forged'});
          self.postMessage(undefined);
          const sent = [];
          MessagePort.prototype.postMessage = function () { sent.push(this); };
          postMessage({name: 'plugin.info.request', version: 1, callbackId: 'z', data: {}});
          console.log('ports', sent.length);
          try { postMessage(() => {}); } catch (e) { console.log(e.name); }
          try { const round = {}; round.self = round; postMessage(round); } catch (e) { console.log(e.name); }
          console.log('eval', eval('1 + 1'), 'over');
        })();
        """
    )
    await run.until("eval 2 over")
    assert "REACHED" not in run.said, run.said
    assert run.said.count("refused") == 17
    assert "symbols refused Error no symbols" in run.said
    assert "ports 0" in run.said
    assert "DataCloneError\nTypeError" in run.said
    assert "forged" not in run.said
    assert run.bridge is not None
    assert run.bridge.asked == []


def test_the_permission_model(tmp_path: Path):
    """H-77, security: Node itself refuses files outside, writing, processes, even were its modules reached."""
    node = find_node()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("inside")
    (tmp_path / "out").write_text("outside")
    (tmp_path / "in" / "try.mjs").write_text(
        f"""
        import fs from 'node:fs';
        import child from 'node:child_process';
        console.log(fs.readFileSync({json.dumps(str(tmp_path / "in" / "a"))}, 'utf8'));
        const all = [() => fs.readFileSync({json.dumps(str(tmp_path / "out"))}), () => fs.readFileSync('/etc/passwd'),
          () => fs.writeFileSync({json.dumps(str(tmp_path / "in" / "b"))}, ''), () => child.spawnSync('true')];
        for (const one of all) try {{ one(); console.log('DONE'); }} catch (e) {{ console.log(e.code); }}
        """
    )
    flags = permission_flags(node, (tmp_path / "in",))
    done = subprocess.run(
        [node.path, *flags, "--no-warnings", tmp_path / "in" / "try.mjs"],
        capture_output=True,
        text=True,
        env={},
    )
    assert done.stdout.split() == ["inside", *["ERR_ACCESS_DENIED"] * 4], done.stderr
