import { t } from "./words";

/** What the state of an order is called: one whose money is still to go back is neither what it was nor over (CAN-2). */
export function stateOf({ orderState, cancelPending }: { readonly orderState: string; readonly cancelPending: boolean }): string {
  switch (orderState) {
    case "CANCELLED":
      return t(orderState);
    case "REQUESTED":
    case "OPENED":
    case "COMPLETED":
      return t(cancelPending ? "CANCELLING" : orderState);
    default:
      return orderState;
  }
}
