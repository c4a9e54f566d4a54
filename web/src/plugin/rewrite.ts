// First script of a plugin's page while it has an origin map; the server puts the map beside it.
import { attempt, parse, record, text } from "../client/decode";
import { rewriteIn } from "./rewriting";

const map = attempt(record(text), parse(document.currentScript?.dataset["originMap"] ?? ""));
if (map !== null) rewriteIn(globalThis, map);
