import type {
  PluginOrder,
  PluginPayment,
  PluginPaymentApproval,
  PluginPaymentCancellation,
  PluginPrice,
  PluginUi,
} from '@jumak/pos-plugin-sdk';
import { begin, forget, settle } from './attempts.js';
import { chargesOf } from './charges.js';
import { cancel, enter, Unanswered } from './ledger.js';
import { won } from './won.js';

/** Takes what is to be paid now from the card that is scanned. */
export async function pay(
  order: PluginOrder,
  price: PluginPrice,
  ui: PluginUi,
): Promise<PluginPaymentApproval | undefined> {
  if (chargesOf(order).length > 0) {
    throw new Error('선불카드 충전은 선불카드로 결제할 수 없습니다. (A card is not charged from a card.)');
  }
  const amount = price.amountMoney;
  const card = await cardFor(amount, ui);
  if (card === undefined) return undefined;
  const attempt = { key: `pc-${crypto.randomUUID()}`, orderId: order.id, card, amount };
  await begin(attempt);
  try {
    const { at } = await enter('payments', attempt.key, card, amount);
    // Forgotten once our answer has left, not before: whatever ends us in between, the card is not out of pocket.
    setTimeout(() => void forget(attempt.key));
    return { approvedAt: at, paymentKey: attempt.key };
  } catch (error) {
    if (error instanceof Unanswered) {
      // Saying no is a promise that nothing was taken. The key keeps it, also for a payment still on its way.
      void settle(attempt);
      throw new Error(
        '선불카드 원장이 답하지 않아 결제하지 않았습니다. 잔액에서 빠졌다면 자동으로 되돌립니다. ' +
          '(The ledger does not answer; nothing is paid, and whatever was taken goes back by itself.)',
      );
    }
    await forget(attempt.key);
    throw error;
  }
}

/** Puts a payment back on its card. When the ledger does not answer the payment stays, and staff may cancel it again. */
export async function giveBack(
  _order: PluginOrder,
  payment: PluginPayment,
): Promise<PluginPaymentCancellation> {
  try {
    const { cancelledAt, at } = await cancel('payments', payment.paymentKey);
    return { cancelledAt: cancelledAt ?? at };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    throw new Error(
      '선불카드 원장이 답하지 않습니다. 잠시 뒤에 다시 취소해 주세요. 두 번 돌려주지는 않습니다. ' +
        '(The ledger does not answer. Cancel again in a moment; it is given back once.)',
    );
  }
}

/** The code of the guest's card; undefined when they changed their mind. A till that cannot scan asks for the number. */
async function cardFor(amount: number, ui: PluginUi): Promise<string | undefined> {
  const scan = await ui.openBarcode({ productName: `선불카드 ${won(amount)}` });
  if (scan.complete) return scan.data.result === 'SUCCESS' ? tidy(scan.data.barcode) : undefined;
  const typed = await ui.openInputModal({
    title: `선불카드 ${won(amount)}`,
    description: '카드 번호를 입력해 주세요. (Type the number of the card.)',
    inputs: [
      { id: 'card', type: 'text', label: '카드 번호 (card)', required: true, placeholder: 'PC-1234ABCD' },
    ],
    cta: { submit: { label: '결제' }, cancel: { label: '취소' } },
  });
  if (!typed.complete) throw new Error(typed.errorMessage);
  return typed.data.result === 'SUCCESS' ? tidy(String(typed.data.inputs['card'])) : undefined;
}

function tidy(code: string): string {
  return code.trim().toUpperCase();
}
