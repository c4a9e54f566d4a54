const { posPluginSdk, ui } = require("@tossplace/pos-plugin-sdk");
const { drive } = require("../../driver/driver.js");

drive(posPluginSdk, ui);
