/** The kitchen's tickets, stations and board as its screens read them (contract, extensions §2 and §8). */

import { type Decoded, fields, flag, list, maybe, number, oneOf, orElse, text } from "./decode";

const choice = fields({ id: number, title: orElse(text, ""), quantity: orElse(number, 1) });
export type TicketChoice = Decoded<typeof choice>;

const line = fields({
  id: text,
  itemId: text,
  title: text,
  diningOption: orElse(text, "HERE"),
  memo: orElse(text, ""),
  optionChoices: orElse(list(choice), []),
  quantity: fields({ previous: number, current: number }),
  remaining: orElse(number, 0),
  done: orElse(flag, false),
  seat: maybe(number),
});
export type TicketLine = Decoded<typeof line>;

const orderLine = fields({
  id: text,
  item: fields({ title: text }),
  quantity: fields({ value: number }),
  optionChoices: orElse(list(choice), []),
  memo: orElse(text, ""),
});

const order = fields({
  id: text,
  number: orElse(text, ""),
  source: orElse(text, ""),
  channel: maybe(fields({ groups: orElse(list(text), []) })),
  table: maybe(fields({ title: orElse(text, "") })),
  memo: orElse(text, ""),
  lineItems: list(orderLine),
  requestedInfo: maybe(fields({ expectedReadyAt: orElse(text, ""), estimatedReadyAt: maybe(text) })),
});
export type TicketOrder = Decoded<typeof order>;

const requestType = oneOf("NEW", "ADDED", "CHANGED", "CANCELLED", "MERGED");
export type RequestType = Decoded<typeof requestType>;

const ticket = fields({
  id: text,
  state: oneOf("OPENED", "COMPLETED", "CANCELLED"),
  order,
  lineItems: list(line),
  diningOption: orElse(text, "HERE"),
  orderRequestType: requestType,
  createdAt: text,
  updatedAt: orElse(text, ""),
  completedAt: maybe(text),
  pinned: orElse(flag, false),
  remake: orElse(flag, false),
  reason: maybe(text),
  scheduledFor: maybe(text),
});
export type KitchenTicket = Decoded<typeof ticket>;

const allDay = fields({ itemId: number, title: text, optionChoices: orElse(list(choice), []), quantity: number });
export type AllDay = Decoded<typeof allDay>;

const scheduled = fields({ order, firesAt: text });
export type ScheduledOrder = Decoded<typeof scheduled>;

export const decodeBoard = fields({
  tickets: list(ticket),
  allDay: list(allDay),
  finished: list(ticket),
  ready: list(ticket),
  scheduled: list(scheduled),
  requested: number,
  seq: number,
});
export type BoardView = Decoded<typeof decodeBoard>;
export const decodeBoardChange = fields({ stationId: text, ticket });

const station = fields({ id: text, name: text, isDefault: flag, cautionMin: number, lateMin: number });
export type KdsStation = Decoded<typeof station>;
export const decodeStations = fields({ stations: list(station) });
