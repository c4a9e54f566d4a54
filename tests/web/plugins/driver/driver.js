// What the tests ask of a plugin: call this member of the SDK, listen to that event, tell what you heard.
//
// A tester sends `{id, …}` by unicast and gets `{id, value}` or `{id, error}` back. The same file is built into a
// webpack worker in TypeScript and in JavaScript, a Vite and React page, and an esbuild page.

/** @typedef {Record<string, unknown>} Json */

/** Everything a listener got, oldest first: `{on, args}`. */
const heard = /** @type {Json[]} */ ([]);

/** How the payment method answers next; see `pay`. */
let behaviour = /** @type {Json} */ ({ how: "approve" });

/**
 * @param {Json} error
 * @returns {Json}
 */
function told(error) {
  return { name: error.name, message: error.message, code: error.code, reason: error.reason, data: error.data };
}

/** @param {number} ms */
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Starts answering testers.
 *
 * @param {any} posPluginSdk the SDK's singleton
 * @param {any} ui its standalone export
 */
export function drive(posPluginSdk, ui) {
  /** @param {string} path */
  const member = (path) => {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let owner = names[0] === "ui" ? { ui } : posPluginSdk;
    for (const name of names) owner = owner[name];
    if (typeof owner?.[last] !== "function") throw new Error(`the SDK has no member ${path}`);
    return owner[last].bind(owner);
  };

  /** @param {any} order @param {any} thing @param {any} popup */
  const pay = async (order, thing, popup) => {
    heard.push({ on: "paymentMethod.pay", args: [order, thing] });
    const { how, ms, key } = behaviour;
    const value = { approvedAt: new Date().toISOString(), paymentKey: key ?? `driver-${order.id}-${heard.length}` };
    switch (how) {
      case "approve":
        return value;
      case "late":
        await after(Number(ms));
        return value;
      case "popup": {
        const scanned = await popup.openBarcode({ productName: "driver" });
        heard.push({ on: "popup", args: [scanned] });
        return scanned.data.result === "SUCCESS" ? { ...value, paymentKey: scanned.data.barcode } : undefined;
      }
      case "throw":
        throw new Error("잔액이 부족합니다");
      case "never":
        return new Promise(() => undefined);
      default:
        return undefined;
    }
  };

  /** @param {any} order @param {any} payment */
  const giveBack = async (order, payment) => {
    heard.push({ on: "paymentMethod.cancel", args: [order, payment] });
    if (behaviour.how === "throw") throw new Error("취소할 수 없습니다");
    return behaviour.how === "undefined" ? undefined : { cancelledAt: new Date().toISOString() };
  };

  posPluginSdk.paymentMethod.add({
    data: { id: "driver-pay", image: "", paymentName: "드라이버" },
    payCallback: pay,
    cancelCallback: giveBack,
  });

  /** @param {any} asked */
  const answer = async (asked) => {
    if (asked.call !== undefined) {
      const found = member(asked.call);
      const value = await found(...(asked.args ?? []));
      return typeof value === "object" && value !== null ? JSON.parse(JSON.stringify(value)) : value;
    }
    if (asked.listen !== undefined) {
      const [path, event] = asked.listen;
      const listener = (/** @type {unknown[]} */ ...args) => {
        heard.push({ on: event === undefined ? path : `${path}.${event}`, args });
        return asked.answer;
      };
      if (event === undefined) await member(`${path}.on`)(listener);
      else await member(`${path}.on`)(event, listener);
      return undefined;
    }
    if (asked.behave !== undefined) {
      behaviour = asked.behave;
      return undefined;
    }
    if (asked.measure !== undefined) {
      const call = member(asked.measure);
      const began = performance.now();
      for (let i = 0; i < asked.times; i += 1) await call();
      return (performance.now() - began) / asked.times;
    }
    if (asked.misbehave === "loop") setTimeout(() => { for (;;); }, 0);
    else if (asked.misbehave === "throw") setTimeout(() => { throw new Error(asked.text); }, 0);
    else if (asked.misbehave === "reject") void Promise.reject(new Error(asked.text));
    else if (asked.misbehave === "allocate") {
      setTimeout(() => {
        const kept = [];
        for (;;) kept.push(new Array(1_000_000).fill(kept.length));
      }, 0);
    } else if (asked.misbehave === "flood") {
      setTimeout(() => {
        for (let i = 0; i < asked.times; i += 1) posPluginSdk.toast.open(`flood ${i}`);
      }, 0);
    } else if (asked.take === true) return heard.splice(0, 40); // a unicast has a longest length: ask again
    else throw new Error(`the driver cannot ${Object.keys(asked).join(", ")}`);
    return undefined;
  };

  posPluginSdk.pluginUnicast.listen("message", async (/** @type {any} */ message, /** @type {string} */ from) => {
    let result;
    try {
      result = { value: await answer(message) };
    } catch (error) {
      result = { error: told(/** @type {Json} */ (/** @type {unknown} */ (error))) };
    }
    posPluginSdk.pluginUnicast.send({ id: message.id, ...result }, from);
  });
}
