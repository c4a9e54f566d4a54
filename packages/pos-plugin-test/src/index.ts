/*
 * @jumak/pos-plugin-test: builds worker plugins with webpack, and runs them against a shop.
 */

import { createWebpackConfig } from './webpack-config.js';

export { createWebpackConfig } from './webpack-config.js';
export type { PluginPackage } from './webpack-config.js';
export { PluginTester } from './tester.js';
export type { CallOptions, Done, PluginTesterOptions } from './tester.js';
export type { Call, Printed } from './calls.js';
export { Refused } from './relay.js';
export type { Fault, ScriptedAnswer } from './relay.js';
export { jumakCommand, startShop } from './shop.js';
export type { Shop } from './shop.js';
export type { Decisions, Installed } from './till.js';

export default { createWebpackConfig };
