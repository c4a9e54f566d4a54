"""Pages beside the API: health, the OpenAPI document and the reference for people."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from jumak.protocol.openapi import openapi_document
from jumak.protocol.table import TABLE
from jumak.server.http import Send, answer

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

TEXT = (b"content-type", b"text/plain; charset=utf-8")
HTML = (b"content-type", b"text/html; charset=utf-8")


async def serve_health(send: Send) -> None:
    """`/healthz`: the process answers."""
    await answer(send, 200, b"ok\n", TEXT)


async def serve_ready(shop: RunningShop, send: Send) -> None:
    """`/readyz`: the store answers."""
    seq = shop.store.reader().seq
    await answer(send, 200, b"ready %d\n" % seq, TEXT)


async def serve_openapi(send: Send) -> None:
    """`/v1/openapi.json`."""
    await answer(send, 200, openapi_json())


async def serve_docs(send: Send) -> None:
    """`/v1/docs`: the messages for people, in one page that loads nothing else."""
    await answer(send, 200, docs_html(), HTML)


@cache
def openapi_json() -> bytes:
    """The OpenAPI document of the table."""
    return msgspec.json.encode(openapi_document(TABLE))


@cache
def docs_html() -> bytes:
    """One section per message, from the same document as `/v1/openapi.json`."""
    document = msgspec.json.decode(openapi_json())
    schemas = document.get("components", {}).get("schemas", {})
    nouns: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        nouns.setdefault(path.rsplit("/", 1)[-1].split(".")[0], []).append(_section(path, methods, schemas))
    links = " ".join(f'<a href="#{noun}">{noun}</a>' for noun in nouns)
    body = "".join(f'<h2 id="{noun}">{noun}</h2>{"".join(parts)}' for noun, parts in nouns.items())
    return _PAGE.format(links=links, body=body).encode()


def _section(path: str, methods: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = []
    for method, what in methods.items():
        if not isinstance(what, dict):
            continue
        content = what.get("requestBody", {}).get("content", {}).get("application/json", {})
        keys = _keys(content.get("schema", {}), schemas)
        about = html.escape(what.get("summary", "") or what.get("description", ""))
        parts.append(
            f"<details><summary><code>{method.upper()} {html.escape(path)}</code> {about}</summary>"
            f"<p>{html.escape(what.get('description', ''))}</p>{keys}</details>"
        )
    return "".join(parts)


def _keys(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "$ref" in schema:
        schema = schemas.get(schema["$ref"].rsplit("/", 1)[-1], {})
    rows = "".join(
        f"<tr><td><code>{html.escape(key)}{'' if key in schema.get('required', ()) else '?'}</code></td>"
        f"<td><code>{html.escape(_type(part))}</code></td></tr>"
        for key, part in schema.get("properties", {}).items()
    )
    return f"<table>{rows}</table>" if rows else "<p>no keys</p>"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items') or {})}[]"
    return str(schema.get("type", "any"))


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Jumak API</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
nav a {{ margin-right: .6rem; white-space: nowrap; }}
details {{ border-bottom: 1px solid #ddd; padding: .35rem 0; }}
summary {{ cursor: pointer; }}
table {{ border-collapse: collapse; margin: .4rem 0 .6rem 1rem; }}
td {{ padding: .1rem .9rem .1rem 0; vertical-align: top; }}
code {{ background: #f4f4f4; padding: 0 .2rem; border-radius: 3px; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #16181c; color: #ddd; }} code {{ background: #2a2d33; }} a {{ color: #8ab4f8; }}
}}
</style>
<h1>Jumak API</h1>
<p>Every message is a <code>POST</code> with its <code>data</code> as JSON and
<code>Authorization: Bearer &lt;token&gt;</code>. Writes take an <code>Idempotency-Key</code>. Pushes come as
server-sent events from <code>GET /v1/events?after=&lt;seq&gt;</code>. For programs:
<a href="/v1/openapi.json">openapi.json</a>.</p>
<nav>{links}</nav>
{body}
</html>
"""
