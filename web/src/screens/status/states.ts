import { t } from "./words";

/** What a state of an order is called. */
export function stateName(state: string): string {
  switch (state) {
    case "REQUESTED":
    case "OPENED":
    case "COMPLETED":
    case "CANCELLED":
      return t(state);
    default:
      return state;
  }
}
