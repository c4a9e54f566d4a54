/** The shop as its owner sets it up: settings, people, devices, stations. */

import { anything, type Decoded, fields, flag, list, maybe, number, orElse, record, text } from "./decode";

/** Every setting by its name; which ones there are and what they may be is the form's to know. */
export const decodeAllSettings = fields({ settings: record(anything) });

const person = fields({ id: text, name: text, role: text });
export type Person = Decoded<typeof person>;
export const decodePeople = fields({ staff: list(person) });

const device = fields({ id: text, kind: text, name: text, letter: text, createdAt: text, revokedAt: maybe(text), tillId: maybe(text) });
export type Device = Decoded<typeof device>;
export const decodeDevices = fields({ devices: list(device) });
export const decodePaired = fields({ device, token: text, code: text });

const station = fields({
  id: text,
  name: text,
  categoryIds: list(number),
  isDefault: orElse(flag, false),
  cautionMin: number,
  lateMin: number,
});
export type Station = Decoded<typeof station>;
export const decodeStations = fields({ stations: list(station) });

const category = fields({ id: number, title: text });
export type CategoryName = Decoded<typeof category>;
export const decodeCategoryNames = fields({ categories: list(category) });
