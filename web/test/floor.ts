/** Tables as the shop tells them. */

import type { TableLine, TableStatus } from "../src/client/table";

export function table(id: number, given: Partial<TableStatus> = {}): TableStatus {
  return {
    id,
    hallId: 1,
    title: `${String(id)}번`,
    capacity: 4,
    group: undefined,
    position: undefined,
    status: "empty",
    due: 0,
    numGuests: undefined,
    seatedAt: undefined,
    lastOrderAt: undefined,
    oldestTicketAt: undefined,
    lateAt: undefined,
    lock: undefined,
    orders: [],
    version: 1,
    ...given,
  };
}

export function line(id: string, quantity: number, price: number): TableLine {
  return {
    id,
    item: { title: id },
    quantity: { value: quantity },
    chargePrice: { value: price },
    optionChoices: [],
    memo: undefined,
  };
}
