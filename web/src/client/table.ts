/** Halls, tables and who sits there, as the shop tells them (contract, table; extensions §7). */

import { type Decoded, fields, list, maybe, number, oneOf, orElse, readable, text } from "./decode";

const position = fields({ x: number, y: number, width: number, height: number, shape: oneOf("rect", "round") });
/** Where a table stands, in units of the plan. */
export type Position = Decoded<typeof position>;

const group = fields({ id: number, color: text, tableIds: list(number) });
/** Tables used together (TBL-5). */
export type TableGroup = Decoded<typeof group>;

const hall = fields({ id: number, title: text, order: number });
export type Hall = Decoded<typeof hall>;
export const decodeHalls = fields({ halls: list(hall) });
export const decodeHall = fields({ hall });

const choice = fields({ title: orElse(text, ""), quantity: orElse(number, 1) });
const line = fields({
  id: text,
  item: fields({ title: text }),
  quantity: fields({ value: number }),
  chargePrice: fields({ value: number }),
  optionChoices: readable(choice),
  memo: maybe(text),
});
export type TableLine = Decoded<typeof line>;

const order = fields({
  id: text,
  number: orElse(text, ""),
  version: number,
  orderState: text,
  numGuests: maybe(number),
  memo: maybe(text),
  createdAt: orElse(text, ""),
  lineItems: list(line),
  paymentPrice: fields({ paymentUnpaidValue: number, paymentPaidValue: number }),
});
export type TableOrder = Decoded<typeof order>;

const lock = fields({ orderId: text, by: text, deviceId: maybe(text), until: maybe(text) });
/** Somebody takes the money of an order (OFF-6). */
export type TableLock = Decoded<typeof lock>;

const status = fields({
  id: number,
  hallId: number,
  title: text,
  capacity: maybe(number),
  group: maybe(group),
  position: maybe(position),
  status: oneOf("empty", "reserved", "occupied", "bill"),
  due: number,
  numGuests: maybe(number),
  seatedAt: maybe(text),
  lastOrderAt: maybe(text),
  oldestTicketAt: maybe(text),
  lateAt: maybe(text),
  lock: maybe(lock),
  orders: list(order),
  version: number,
});
export type TableStatus = Decoded<typeof status>;
export const decodeStatuses = fields({ tables: list(status) });
export const decodeStatusChange = fields({ table: status });

const layout = fields({
  id: number,
  hallId: number,
  title: text,
  capacity: maybe(number),
  position: maybe(position),
  version: number,
});
export type TableLayout = Decoded<typeof layout>;
export const decodeLayout = fields({ table: layout });

const ref = fields({ id: number });
const side = fields({ table: ref });
export const decodeTableChange = fields({ event: text, table: maybe(ref), from: maybe(side), to: maybe(side) });
