import type {
  PluginCashReceipt,
  PluginDraftOrderItemDto,
  PluginOrderDto,
  PluginPaymentDto,
  SettingInputs,
} from '../src/index.js';

export const ORDER: PluginOrderDto = {
  discounts: [],
  tableId: 12,
  orderKey: 'web-7f3a',
  lineItems: [
    {
      diningOption: 'HERE',
      item: { id: 311, title: '칼국수', category: { id: 7, title: '면' }, type: 'ITEM' },
      quantity: { value: 2 },
      chargePrice: { value: 18_000 },
      optionChoices: [{ id: 411, quantity: 1 }],
    },
  ],
};

export const PAYMENT: PluginPaymentDto<'EXTERNAL'> = {
  sourceType: 'EXTERNAL',
  orderId: 'o-1',
  amountMoney: 11_000,
  taxMoney: 1_000,
  supplyMoney: 10_000,
  tipMoney: 0,
  taxExemptMoney: null,
  approvedNo: 'a1',
  approvedAt: '2026-02-01T12:31:00+09:00',
  paymentKey: 'key-1',
};

export const RECEIPT: PluginCashReceipt = {
  orderId: 'o-1',
  amount: 11_000,
  issueDate: '20260201123100',
  issueNumber: 'i-1',
  cardNumber: '01012345678',
};

export const DRAFT_LINE: PluginDraftOrderItemDto = {
  key: 'line-1',
  item: { id: 311, title: '칼국수', category: { id: 7, title: '면' }, type: 'ITEM', options: [] },
  itemPrice: { isTaxFree: false, priceType: 'FIXED', priceUnit: 1, priceValue: 9_000, title: '기본' },
  discount: [],
  optionChoices: [],
  quantity: 1,
  diningOption: 'HERE',
};

export const INPUTS: SettingInputs = [
  { id: 'minutes', type: 'number', label: '지연', required: true, default: 10 },
  { id: 'again', text: '다시', type: 'primary' },
];
