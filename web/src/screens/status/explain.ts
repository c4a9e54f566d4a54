/** Why an order costs what it costs: sentences made of the order's own figures (rulebook §1.5). */

import type { FullOrder, FullPayment } from "../../client/order";
import { won } from "../../kit/words.svelte";
import { t } from "./words";

export type Figure = "total" | "vat" | "paid" | "unpaid";

/** What a payment was made with. */
export function howPaid({ sourceType, externalDetails, cardDetails }: FullPayment): string {
  const source = externalDetails?.source ?? "";
  const brand = cardDetails?.cardBrand ?? "";
  // A wallet, and the card behind it where there is one.
  if (source !== "") return brand === "" ? source : `${source} · ${brand}`;
  if (brand !== "") return `${t("CARD")} · ${brand}`;
  return sourceType === "CASH" || sourceType === "CARD" || sourceType === "EXTERNAL" ? t(sourceType) : sourceType;
}

export function isLive({ state }: FullPayment): boolean {
  return state !== "CANCELLED";
}

/** The most that may go back as goodwill: of what was paid, nothing beyond the goods, whose price falls with it (CAN-6). */
export function mostBack({ chargePrice, paymentPrice }: Pick<FullOrder, "chargePrice" | "paymentPrice">): number {
  const { chargePriceValue: price, chargeTipValue: tip } = chargePrice;
  return Math.min(paymentPrice.paymentPaidValue, price - tip);
}

export function explain(figure: Figure, order: FullOrder): readonly string[] {
  switch (figure) {
    case "total":
      return total(order);
    case "vat":
      return vat(order);
    case "paid":
      return paid(order);
    case "unpaid":
      return unpaid(order);
  }
}

function total({ lineItems, discounts, chargePrice }: FullOrder): readonly string[] {
  const { chargeListPriceValue: list, chargeDiscountValue: off, chargeTipValue: tip, chargePriceValue: sum } = chargePrice;
  const terms = [won(list), ...(off > 0 ? [`− ${won(off)}`] : []), ...(tip > 0 ? [`+ ${won(tip)}`] : [])].join(" ");
  return [
    t("whyList", { list: won(list) }),
    off > 0 ? t("whyDiscount", { discount: won(off) }) : t("whyNoDiscount"),
    ...lineItems.flatMap(({ item, discounts: own }) =>
      own.map(({ title, amountMoney }) =>
        t("whyLineDiscount", { item: item.title, title: title || t("discount"), amount: won(amountMoney.value) }),
      ),
    ),
    ...discounts.map(({ title, amountMoney }) =>
      t("whyOrderDiscount", { title: title || t("discount"), amount: won(amountMoney.value) }),
    ),
    ...(tip > 0 ? [t("whyTip", { tip: won(tip) })] : []),
    t("whyTotal", { sum: terms, total: won(sum) }),
    t("whyMoney"),
  ];
}

function vat({ chargePrice }: FullOrder): readonly string[] {
  const { chargeSupplyValue: supply, chargeTaxValue: tax, chargeTaxExemptValue: exempt, chargeTipValue: tip } = chargePrice;
  const taxed = supply - exempt;
  return [
    t("whyVat"),
    t("whyTaxable", { supply: won(taxed), tax: won(tax), sum: won(taxed + tax) }),
    ...(exempt > 0 ? [t("whyExempt", { exempt: won(exempt) })] : []),
    ...(tip > 0 ? [t("whyTipVat", { tip: won(tip) })] : []),
  ];
}

function paid({ payments, paymentPrice }: FullOrder): readonly string[] {
  const live = payments.filter(isLive);
  const came = sumOf(live);
  const gone = sumOf(payments) - came;
  // Parts of payments that stand (CAN-5, CAN-6).
  const back = came - paymentPrice.paymentPaidValue;
  return [
    ...live.map((each) => t("whyPayment", { how: howPaid(each), amount: won(each.amountMoney) })),
    ...(back > 0 ? [t("whyBack", { amount: won(back) })] : []),
    ...(gone > 0 ? [t("whyCancelled", { amount: won(gone) })] : []),
    t("whyPaid", { paid: won(paymentPrice.paymentPaidValue) }),
  ];
}

function sumOf(payments: FullOrder["payments"]): number {
  return payments.reduce((sum, { amountMoney }) => sum + amountMoney, 0);
}

function unpaid({ orderState, chargePrice, paymentPrice }: FullOrder): readonly string[] {
  if (orderState === "CANCELLED") return [t("whyNothingOwed")];
  return [
    t("whyUnpaid", {
      total: won(chargePrice.chargePriceValue),
      paid: won(paymentPrice.paymentPaidValue),
      unpaid: won(paymentPrice.paymentUnpaidValue),
    }),
  ];
}
