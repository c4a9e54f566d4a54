/*
 * Cards are sold and charged as lines of an order, so that the money is in the shop's books: the line's memo names the
 * card, which gets its money when the order is paid and loses it when that is taken back.
 *
 * Nothing is kept here. What a card should hold follows from the order, and each charge bears the id of the payment that
 * completed it: looking again, twice, or from two tills, comes to the same.
 */

import { posPluginSdk, type PluginOrder } from '@jumak/pos-plugin-sdk';
import { balanceOf, cancel, enter, LedgerRefusal, untilAnswered } from './ledger.js';
import { won } from './won.js';

const CODE = /^PC-[0-9A-Z]{4,32}$/;
const CHARGE = 'charge:';
const AMOUNTS = [10_000, 30_000, 50_000, 100_000];
const PAGE = 100;

/** A line that puts money on a card: what was paid for it, in won. */
export interface Charge {
  lineId: string;
  card: string;
  amount: number;
}

export function chargesOf(order: PluginOrder): Charge[] {
  return order.lineItems
    .filter(({ item, memo }) => item.type === 'PREPAID_CARD' && CODE.test(memo ?? ''))
    .map(({ id, memo, chargePrice }) => ({ lineId: id, card: memo ?? '', amount: chargePrice.value }));
}

/** A card was scanned at the till: shows what is on it, and offers to sell or charge it. */
export async function scanned(code: string): Promise<void> {
  if (!CODE.test(code)) return;
  try {
    const balance = await balanceOf(code);
    offer(code, `선불카드 ${code} · 잔액 ${won(balance)}`, '충전');
  } catch (error) {
    if (error instanceof LedgerRefusal && error.code === 'NO_CARD')
      offer(code, `새 선불카드 ${code}`, '판매');
    else posPluginSdk.toast.error({ message: error instanceof Error ? error.message : String(error) });
  }
}

function offer(code: string, message: string, text: string): void {
  posPluginSdk.toast.success({ message, button: { id: `${CHARGE}${code}`, text } });
}

/** The button of that toast was pressed: asks how much, and puts the line into the cart. */
export async function pressed(buttonId: string): Promise<void> {
  if (!buttonId.startsWith(CHARGE)) return;
  const card = buttonId.slice(CHARGE.length);
  const asked = await posPluginSdk.ui.openInputModal({
    title: `선불카드 ${card}`,
    description: '얼마를 충전할까요? (How much?)',
    inputs: [
      {
        id: 'amount',
        type: 'radio',
        label: '충전 금액',
        required: true,
        default: String(AMOUNTS[0]),
        values: AMOUNTS.map((amount) => ({ id: String(amount), label: won(amount) })),
      },
    ],
    cta: { submit: { label: '담기' }, cancel: { label: '취소' } },
  });
  if (!asked.complete || asked.data.result !== 'SUCCESS') return;
  const item = (await posPluginSdk.catalog.getCatalogs()).find(({ type }) => type === 'PREPAID_CARD');
  if (item === undefined) {
    posPluginSdk.toast.error('메뉴에 선불카드 상품이 없습니다. (The menu has no item of type PREPAID_CARD.)');
    return;
  }
  await posPluginSdk.draftOrder.addLineItem({
    item: { id: item.id, title: '선불카드 충전', category: item.category, type: 'PREPAID_CARD', options: [] },
    itemPrice: {
      isTaxFree: item.price.isTaxFree,
      priceType: 'FIXED',
      priceUnit: 1,
      priceValue: Number(asked.data.inputs['amount']),
      title: item.price.title,
    },
    discount: [],
    optionChoices: [],
    quantity: 1,
    diningOption: 'TOGO',
    memo: card,
    metadata: { memoFixed: true, optionFixed: true, quantityFixed: true },
  });
}

/** Brings the cards of an order to what its payments say. */
export async function settleCharges(orderId: string): Promise<void> {
  const order = await untilAnswered(() => posPluginSdk.order.getOrder(orderId));
  const isPaid = order.orderState !== 'CANCELLED' && order.paymentPrice.paymentUnpaidValue === 0;
  const completing = isPaid ? order.payments.filter(({ state }) => state !== 'CANCELLED').at(-1) : undefined;
  for (const charge of chargesOf(order)) {
    // The newest first: a card that is charged anew can give back what an earlier payment had put on it.
    for (const payment of [...order.payments].reverse()) {
      const key = `${payment.id}:${charge.lineId}`;
      await (payment === completing ? put(key, charge) : takeBack(key, charge));
    }
  }
}

/** Orders of the last 24 hours, by the shop's clock, whose payments nobody told us of. */
export async function catchUp(): Promise<void> {
  for (let page = 1; ; page++) {
    const orders = await untilAnswered(() => posPluginSdk.order.getOrders({ page, size: PAGE }));
    for (const order of orders) {
      if (chargesOf(order).length > 0) await settleCharges(order.id);
    }
    if (orders.length < PAGE) return;
  }
}

/** Objects to cancelling a payment whose charge the guest has spent. */
export async function mayCancel(order: PluginOrder): Promise<void> {
  if (order.paymentPrice.paymentUnpaidValue > 0) return;
  for (const { card, amount } of chargesOf(order)) {
    const balance = await balanceOf(card);
    if (balance < amount) {
      throw new Error(
        `카드 ${card}에 충전한 ${won(amount)}을 이미 사용했습니다. 남은 금액은 ${won(balance)}입니다. ` +
          '(What was charged is spent.)',
      );
    }
  }
}

async function put(key: string, { card, amount }: Charge): Promise<void> {
  await reporting(`카드 ${card}에 ${won(amount)}을 충전하지 못했습니다. (Not charged.)`, () =>
    enter('charges', key, card, amount),
  );
}

async function takeBack(key: string, { card, amount }: Charge): Promise<void> {
  await reporting(
    `카드 ${card}에서 충전액 ${won(amount)}을 회수하지 못했습니다. (The charge was not taken back.)`,
    () => cancel('charges', key),
  );
}

async function reporting(message: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await untilAnswered(work);
  } catch (error) {
    // Its payment was cancelled while we were at it: whoever did that has taken it back.
    if (error instanceof LedgerRefusal && error.code === 'CANCELLED') return;
    const reason = error instanceof Error ? error.message : String(error);
    posPluginSdk.alert.open({ title: '선불카드', message: `${message}\n${reason}` });
  }
}
