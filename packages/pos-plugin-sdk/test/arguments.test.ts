import { describe, expect, test } from 'vitest';
import { PosPluginSdkError, PosPluginSdkValidationError } from '../src/errors.js';
import type { PluginOrderDto, PluginPaymentDto, SettingInputs } from '../src/index.js';
import { FakeHost, workerOf } from './host.js';
import { DRAFT_LINE, ORDER, PAYMENT } from './samples.js';

function pos() {
  const host = new FakeHost()
    .answer('order.add.request', { complete: true, order: { id: 'o-1' } })
    .answer('payment.add.request', { complete: true, payment: { id: 'p-1' } })
    .answer('draft-order.add-line-item.request', { complete: true, draftOrder: {} })
    .answer('setting.set-inputs.request', { complete: true });
  return { host, sdk: workerOf(host).sdk };
}

const [line] = ORDER.lineItems;
if (line === undefined) throw new Error('the sample has a line');

/** A value the types refuse, as plain JavaScript sends it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the type it breaks
function loose<T>(value: unknown): T {
  return value as T;
}

describe('checks before sending (wire §11)', () => {
  test('H-79: a failure names every path, is no PosPluginSdkError and sends nothing', async () => {
    const { host, sdk } = pos();
    const wrong = loose<PluginOrderDto>({
      lineItems: [{ ...line, quantity: { value: '2' }, diningOption: 'ROOM' }],
    });
    const error: unknown = await sdk.order.add(wrong).catch((why: unknown) => why);
    expect(error).toBeInstanceOf(PosPluginSdkValidationError);
    expect(PosPluginSdkError.isPosPluginSdkError(error)).toBe(false);
    const { issues, message } = error as PosPluginSdkValidationError;
    expect(issues.map(({ path }) => path.join('.'))).toEqual([
      'lineItems.0.diningOption',
      'lineItems.0.quantity.value',
    ]);
    expect(JSON.parse(message)).toEqual(issues);
    expect(host.sent('order.add.request')).toEqual([]);
  });

  test.each([
    ['no lines', { discounts: [] }],
    ['no title', { discounts: [], lineItems: [{ ...line, item: { ...line.item, title: undefined } }] }],
    [
      'an item type nobody knows',
      { discounts: [], lineItems: [{ ...line, item: { ...line.item, type: 'X' } }] },
    ],
    ['a discount without an amount', { discounts: [{ title: '할인' }], lineItems: [line] }],
    ['a channel nobody knows', { discounts: [], lineItems: [line], channel: { groups: ['FAX'] } }],
  ])('H-79: an order with %s is refused', async (_, dto) => {
    await expect(pos().sdk.order.add(loose(dto))).rejects.toBeInstanceOf(PosPluginSdkValidationError);
  });

  test('E-14: unknown keys reach the host', async () => {
    const { host, sdk } = pos();
    const extra = { ...ORDER, mine: 1, lineItems: [{ ...line, theirs: { a: 1 } }] };
    await sdk.order.add(extra);
    expect(host.last().data).toMatchObject({ order: { mine: 1, lineItems: [{ theirs: { a: 1 } }] } });
  });

  test('H-79: option choices that repeat are one, the order of the caller stays untouched', async () => {
    const { host, sdk } = pos();
    const optionChoices = [{ id: 411, quantity: 1 }, { id: 412 }, { id: 411, quantity: 2 }];
    const dto = { ...ORDER, lineItems: [{ ...line, optionChoices }] };
    await sdk.order.add(dto);
    expect(host.last().data).toMatchObject({
      order: {
        lineItems: [
          {
            optionChoices: [
              { id: 411, quantity: 3 },
              { id: 412, quantity: 1 },
            ],
          },
        ],
      },
    });
    expect(dto.lineItems[0]?.optionChoices).toBe(optionChoices);
    expect(optionChoices).toHaveLength(3);
  });

  test('E-15: missing lists and null translations are mended, not refused', async () => {
    const { host, sdk } = pos();
    const read = loose<PluginOrderDto>({
      discounts: null,
      lineItems: [
        {
          ...line,
          optionChoices: undefined,
          item: { ...line.item, category: { id: 7, title: '면', titleI18n: null } },
        },
      ],
    });
    await sdk.order.add(read);
    expect(host.last().data).toEqual({
      order: {
        discounts: [],
        lineItems: [{ ...line, optionChoices: [], item: { ...line.item, category: { id: 7, title: '면' } } }],
      },
    });
  });

  test('H-79: a payment by card needs its details, the instalment two characters at most', async () => {
    const { sdk } = pos();
    const card = { ...PAYMENT, sourceType: 'CARD' };
    await expect(sdk.payment.add({ id: 'o-1' }, loose<PluginPaymentDto>(card))).rejects.toThrow(
      'cardDetails',
    );
    const cardDetails = { installmentMonth: '012', cardType: 'CREDIT', cardBrand: 'BC' };
    const long = loose<PluginPaymentDto>({ ...card, cardDetails });
    await expect(sdk.payment.add({ id: 'o-1' }, long)).rejects.toThrow('installmentMonth');
    const right = loose<PluginPaymentDto>({
      ...card,
      cardDetails: { ...cardDetails, installmentMonth: '00' },
    });
    await expect(sdk.payment.add({ id: 'o-1' }, right)).resolves.toEqual({ id: 'p-1' });
  });

  test('H-79: exempt money may be null', async () => {
    await expect(pos().sdk.payment.add({ id: 'o-1' }, PAYMENT)).resolves.toEqual({ id: 'p-1' });
  });

  test('H-79: a cart line keeps its other keys and gets its missing lists', async () => {
    const { host, sdk } = pos();
    const { discount: _, optionChoices: __, ...bare } = DRAFT_LINE;
    await sdk.draftOrder.addLineItem(loose({ ...bare, mine: 1 }));
    expect(host.last().data).toEqual({ lineItem: { ...bare, mine: 1, discount: [], optionChoices: [] } });
    await expect(
      sdk.draftOrder.addLineItem(loose({ ...DRAFT_LINE, quantity: { value: 1 } })),
    ).rejects.toThrow('quantity');
  });

  test.each([
    ['no default', { id: 'a', type: 'text', label: 'A', required: true }],
    ['no choices', { id: 'a', type: 'radio', label: 'A', required: true, default: 'x' }],
    ['no ends', { id: 'a', type: 'slider', label: 'A', required: true, default: 1, min: 0 }],
    ['a type nobody knows', { id: 'a', type: 'colour', label: 'A', required: true, default: '' }],
    ['a button without a text', { id: 'a', type: 'danger' }],
  ])('H-79: a settings input with %s is refused', async (_, input) => {
    await expect(pos().sdk.setting.setInputs(loose<SettingInputs>([input]))).rejects.toBeInstanceOf(
      PosPluginSdkValidationError,
    );
  });

  test('H-79: headers are pairs of texts', async () => {
    const { sdk } = pos();
    await expect(sdk.http.get('https://a.example', loose([['a']]))).rejects.toThrow('headers');
    await expect(sdk.http.get(loose(1))).rejects.toThrow('url');
  });
});
