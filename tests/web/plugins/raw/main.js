// A plugin that holds no code of ours: it speaks the documented wire (docs/contract/wire.md) by hand, with the
// habits of the runtime most plugins in the field were built with:
//
// - plugin info is asked first and by itself; logs and unicasts queue until it is answered (§3, E-10);
// - replies are matched by callbackId alone (§1); one handler per event name, the last wins (§6, E-8);
// - messages nobody handles yet are kept and replayed, change events are dropped (§6);
// - every message it sends or receives leaves a `log` message (§12); `onerror` swallows errors (E-13);
// - settings go out keyed by id, lists with `status` and a constant `states`, toasts in both versions (§4, §5).
//
// A test drives it by unicast: `{id, do, …}` in, `{id, …}` back to the sender. The same file runs as a worker
// and, loaded by `index.html`, as a page.
(function () {
  "use strict";

  var isPage = typeof window !== "undefined";
  var LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  var PAYMENT_STATES = ["UNPAID", "PAID", "COMPLETED", "CANCELLED", "FAILED"];
  var CHANGES = /\.change\.event$/;

  var waiting = {}; // callbackId → [resolve, reject]
  var handlers = {}; // message name → its one handler
  var unhandled = []; // messages kept until their handler appears
  var queued = []; // logs and unicasts until plugin info is answered
  var heard = {}; // message name → what its handler got, for `take`
  var answers = {}; // host request → how to answer it, set by `answer`
  var results = []; // what the start-up scenario saw
  var firstReceived = null; // name of the first message that ever arrived
  var me = null;

  function post(message) {
    if (isPage) window.parent.postMessage(message, "*");
    else self.postMessage(message);
  }

  function newId() {
    var text = "";
    for (var i = 0; i < 10; i += 1) text += LETTERS[Math.floor(Math.random() * LETTERS.length)];
    return text;
  }

  function log(title, contents) {
    var entry = {
      title: title,
      timestamp: new Date().toISOString(),
      contents: contents,
      level: "LOG",
      phase: "live",
      sessionId: "raw-session",
      plugin_name: me === null ? undefined : me.name,
      plugin_version: me === null ? undefined : me.version,
      extension_name: "raw",
      extension_version: "0.0.27",
    };
    whenKnown({ name: "log", version: 1, data: { type: "debug", log: entry } });
  }

  function whenKnown(message) {
    if (me === null) queued.push(message);
    else post(message);
  }

  function send(message) {
    post(message);
    if (message.name !== "log") log("eventMessage", JSON.stringify(message));
  }

  function request(name, data) {
    return new Promise(function (resolve, reject) {
      var callbackId = newId();
      waiting[callbackId] = [resolve, reject];
      send({ name: name, version: 1, callbackId: callbackId, data: data });
    });
  }

  function notify(name, data, version) {
    send({ name: name, version: version || 1, data: data });
  }

  function on(name, handler) {
    handlers[name] = handler;
    var kept = unhandled.filter(function (message) { return message.name === name; });
    unhandled = unhandled.filter(function (message) { return message.name !== name; });
    kept.forEach(handler);
  }

  function receive(message) {
    if (message === null || typeof message !== "object" || message.name == null) return;
    if (firstReceived === null) firstReceived = message.name;
    if (message.name !== "log") log("eventMessage", JSON.stringify(message));
    var pair = message.callbackId === undefined ? undefined : waiting[message.callbackId];
    if (pair !== undefined) {
      delete waiting[message.callbackId];
      if (message.data.complete) pair[0](message.data);
      else pair[1](new Error(message.data.errorMessage));
      return;
    }
    if (handlers[message.name] !== undefined) handlers[message.name](message);
    else if (!CHANGES.test(message.name)) unhandled.push(message);
  }

  function answer(message, data) {
    var name = message.name.replace(/\.request$/, ".response");
    send({ name: name, version: 1, callbackId: message.callbackId, data: data });
  }

  function answerAsTold(message) {
    var how = answers[message.name];
    if (how === undefined || how.times === 0) return;
    var times = how.times === undefined ? 1 : how.times;
    setTimeout(function () {
      for (var i = 0; i < times; i += 1) answer(message, how.data);
    }, how.afterMs || 0);
  }

  function drive(message) {
    var asked = message.data.message;
    var back = function (result) {
      whenKnown({
        name: "plugin.unicast.send",
        version: 1,
        data: { from: "somebody-else", to: message.data.from, message: Object.assign({ id: asked.id }, result) },
      });
    };
    var failed = function (error) { back({ error: error.message }); };
    switch (asked.do) {
      case "request":
        request(asked.name, asked.data).then(function (reply) { back({ reply: reply }); }, failed);
        break;
      case "notify":
        notify(asked.name, asked.data, asked.version);
        back({});
        break;
      case "post":
        post(asked.message);
        back({});
        break;
      case "listen":
        heard[asked.name] = [];
        on(asked.name, function (event) {
          heard[asked.name].push(event);
          answerAsTold(event);
        });
        back({});
        break;
      case "take":
        back({ events: heard[asked.name] || [] });
        heard[asked.name] = [];
        break;
      case "answer":
        answers[asked.name] = { data: asked.data, times: asked.times, afterMs: asked.afterMs };
        on(asked.name, function (event) {
          (heard[asked.name] = heard[asked.name] || []).push(event);
          answerAsTold(event);
        });
        back({});
        break;
      case "results":
        back({ results: results, firstReceived: firstReceived, me: me });
        break;
      case "throw":
        back({});
        setTimeout(function () { throw new Error(asked.text); }, 0);
        break;
      case "loop":
        back({});
        setTimeout(function () { for (;;); }, 0);
        break;
      case "look":
        back({
          window: typeof window,
          self: typeof self,
          require: typeof require,
          process: typeof process,
          origin: typeof location === "undefined" ? null : location.origin,
        });
        break;
      default:
        back({ error: "raw plugin: unknown " + asked.do });
    }
  }

  function note(what) {
    return function (reply) { results.push([what, reply]); };
  }

  function scenario() {
    on("plugin.unicast.event", drive);
    notify("toast.open", { message: "raw: hello" }, 1);
    notify("toast.open", { message: "raw: ready", level: "success", button: { id: "more", text: "more" } }, 2);
    notify("payment.method.add", { id: "raw-pay", image: "data:image/png;base64,", paymentName: "Raw Pay" });
    var inputs = {};
    [
      { id: "shop", type: "text", label: "Shop", required: true, default: "A" },
      { id: "limit", type: "number", label: "Limit", required: false, default: 10 },
    ].forEach(function (input) { inputs[input.id] = input; });
    var today = new Date().toISOString().slice(0, 10).replace(/-/g, "");
    return request("setting.set-inputs.request", inputs)
      .then(note("set-inputs"))
      .then(function () { return request("setting.values.request", {}); })
      .then(note("values"))
      .then(function () { return request("catalog-category.list.request", {}); })
      .then(note("categories"))
      .then(function () { return request("catalog-item.list.request", {}); })
      .then(note("catalogs"))
      .then(function () { return request("merchant.info.request", {}); })
      .then(note("merchant"))
      .then(function () {
        return request("order.get-list.request", {
          start: today, end: today, page: 1, size: 20,
          orderStates: ["OPENED"], status: ["OPENED"], states: PAYMENT_STATES,
        });
      })
      .then(note("orders"))
      .then(function () { return request("draft-order.start-payment", {}).catch(note("start-payment")); })
      .catch(function (error) { results.push(["failed", error.message]); });
  }

  if (isPage) {
    window.addEventListener("message", function (event) { receive(event.data); });
    window.onerror = function (text) { log("onError", String(text)); return true; };
  } else {
    self.onmessage = function (event) { receive(event.data); };
    self.onerror = function (text) { log("onError", String(text)); return true; };
  }

  request("plugin.info.request", {}).then(function (info) {
    me = info;
    queued.splice(0).forEach(post);
    scenario();
  });
})();
