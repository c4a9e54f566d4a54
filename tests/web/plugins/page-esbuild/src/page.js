import { posPluginSdk, ui } from "@tossplace/pos-plugin-sdk";
import { drive } from "../../driver/driver.js";

drive(posPluginSdk, ui);
