/** What the watcher tells a new worker, with its private port. */

import { fields, oneOf, orElse, record, text } from "../client/decode";

export const RUN = "jumak.run";

export const decodeRun = fields({ say: oneOf(RUN), entry: text, originMap: orElse(record(text), {}) });
