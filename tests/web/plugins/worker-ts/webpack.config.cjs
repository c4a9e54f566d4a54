const { createWebpackConfig } = require("@tossplace/pos-plugin-test");

module.exports = createWebpackConfig(require("./package.json"));
