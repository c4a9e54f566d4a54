import { id, paymentDto, receipt } from '../arguments.js';
import type { Unsubscribe } from '../calls.js';
import type { Channel, Data } from '../channel.js';
import { assertValid, keys, text } from '../check.js';
import { isRecord } from '../errors.js';
import type {
  PluginCashReceipt,
  PluginOrder,
  PluginPayment,
  PluginPaymentDto,
  PluginPaymentMethod,
  PluginPrice,
  PluginUi,
} from '../types.js';
import { idIn, value, whole } from './reply.js';

type PaymentListener = (paymentId: string, orderId: string) => unknown;

/** Asked before a payment is cancelled; throwing or rejecting refuses, the message is shown to staff. */
export type BeforeCancelListener = (request: { order: PluginOrder; payment: PluginPayment }) => unknown;

const reference = keys({ id });

export function paymentNamespace(channel: Channel) {
  const objectors = new Set<BeforeCancelListener>();

  function beforeCancel(callback: BeforeCancelListener): Unsubscribe {
    const own: BeforeCancelListener = (request) => callback(request);
    objectors.add(own);
    if (objectors.size === 1) {
      channel.answer('payment.event.request', async (data) => {
        const payload = isRecord(data['payload']) ? data['payload'] : {};
        for (const objector of objectors) await objector(whole(payload));
        return {};
      });
    }
    return () => {
      objectors.delete(own);
    };
  }

  function on(event: 'before-cancel', callback: BeforeCancelListener): Promise<Unsubscribe>;
  function on(event: 'paid' | 'cancel', callback: PaymentListener): Promise<Unsubscribe>;
  async function on(
    event: 'paid' | 'cancel' | 'before-cancel',
    callback: PaymentListener | BeforeCancelListener,
  ): Promise<Unsubscribe> {
    if (event === 'before-cancel') return beforeCancel(callback as BeforeCancelListener);
    return channel.on('payment.change.event', event, (data) =>
      (callback as PaymentListener)(idIn(data, 'payment'), idIn(data, 'order')),
    );
  }

  return {
    /** Records a payment that already happened; it charges nothing. */
    async add<Payment extends PluginPaymentDto>(
      order: { id: string },
      payment: Payment,
    ): Promise<PluginPayment<Payment['sourceType']>> {
      assertValid(reference, order);
      assertValid(paymentDto, payment);
      const data = { order: { id: order.id }, paymentDto: payment };
      return value(await channel.call('payment.add.request', data), 'payment');
    },
    /** Takes an own payment back, of which the plugin has returned the money; the order stays. */
    async cancel(order: { id: string }, payment: { id: string }): Promise<void> {
      assertValid(reference, order);
      assertValid(reference, payment);
      await channel.call('payment.cancel.request', { order, payment });
    },
    /** One payment. Rejects NOT_FOUND. */
    async getPayment(paymentId: string): Promise<PluginPayment> {
      assertValid(id, paymentId);
      return value(await channel.call('payment.get.request', { id: paymentId }), 'payment');
    },
    /** Hears of payments; `before-cancel` may refuse one. */
    on,
  };
}

export function paymentMethodNamespace(channel: Channel, ui: PluginUi) {
  const methods = new Map<string, PluginPaymentMethod>();

  async function answer(data: Data): Promise<Data> {
    const method = methods.get(String(data['id']));
    if (method === undefined) {
      throw new Error(
        `등록되지 않은 결제수단입니다: ${String(data['id'])} (no payment method with id ${String(data['id'])})`,
      );
    }
    const { event, id: methodId } = data;
    const order = value<PluginOrder>(data, 'order');
    if (event === 'cancel') {
      const cancelled = await method.cancelCallback(order, value<PluginPayment>(data, 'payment'), ui);
      return { event, id: methodId, cancelledPaymentDto: cancelled };
    }
    const approval = await method.payCallback(order, value<PluginPrice>(data, 'price'), ui);
    if (approval === undefined) return { event, id: methodId, paymentDto: undefined };
    // `approvedNo` is empty on the wire; the shop fills it from `paymentKey` (E-9).
    const { approvedAt, paymentKey } = approval;
    return { event, id: methodId, paymentDto: { approvedAt, approvedNo: '', paymentKey } };
  }

  return {
    /** Adds a button to the payment screen, until the plugin stops; the same id replaces. */
    async add(method: PluginPaymentMethod): Promise<void> {
      assertValid(keys({ id: text, image: text, paymentName: text }), method.data);
      const { id: methodId, image, paymentName } = method.data;
      methods.set(methodId, method);
      channel.notify('payment.method.add', { id: methodId, image, paymentName });
      channel.answer('payment.method.event.request', answer);
      return Promise.resolve();
    },
  };
}

export function cashReceiptNamespace(channel: Channel) {
  return {
    /** Registers a cash receipt that was issued elsewhere. */
    async add(cashReceipt: PluginCashReceipt): Promise<void> {
      assertValid(receipt, cashReceipt);
      await channel.call('cash-receipt.issue.request', { ...cashReceipt });
    },
  };
}
