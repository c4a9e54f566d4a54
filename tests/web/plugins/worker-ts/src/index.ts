import { posPluginSdk, ui, type PluginOrder } from "@tossplace/pos-plugin-sdk";
import { drive } from "../../driver/driver.js";

posPluginSdk.order.on("add", async (id: string) => {
  const order: PluginOrder = await posPluginSdk.order.getOrder(id);
  console.log("order", order.number, order.chargePrice.chargePriceValue);
});

drive(posPluginSdk, ui);
