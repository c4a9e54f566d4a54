// The same scripted test for every test framework: what it needs of them is `expect` of one value.
const { createServer } = require("node:http");
const { PluginTester } = require("@tossplace/pos-plugin-test");

/** A plugin, and the partner's server that counts its stamps. */
exports.play = async function play(expectEqual) {
  const partner = createServer((_, response) => response.end("7")).listen(0, "127.0.0.1");
  await new Promise((resolve) => partner.once("listening", resolve));
  const plugin = new PluginTester({
    profile: "documented",
    scopes: ["order:read", "network", "ui"],
    originMap: { "https://stamps.example": `http://127.0.0.1:${partner.address().port}` },
  });
  try {
    await plugin.start();
    const { reply } = await plugin.called("plugin.info.request");
    expectEqual([reply.id, reply.profile], ["stamp-card", "documented"]);
    const items = await plugin.staff.catalog.getCatalogs();
    const item = items.find(({ state, price }) => state === "ON_SALE" && price.priceType === "FIXED");
    const { id, title, category, price } = item;
    const line = {
      diningOption: "TOGO",
      item: { id, title, category, type: "ITEM" },
      quantity: { value: 1 },
      chargePrice: { value: price.priceValue },
      optionChoices: [],
    };
    const order = await plugin.staff.order.add({ discounts: [], lineItems: [line] });
    expectEqual((await plugin.called("order.get.request")).data, { id: order.id });
    expectEqual((await plugin.called("http.request")).data.payload, { number: order.number });
    expectEqual((await plugin.called("toast.open")).data, { message: "stamps 7" });
  } finally {
    await plugin.stop();
    partner.close();
  }
};
