import { posPluginSdk } from "@tossplace/pos-plugin-sdk";

posPluginSdk.order.on("add", async (id) => {
  const order = await posPluginSdk.order.getOrder(id);
  const answer = await posPluginSdk.http.post("https://stamps.example/count", { number: order.number });
  posPluginSdk.toast.open(`stamps ${answer.body}`);
});
