// Monetix: npm `ecommpay` as it is, and what its sisters for PHP and Python write, against a running payglot.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import ecommpay from 'ecommpay';
import { pay, payFromWallet } from './payer.mjs';

const { Callback, Payment, signer } = ecommpay;

assert.ok(process.env.PAYGLOT_DEMO_JSON, 'PAYGLOT_DEMO_JSON is missing: run `cargo xtask test interop`');
const demo = JSON.parse(process.env.PAYGLOT_DEMO_JSON);
const { project_id, secret_key } = demo.projects.find((project) => project.protocol === 'monetix').credentials;
const CARD = { number: '4000 0000 0000 0077' };
const SENT = { pan: '4000000000000077', year: 2034, month: 12, card_holder: 'JOHN DOE', cvv: '123' };
const CUSTOMER = { id: 'customer_123', ip_address: '198.51.100.47', first_name: 'John', last_name: 'Doe', email: 'johndoe@example.com' };
const DESCRIPTION = 'Top-up of personal account №<01234567890> on the website <https://merchant.example.com>.';

let shop;
let last = 0;
const bodies = [];
const waiting = new Set();
const fresh = () => `J-${Date.now()}-${(last += 1)}`;

before(async () => {
  shop = createServer(async (request, response) => {
    bodies.push({ to: request.url, body: await new Response(request).text() });
    response.end();
    waiting.forEach((look) => look());
  });
  await new Promise((listening) => shop.listen(0, '127.0.0.1', listening));
});
after(() => { shop.close(); shop.closeAllConnections(); });

const callbackUrl = (payment) => `http://127.0.0.1:${shop.address().port}/${payment}`;

/** The body of the n-th callback about a payment, once it has come. */
async function told(payment, n = 1) {
  const arrived = () => bodies.filter(({ to }) => to === `/${payment}`).map(({ body }) => body)[n - 1];
  return arrived() ?? new Promise((resolve, reject) => {
    const look = () => { if (arrived()) { clearTimeout(limit); waiting.delete(look); resolve(arrived()); } };
    const limit = setTimeout(() => reject(new Error(`no callback ${n} about ${payment}`)), 15_000);
    waiting.add(look);
  });
}

/** What the library believes, and does not believe once anything is changed. */
function proven(body) {
  const callback = new Callback(secret_key, body);
  const changed = JSON.parse(body);
  if (changed.payment) changed.payment.sum.amount += 1;
  else changed.account.token += '0'; // A card that was saved without a payment.
  assert.throws(() => new Callback(secret_key, JSON.stringify(changed)), /Invalid signature/);
  assert.throws(() => new Callback(`${secret_key}x`, body), /Invalid signature/);
  return callback;
}

const states = (callback) => {
  const { payment, operation } = callback.callback;
  return [payment.status, payment.sum.amount, operation.type, operation.status, operation.code];
};

/** A page's address as the library writes it: properties of either spelling, booleans, `interface_type` as JSON. */
function pageOf(id, more = {}) {
  const payment = new Payment(project_id, secret_key, { payment_amount: 1001, payment_currency: 'EUR' }, demo.base_url);
  payment.paymentId = id;
  payment.customerId = 'customer_123';
  payment.customerFirstName = 'John';
  payment.customerLastName = 'Doe';
  payment.customerEmail = 'johndoe@example.com';
  payment.paymentDescription = DESCRIPTION;
  payment.closeOnMissclick = true;
  payment.redirect = false;
  payment.cashVoucherData = { positions: [{ name: 'Чашка', quantity: 1 }] };
  payment.merchantCallbackUrl = callbackUrl(id);
  payment.merchantSuccessUrl = 'http://shop.invalid/thanks?a=1';
  for (const [name, value] of Object.entries(more)) payment[name] = value;
  return payment.getUrl();
}

