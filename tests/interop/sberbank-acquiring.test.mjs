// npm `sberbank-acquiring` against a running payglot.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Acquiring from 'sberbank-acquiring';
import { pay } from './payer.mjs';

assert.ok(process.env.PAYGLOT_DEMO_JSON, 'PAYGLOT_DEMO_JSON is missing: run `cargo xtask test interop`');
const demo = JSON.parse(process.env.PAYGLOT_DEMO_JSON);
const { userName, password } = demo.projects.find((project) => project.protocol === 'rbs').credentials;
const returnUrl = 'http://shop.invalid/back?order={order}';
let last = 0;
const fresh = () => `node-${Date.now()}-${(last += 1)}`;

function client(credentials = { userName, password }) {
  const acquiring = new Acquiring(credentials, returnUrl);
  acquiring.entry = `${demo.base_url}/payment/rest/`;
  return acquiring;
}

test('an order is registered, paid and found paid', async () => {
  const [shop, number] = [client(), fresh()];
  const order = await shop.register(number, 20.5, 'Two cups', { language: 'en' });
  assert.deepEqual(Object.keys(order).sort(), ['formUrl', 'orderId']);
  assert.match(order.orderId, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.equal(order.formUrl, `${demo.base_url}/payment/merchants/payment_en.html?mdOrder=${order.orderId}`);

  assert.equal(await shop.status(order.orderId), 0);
  const before = await shop.get(null, number);
  assert.equal(before.errorCode, '0');
  assert.equal(before.actionCode, -100);
  assert.equal(before.amount, 2050);
  assert.equal(before.currency, '643');
  assert.equal(before.orderNumber, number);
  assert.deepEqual(before.attributes, [{ name: 'mdOrder', value: order.orderId }]);
  assert.equal(before.paymentAmountInfo.paymentState, 'CREATED');
  assert.equal(before.cardAuthInfo, undefined);

  const back = await pay(order.formUrl);
  assert.equal(back.origin + back.pathname, 'http://shop.invalid/back');
  assert.equal(back.searchParams.get('order'), number);
  assert.equal(back.searchParams.get('orderId'), order.orderId);
  assert.equal(back.searchParams.get('lang'), 'en');

  assert.equal(await shop.status(order.orderId), 2);
  const after = await shop.get(order.orderId);
  assert.equal(after.actionCode, 0);
  assert.equal(after.cardAuthInfo.pan, '444455**3333');
  assert.equal(after.paymentAmountInfo.paymentState, 'DEPOSITED');
  assert.equal(after.paymentAmountInfo.depositedAmount, 2050);
});

test('a payment is refunded in parts and no further', async () => {
  const shop = client();
  const { orderId, formUrl } = await shop.register(fresh(), 20.5);
  await assert.rejects(shop.refund(orderId, 1), (error) => error.sberErrorCode === '7' && error.message.length > 0);
  await pay(formUrl);
  assert.deepEqual(await shop.refund(orderId, 5, { reason: 'a chip' }), { errorCode: '0', errorMessage: 'Успешно' });
  assert.equal(await shop.status(orderId), 4);
  await assert.rejects(shop.refund(orderId, 16), { sberErrorCode: '7', message: 'Сумма возврата превышает сумму списания' });
  await shop.refund(orderId, 0);
  const { paymentAmountInfo: sums } = await shop.get(orderId);
  assert.deepEqual([sums.approvedAmount, sums.depositedAmount, sums.refundedAmount], [2050, 0, 2050]);
  await assert.rejects(shop.refund('00000000-0000-0000-0000-000000000000', 1), { sberErrorCode: '6' });
});

test('an empty description and a missing language are no errors', async () => {
  const order = await client().register(fresh(), 1);
  assert.equal(order.formUrl, `${demo.base_url}/payment/merchants/payment_ru.html?mdOrder=${order.orderId}`);
});

test('a repeated order number is error 1', async () => {
  const [shop, number] = [client(), fresh()];
  await shop.register(number, 10);
  await assert.rejects(shop.register(number, 10), (error) => error.sberErrorCode === '1' && error.message.length > 0);
});

test('a wrong password is error 5', async () => {
  const shop = client({ userName, password: `${password}x` });
  await assert.rejects(shop.register(fresh(), 10), { sberErrorCode: '5', message: 'Доступ запрещён' });
  await assert.rejects(shop.status('00000000-0000-0000-0000-000000000000'), { sberErrorCode: '5' });
});

test('an unknown order is no order', async () => {
  assert.equal(await client().status('00000000-0000-0000-0000-000000000000'), null);
  assert.equal(await client().status(null, fresh()), null);
});
