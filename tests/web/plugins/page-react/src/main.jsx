import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { posPluginSdk, ui } from "@tossplace/pos-plugin-sdk";
import { drive } from "../../driver/driver.js";

function Shown() {
  const [name, setName] = useState("…");
  useEffect(() => {
    posPluginSdk.merchant.getMerchant().then((merchant) => setName(merchant.name));
  }, []);
  return <h1>{name}</h1>;
}

createRoot(document.getElementById("root")).render(<Shown />);
drive(posPluginSdk, ui);
