import { describe, expect, it } from "vitest";
import { stateOf } from "../../src/screens/status/states";

describe("what the state of an order is called (CAN-2)", () => {
  it.each([
    ["OPENED", false, "진행 중"],
    ["COMPLETED", false, "완료"],
    ["OPENED", true, "취소 중"],
    ["COMPLETED", true, "취소 중"],
    ["CANCELLED", false, "취소됨"],
    ["HELD", false, "HELD"],
  ])("%s, waiting for its money to go back: %s, is %s", (orderState, cancelPending, said) => {
    expect(stateOf({ orderState, cancelPending })).toBe(said);
  });
});
