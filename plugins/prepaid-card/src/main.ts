/* 선불카드: sells cards, charges them, pays with them. The money is in the ledger beside this folder's `src`. */

import { posPluginSdk } from '@jumak/pos-plugin-sdk';
import { remember, settle } from './attempts.js';
import { catchUp, mayCancel, pressed, scanned, settleCharges } from './charges.js';
import { giveBack, pay } from './payment.js';
import { INPUTS } from './settings.js';

async function start(): Promise<void> {
  await posPluginSdk.setting.setInputs(INPUTS);
  const interrupted = await remember();
  await posPluginSdk.paymentMethod.add({
    data: { id: 'prepaid-card', image: '', paymentName: '선불카드' },
    payCallback: pay,
    cancelCallback: giveBack,
  });
  await posPluginSdk.payment.on('paid', (_, orderId) => settleCharges(orderId));
  await posPluginSdk.payment.on('cancel', (_, orderId) => settleCharges(orderId));
  await posPluginSdk.payment.on('before-cancel', ({ order }) => mayCancel(order));
  await posPluginSdk.barcode.on('scan', scanned);
  posPluginSdk.toast.on('button-click', pressed);
  await Promise.all([...interrupted.map(settle), catchUp()]);
}

void start();
