const { PluginTester } = require("@tossplace/pos-plugin-test");
const { play } = require("./scenario.cjs");

test("as templates have it", (done) => {
  new PluginTester().start(done);
}, 100_000_000);

test("scripted", () => play((value, wanted) => expect(value).toEqual(wanted)), 60_000);