/** Calls Gate as a shop with this library does: it has a signer and no more. */
async function gate(path, body) {
  const signed = { ...body, general: { ...body.general, signature: signer(body, secret_key) } };
  const answer = await fetch(`${demo.base_url}/v2/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(signed) });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) };
}

const general = (id) => ({ project_id: Number(project_id), payment_id: id, merchant_callback_url: callbackUrl(id) });

async function accepted(path, id, rest) {
  const { status, json } = await gate(path, { general: general(id), ...rest });
  assert.deepEqual([status, json.status, json.payment_id], [200, 'success', id], JSON.stringify(json));
  return json.request_id;
}

/** Where a payment stands by Gate's answer, which the library's callback class can prove as well. */
async function standing(id) {
  const { text } = await gate('payment/status', { general: { project_id: Number(project_id), payment_id: id } });
  return proven(text).callback;
}

test('a payer pays from a wallet on the page that the library signed', async () => {
  const id = fresh();
  const back = await payFromWallet(pageOf(id, { forcePaymentMethod: 'webmoney' }));
  assert.equal(back.href, 'http://shop.invalid/thanks?a=1', 'nothing is added');
  const callback = proven(await told(id));
  assert.ok(callback.isPaymentSuccess());
  assert.equal(callback.getPaymentId(), id);
  assert.deepEqual(states(callback), ['success', 1001, 'sale', 'success', '0']);
  const { account, payment, provider } = callback.callback;
  assert.deepEqual([account.number, payment.method, payment.description], ['123456789012', 'webmoney', DESCRIPTION]);
  assert.match(provider.payment_id, /^WM-purchase-/);
});

test('a payer pays with a card, or is declined', async () => {
  const [paid, declined] = [fresh(), fresh()];
  await pay(pageOf(paid, { forcePaymentMethod: 'card' }), CARD);
  assert.ok(proven(await told(paid)).isPaymentSuccess());
  const page = pageOf(declined, { forcePaymentMethod: 'card', merchantFailUrl: 'http://shop.invalid/no' });
  assert.equal((await pay(page, { number: '4111 1111 1111 1111' })).href, 'http://shop.invalid/no');
  const callback = proven(await told(declined));
  assert.ok(!callback.isPaymentSuccess());
  assert.deepEqual(states(callback), ['decline', 1001, 'sale', 'decline', '10000']);
});

test('the page takes the values that the library sends in words', async () => {
  // It signs nothing for null and sends the word; frame_mode is never signed.
  const address = pageOf(fresh(), { forcePaymentMethod: 'webmoney', customerMiddleName: null, frameMode: 'popup', targetElement: 'box', listPaymentBlock: undefined });
  assert.match(address, /customer_middle_name=null&frame_mode=popup/);
  assert.equal((await fetch(address)).status, 200);
  for (const [from, to] of [['payment_amount=1001', 'payment_amount=101'], ['redirect=false', 'redirect=true'], ['EUR', 'USD']]) {
    assert.notEqual(address.replace(from, to), address);
    assert.equal((await fetch(address.replace(from, to))).status, 400, to);
  }
});

test('the addresses that PHP, JavaScript and Python write open the page', async () => {
  const vectors = readFileSync(new URL('../../crates/payglot-wire/src/monetix/vectors/pages.txt', import.meta.url), 'utf8');
  const written = [...vectors.matchAll(/^name: (.*)\n(?:query|odd): (.*&signature=.{80,})$/gm)].map(([, name, query]) => [name, query]);
  assert.deepEqual(written.map(([name]) => name), ['PHP', 'JS', 'Python', 'odd npm', 'odd PyPI']);
  for (const [name, query] of written) {
    assert.equal((await fetch(`${demo.base_url}/payment?${query}`)).status, 200, name);
    assert.equal((await fetch(`${demo.base_url}/payment`, { method: 'POST', body: new URLSearchParams(query) })).status, 200, name);
    assert.equal((await fetch(`${demo.base_url}/payment?${query.replace('customer_id=c', 'customer_id=d')}`)).status, 400, name);
  }
});

test('an order whose time is long over says so, each time', async () => {
  const address = pageOf(fresh(), { bestBefore: '2024-12-20T01:02:03+00:00', languageCode: 'en' });
  const pages = await Promise.all(Array.from({ length: 20 }, () => fetch(address)));
  assert.deepEqual([...new Set(pages.map((page) => page.status))], [200]);
});

test('a sale through Gate shows the invoice, ends in success and is refunded in part and no further', async () => {
  const id = fresh();
  const sale = {
    customer: CUSTOMER, account: { number: '123456789012' }, payment: { amount: 100, currency: 'RUB', description: DESCRIPTION },
    // More than ten positions, of which only some clients agree on the order; booleans, nothing, and an object.
    receipt_data: { positions: Array.from({ length: 12 }, (_, n) => ({ quantity: '1', amount: `${n}`, description: `A;B ${n}` })), total_tax_amount: null },
    callback: { force_disable: false }, interface_type: { id: 22 },
  };
  const requestId = await accepted('payment/webmoney/sale', id, sale);
  const shown = proven(await told(id));
  assert.deepEqual(states(shown), ['awaiting customer action', 100, 'sale', 'awaiting customer action', '9999']);
  assert.deepEqual(shown.callback.display_data.map(({ title }) => title), ['invoice_id', 'invoice_url']);
  const paid = proven(await told(id, 2));
  assert.deepEqual(states(paid), ['success', 100, 'sale', 'success', '0']);
  assert.equal(paid.callback.operation.request_id, requestId);

  const refund = (amount) => ({ payment: { amount, currency: 'RUB', description: 'Refund.' } });
  await accepted('payment/webmoney/refund', id, refund(60));
  assert.deepEqual(states(proven(await told(id, 3))), ['partially refunded', 40, 'refund', 'success', '0']);
  await accepted('payment/card/refund', id, refund(50));
  assert.deepEqual(states(proven(await told(id, 4))), ['partially refunded', 40, 'refund', 'decline', '3283']);
  const { payment, operations } = await standing(id);
  assert.deepEqual([payment.status, payment.sum.amount], ['partially refunded', 40]);
  assert.deepEqual(operations.map(({ type, status }) => [type, status]), [['sale', 'success'], ['refund', 'success']]);
  await accepted('payment/refund', id, { payment: { description: '' } });
  assert.deepEqual(states(proven(await told(id, 5))), ['refunded', 0, 'refund', 'success', '0']);
});

test('a subscription is registered, charged and cancelled through Gate', async () => {
  const [first, june, july] = [fresh(), fresh(), fresh()];
  const payment = { amount: 900, currency: 'EUR', description: 'One month' };
  const recurring = { register: true, type: 'U', expiry_year: 2030, expiry_month: 6 };
  await accepted('payment/card/sale', first, { customer: CUSTOMER, card: { ...SENT, save: true }, payment, recurring });
  const registered = proven(await told(first));
  assert.deepEqual(states(registered), ['success', 900, 'sale', 'success', '0']);
  assert.match(registered.callback.account.token, /^[0-9a-f]{32}$/);
  const { id } = registered.callback.recurring;
  const wanted = { id, currency: 'EUR', valid_thru: '2030-06-30T23:59:59+0000' };
  assert.deepEqual(registered.callback.recurring, wanted);

  const by = { customer: CUSTOMER, payment, recurring: { id }, recurring_id: id };
  await accepted('payment/card/recurring', june, by);
  const charged = proven(await told(june));
  assert.deepEqual([charged.callback.payment.type, ...states(charged)], ['recurring', 'success', 900, 'recurring', 'success', '0']);

  const requestId = await accepted('payment/card/recurring/cancel', first, { recurring: { id } });
  const ended = proven(await told(first, 2));
  assert.deepEqual(states(ended), ['success', 900, 'recurring cancel', 'success', '0']);
  assert.deepEqual([ended.callback.recurring, ended.callback.operation.request_id], [wanted, requestId]);
  const info = await gate('payment/card/recurring/info', { general: { project_id: Number(project_id) }, recurring: { id } });
  assert.deepEqual([info.json.recurring.id, info.json.recurring.status], [id, 'canceled']);

  await accepted('payment/card/recurring', july, by);
  assert.deepEqual(states(proven(await told(july))), ['error', 900, 'recurring', 'error', '3184']);
});

test('a card is saved without a payment and pays on the page and through Gate', async () => {
  const [saved, paid] = [fresh(), fresh()];
  const customer = { ...CUSTOMER, id: saved };
  const general = { project_id: Number(project_id), merchant_callback_url: callbackUrl(saved) };
  const { token } = (await gate('customer/card/tokenize', { general, customer, card: SENT })).json;
  const { callback } = proven(await told(saved));
  assert.deepEqual([callback.account.token, callback.customer.id, callback.payment], [token, saved, undefined]);

  const address = pageOf(fresh(), { accountToken: token, customerId: saved });
  const page = await fetch(address);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /0077/, 'the saved card is offered');
  assert.equal((await fetch(address.replace(token, [...token].reverse().join('')))).status, 400);

  await accepted('payment/card/sale/token', paid, { customer, token, payment: { amount: 500, currency: 'EUR', description: '' } });
  const by = proven(await told(paid));
  assert.deepEqual([by.callback.account.token, ...states(by)], [token, 'success', 500, 'sale', 'success', '0']);
});

test('the page registers a card that pays or is only verified', async () => {
  const [paid, verified] = [fresh(), fresh()];
  await pay(pageOf(paid, { recurringRegister: 1, forcePaymentMethod: 'card' }), CARD);
  const first = proven(await told(paid));
  assert.deepEqual(states(first), ['success', 1001, 'sale', 'success', '0']);
  const address = pageOf(verified, { mode: 'card_verify', paymentAmount: 0, recurringRegister: 1 });
  assert.match(address, /payment_amount=0&/);
  assert.equal((await fetch(address.replace('card_verify', 'payout'))).status, 400);
  await pay(address, CARD);
  const second = proven(await told(verified));
  assert.deepEqual(states(second), ['success', 0, 'account verification', 'success', '0']);
  assert.equal(second.callback.payment.type, 'account verification');
  const numbers = [first, second].map(({ callback }) => callback.recurring.id);
  assert.ok(numbers[0] && numbers[1] && numbers[0] !== numbers[1], `${numbers}`);
});

test('Gate refuses what the library did not sign', async () => {
  const id = fresh();
  assert.deepEqual((await gate('payment/status', { general: general(id) })).json.errors.map(({ code }) => code), ['3061']);
  const body = { general: { ...general(id), signature: signer({ general: general(id) }, `${secret_key}x`) } };
  const answer = await fetch(`${demo.base_url}/v2/payment/status`, { method: 'POST', body: JSON.stringify(body) });
  assert.deepEqual([answer.status, (await answer.json()).code], [400, '3261']);
});
