/** The menu as a file: what a preview says, how far an import is (contract, extensions §9). */

import { type Decoded, fields, list, maybe, number, oneOf, text } from "./decode";

const cell = fields({ column: text, before: text, after: text });
const change = fields({ row: number, event: oneOf("add", "update"), title: text, category: maybe(text), cells: maybe(list(cell)) });
export type MenuChange = Decoded<typeof change>;

export const decodePreview = fields({
  importId: text,
  added: number,
  changed: number,
  unchanged: number,
  bad: number,
  categories: list(text),
  ignored: list(text),
  changes: list(change),
  problems: list(fields({ row: number, column: text, message: text })),
});
export type Preview = Decoded<typeof decodePreview>;

export const decodeApplied = fields({ done: number, total: number });
export const decodeDownload = fields({ download: text, fileName: text });
export const decodePicture = fields({ picture: fields({ imageUrl: text, width: number, height: number }) });
