import { expect, test } from "vitest";
import { changesOf, entered, FORMS } from "../src/screens/settings/forms";

const [shop, mode, money] = FORMS;
if (shop === undefined || mode === undefined || money === undefined) throw new Error("forms");

test("what was never set shows what holds", () => {
  expect(entered(money, {})["largeDiscountBp"]).toBe("20");
  expect(entered(mode, {})["preparationMinutes"]).toBe("15");
  expect(entered(mode, { bookingEnabled: true })["bookingEnabled"]).toBe(true);
});

test("only what somebody changed is sent, typed as the shop takes it", () => {
  const before = { name: "주막", address: "서울", dayCutoffHour: 4, largeDiscountBp: 1_500 };
  expect(changesOf(shop, before, entered(shop, before))).toEqual({});
  expect(changesOf(shop, before, { ...entered(shop, before), name: " 새 주막 ", address: "" })).toEqual({
    name: "새 주막",
    address: null,
  });
  expect(changesOf(money, before, { ...entered(money, before), largeDiscountBp: "12.5" })).toEqual({
    largeDiscountBp: 1_250,
  });
  expect(changesOf(money, before, { ...entered(money, before), orderRoundingUnit: "10" })).toEqual({
    orderRoundingUnit: 10,
  });
});

test("what is no number goes as it was typed, so that the refusal names the field", () => {
  expect(changesOf(shop, {}, { ...entered(shop, {}), dayCutoffHour: "four" })).toEqual({ dayCutoffHour: "four" });
});
