const path = require("node:path");

module.exports = {
  entry: path.resolve(__dirname, require("./package.json").main),
  target: "webworker",
  mode: "production",
  output: { path: path.resolve(__dirname, "dist"), filename: "main.js" },
};
