// The widget in a shop's page, with the gateway's own Payment Page in its frame.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { CODE, confirmButton, demo, field, fillCard, inspect, open, payButton, payWith, tabTo, visit } from './world.mjs';
import { CHALLENGE, DECLINED, PAID, WMID, fresh, gate, order, parameters, sealed, statusOf } from './monetix_world.mjs';
import { hears, run, told, until } from './widget_world.mjs';

const ENDS = ['onPaymentSuccess', 'onPaymentFail', 'onCardVerifySuccess', 'onCardVerifyFail', 'onTokenizeSuccess'];
const LISTEN = ['onLoaded', 'onFailLoading', 'onPaymentSent', ...ENDS, 'onExit', 'onDestroy'];
const WEBMONEY = { force_payment_method: 'webmoney' };
const CARD = { force_payment_method: 'card' };
const SAVE = { mode: 'card_tokenize', payment_id: '', payment_amount: '', payment_currency: '' };

let world;
let shop;
before(async () => { [world, shop] = await Promise.all([open(), openShop()]); });
after(() => Promise.all([world.close(), shop.close()]));

/** A shop on another site than the gateway's, whose policy lets nothing in but the widget and its frame. */
async function openShop() {
  const gateway = demo.base_url;
  const policy = `default-src 'none'; img-src data:; script-src ${gateway}; style-src ${gateway}; frame-src ${gateway} 'self'; form-action ${gateway}; base-uri 'none'`;
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', policy);
    const icon = '<link rel="icon" href="data:,">';
    const { pathname, searchParams } = new URL(request.url, 'http://here.invalid');
    if (pathname === '/own') {
      const src = searchParams.get('src').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      response.end(`<!doctype html><html lang="en"><title>Shop</title>${icon}<main><h1>Pay here</h1><iframe id="own" title="Payment" width="480" height="900" src="${src}"></iframe></main>`);
      return;
    }
    response.end(request.url !== '/' ? `<!doctype html><html lang="en"><title>Shop</title>${icon}<h1>Back in the shop</h1>` : `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Books &amp; Tea</title>${icon}
<link rel="stylesheet" href="${gateway}/shared/merchant.css"><script src="${gateway}/shared/merchant.js"></script>
<body><main><h1>Books &amp; Tea</h1><p>Your basket: two books and a tin of tea.</p><div id="here"></div></main></body></html>`);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { base: `http://localhost:${server.address().port}`, close: () => new Promise((closed) => { server.close(closed); server.closeAllConnections(); }) };
}

const frame = (page) => page.frameLocator('.ep-iframe');
const wmid = (page) => frame(page).getByLabel('Your WMID');
const shown = (page) => page.locator('#ep-modal-container').evaluate((container) => container.classList.contains('shown'));

/** Opens the widget for a new order in the shop's page. */
async function buy(t, changes = {}, { method, how, options } = {}) {
  const page = await visit(world, t, shop.base, options);
  const config = parameters(changes);
  await run(page, { ...config, ...(how?.config ?? {}) }, { method, how: how?.name, listen: LISTEN });
  return { page, payment_id: config.payment_id };
}

async function loaded(page) {
  await hears(page, 'onLoaded');
  await page.locator('#ep-modal-wrap.loaded').waitFor();
}

test('a card in the modal window, and the shop hears of it', async (t) => {
  const { page, payment_id } = await buy(t, { merchant_success_url: `${shop.base}/done` });
  await loaded(page);
  await inspect(page, 'monetix widget choice');
  await frame(page).getByRole('button', { name: /^Card/ }).click();
  await payWith(frame(page), PAID);
  const { payment, ...rest } = await hears(page, 'onPaymentSuccess');
  assert.deepEqual([payment.status, payment.id], ['success', payment_id]);
  assert.ok(!JSON.stringify(rest).includes(PAID.replaceAll(' ', '')), 'no card’s number');
  assert.deepEqual(await told(page, 'onPaymentSent'), [{}]);
  assert.deepEqual(await told(page, 'onPaymentFail'), []);
  assert.equal(await statusOf(payment_id), 'success');
  await inspect(page, 'monetix widget paid');
  await page.getByRole('button', { name: 'Close the payment window' }).click();
  await hears(page, 'onExit');
  assert.equal(await shown(page), false);
  assert.equal((await told(page, 'onPaymentSuccess')).length, 1);
});

test('WebMoney in the modal window: the wallet opens in a tab of its own', async (t) => {
  const { page, payment_id } = await buy(t, { ...WEBMONEY, merchant_success_url: `${shop.base}/done` });
  await loaded(page);
  await wmid(page).fill(WMID);
  await payButton(frame(page)).click();
  const link = frame(page).getByRole('link', { name: 'Go to WebMoney' });
  await link.waitFor();
  await inspect(page, 'monetix widget invoice');
  assert.equal(await link.getAttribute('target'), '_blank');
  const { payment } = await hears(page, 'onPaymentSuccess');
  assert.deepEqual([payment.status, payment.id, payment.method], ['success', payment_id, 'webmoney']);
  assert.deepEqual(await told(page, 'onPaymentSent'), [{}]);
  await frame(page).getByRole('link', { name: /^Return to / }).click();
  await page.waitForURL(`${shop.base}/done`);
});

test('a declined card is told as a failure', async (t) => {
  const { page, payment_id } = await buy(t, { ...CARD, merchant_fail_url: `${shop.base}/failed` });
  await loaded(page);
  await payWith(frame(page), DECLINED);
  const { payment } = await hears(page, 'onPaymentFail');
  assert.deepEqual([payment.status, payment.id], ['decline', payment_id]);
  assert.deepEqual(await told(page, 'onPaymentSuccess'), []);
  await frame(page).getByRole('link', { name: /^Return to / }).click();
  await page.waitForURL(`${shop.base}/failed`);
});

test('3-D Secure within the frame', async (t) => {
  const { page, payment_id } = await buy(t, CARD);
  await loaded(page);
  await payWith(frame(page), CHALLENGE);
  await field.code(frame(page)).fill('1');
  await confirmButton(frame(page)).click();
  await frame(page).getByText(/wrong|try/i).first().waitFor();
  await inspect(page, 'monetix widget bank');
  await field.code(frame(page)).fill(CODE);
  await confirmButton(frame(page)).click();
  const { payment } = await hears(page, 'onPaymentSuccess');
  assert.deepEqual([payment.status, payment.id], ['success', payment_id]);
  await page.locator('#ep-modal-wrap.loaded:not(.with-asc)').waitFor();
});

test('after the result the shop’s window goes on by itself', async (t) => {
  for (const [pay, number] of [['card', PAID], ['webmoney', WMID]]) {
    const { page } = await buy(t, { force_payment_method: pay, redirect_success_url: `${shop.base}/done?${pay}`, redirect_success_mode: 'parent_page' });
    await loaded(page);
    if (pay === 'card') await payWith(frame(page), number);
    else {
      await wmid(page).fill(number);
      await payButton(frame(page)).click();
    }
    await page.waitForURL(`${shop.base}/done?${pay}`);
  }
});

/** No other end of a visit was told, and this one once. */
async function onlyEnd(page, end) {
  for (const name of ENDS) assert.equal((await told(page, name)).length, name === end ? 1 : 0, name);
}

test('a card is saved in the window, and chosen and paid with next time', async (t) => {
  const customer_id = `browser-saves-${process.pid}`;
  const { page } = await buy(t, { ...SAVE, customer_id });
  await loaded(page);
  await frame(page).getByRole('heading', { name: 'Save a card' }).waitFor();
  await inspect(page, 'monetix widget save card');
  await fillCard(frame(page), PAID);
  await frame(page).getByRole('button', { name: 'Save card' }).click();
  const { account, customer } = await hears(page, 'onTokenizeSuccess');
  assert.deepEqual([customer.id, account.number], [customer_id, '400000******0077']);
  await frame(page).getByRole('heading', { name: 'The card is saved' }).waitFor();
  await inspect(page, 'monetix widget card saved');
  await onlyEnd(page, 'onTokenizeSuccess');
  const next = await buy(t, { customer_id, account_token: account.token });
  await loaded(next.page);
  const saved = frame(next.page).getByRole('radio', { name: 'Visa •••• 0077' });
  assert.ok(await saved.isChecked(), 'the page begins with the card that the shop names');
  assert.equal(await field.number(frame(next.page)).isVisible(), false);
  await inspect(next.page, 'monetix widget saved card');
  await field.cvc(frame(next.page)).fill('123');
  await payButton(frame(next.page)).click();
  const { payment } = await hears(next.page, 'onPaymentSuccess');
  assert.deepEqual([payment.status, payment.id], ['success', next.payment_id]);
  await onlyEnd(next.page, 'onPaymentSuccess');
});

test('the shop’s window goes on by itself after a card was saved', async (t) => {
  for (const redirect_tokenize_mode of ['parent_page', 'iframe']) {
    // The demo's page shows saved cards first, so the payer of the other stories saves none.
    const customer_id = `browser-kept-${process.pid}`;
    const { page } = await buy(t, { ...SAVE, customer_id, redirect_tokenize_url: `${shop.base}/kept`, redirect_tokenize_mode });
    await loaded(page);
    await fillCard(frame(page), PAID);
    await frame(page).getByRole('button', { name: 'Save card' }).click();
    if (redirect_tokenize_mode === 'parent_page') await page.waitForURL(`${shop.base}/kept`);
    else {
      await frame(page).getByRole('heading', { name: 'Back in the shop' }).waitFor();
      await onlyEnd(page, 'onTokenizeSuccess');
    }
  }
});

test('a card is verified in the window, with 3-D Secure, or is not', async (t) => {
  for (const [number, end, code] of [[PAID, 'onCardVerifySuccess'], [CHALLENGE, 'onCardVerifySuccess', CODE], [DECLINED, 'onCardVerifyFail']]) {
    const { page, payment_id } = await buy(t, { mode: 'card_verify', payment_amount: '0', merchant_success_url: `${shop.base}/done` });
    await loaded(page);
    await frame(page).getByRole('heading', { name: 'Verify your card' }).waitFor();
    if (number === PAID) await inspect(page, 'monetix widget verify');
    await fillCard(frame(page), number);
    await frame(page).getByRole('button', { name: 'Verify card' }).click();
    if (code) {
      await field.code(frame(page)).fill(code);
      await confirmButton(frame(page)).click();
    }
    const { payment, sum_real } = await hears(page, end);
    assert.deepEqual([payment.id, sum_real.amount], [payment_id, 0]);
    await inspect(page, `monetix widget verify ${payment.status}`);
    await onlyEnd(page, end);
    assert.equal(await statusOf(payment_id), payment.status);
  }
});

test('an invoice that nobody paid is cancelled within the window', async (t) => {
  // The sandbox's wallet pays by itself after two seconds: on a slow machine it may be faster than the payer.
  for (let tries = 1; ; tries += 1) {
    const { page, payment_id } = await buy(t, { ...WEBMONEY, merchant_fail_url: `${shop.base}/failed` });
    await loaded(page);
    await wmid(page).fill(WMID);
    await payButton(frame(page)).click();
    const cancel = frame(page).getByRole('button', { name: 'Cancel and return to the shop' });
    await cancel.click();
    await until(async () => (await told(page, 'onPaymentFail')).length + (await told(page, 'onPaymentSuccess')).length > 0, 'the shop hears of it');
    if ((await told(page, 'onPaymentSuccess')).length > 0 && tries < 5) continue;
    const [{ payment }] = await told(page, 'onPaymentFail');
    assert.deepEqual([payment.status, payment.id], ['decline', payment_id]);
    assert.equal(await statusOf(payment_id), 'decline');
    await frame(page).getByRole('heading', { name: 'You cancelled the payment' }).waitFor();
    await inspect(page, 'monetix widget cancelled');
    // The shop's window is told once, and a payment that comes too late changes nothing.
    await frame(page).getByRole('link', { name: /^Return to / }).click();
    await page.waitForURL(`${shop.base}/failed`);
    return;
  }
});

test('too many attempts: the window says for how long to wait, and the payer goes on there', async () => {
  // Nobody on this machine is limited, so this payer is from elsewhere; the answer 429 is noted on the browser's console.
  const from = { 'X-Forwarded-For': `192.0.2.${1 + (process.pid % 250)}` };
  const context = await world.browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.setExtraHTTPHeaders(from);
  await page.goto(shop.base);
  const signed = parameters(CARD);
  await run(page, signed, { listen: LISTEN });
  await loaded(page);
  let limited = true;
  await page.route('**/payment?**', async (route) => {
    if (limited && route.request().method() === 'POST') {
      // Others behind the same address have tried as many cards as it may, just now.
      const body = new URLSearchParams({ step: 'pay', number: DECLINED.replaceAll(' ', ''), expiry: '12/34', cvc: '123', holder: 'JANE READER' });
      for (let tries = 0, status = 0; status !== 429; tries += 1) {
        assert.ok(tries < 100, 'there is a limit');
        ({ status } = await fetch(order(CARD).address, { method: 'POST', headers: from, body, redirect: 'manual' }));
      }
    }
    await route.continue();
  });
  await payWith(frame(page), PAID);
  await frame(page).getByRole('heading', { name: 'Too many attempts' }).waitFor();
  await until(() => page.locator('#ep-modal-wrap.loaded:not(.with-asc)').count(), 'it is a page of ours, with a size');
  await inspect(page, 'monetix widget too many attempts');
  assert.deepEqual([await told(page, 'onFailLoading'), await told(page, 'onPaymentFail')], [[], []], 'nothing has failed yet');
  assert.equal(await statusOf(signed.payment_id), '3061');
  // The same page again, some time later.
  limited = false;
  await page.setExtraHTTPHeaders({});
  await frame(page).getByRole('link', { name: 'Try again' }).click();
  await payWith(frame(page), PAID);
  assert.equal((await hears(page, 'onPaymentSuccess')).payment.id, signed.payment_id);
  await context.close();
});

test('the wallet’s own page in a frame of the shop, which sent its payer there', async (t) => {
  for (const [button, back, status] of [[/^Pay /, 'done', 'success'], ['Leave without paying', 'failed', 'decline']]) {
    const payment_id = fresh();
    const payment = { amount: 125000, currency: 'USD', description: 'Two books and a tin of tea' };
    const customer = { id: 'customer_123', ip_address: '198.51.100.47', first_name: 'Jane', last_name: 'Reader', email: 'jane@books.example' };
    const return_url = { success: `${shop.base}/done`, decline: `${shop.base}/failed` };
    await gate('payment/webmoney-light/sale', payment_id, { payment, customer, return_url });
    let address;
    await until(async () => { address = (await gate('payment/status', payment_id)).redirect_data?.url; return address; }, 'the shop is told where the payer goes');
    const page = await visit(world, t, `${shop.base}/own?${new URLSearchParams({ src: address })}`);
    const place = page.frameLocator('#own');
    await place.getByRole('button', { name: button }).waitFor();
    await inspect(page, `monetix frame wallet ${back}`);
    await place.getByRole('button', { name: button }).click();
    await until(() => page.frames().some((inner) => inner.url() === `${shop.base}/${back}`), 'the frame is the shop’s again');
    assert.equal(await statusOf(payment_id), status);
  }
});

test('in an element of the shop’s page, by POST', async (t) => {
  const { page, payment_id } = await buy(t, WEBMONEY, { method: 'POST', how: { config: { target_element: 'here' } } });
  await hears(page, 'onLoaded');
  assert.equal(await page.locator('#here > .ep-iframe').count(), 1);
  await wmid(page).fill('1');
  await payButton(frame(page)).click();
  await frame(page).getByText('A WMID has 12 digits').waitFor();
  await until(() => wmid(page).evaluate((input) => input === document.activeElement), 'the field that is wrong has the focus');
  await wmid(page).fill(WMID);
  await payButton(frame(page)).click();
  assert.equal((await hears(page, 'onPaymentSuccess')).payment.id, payment_id);
  await inspect(page, 'monetix widget element');
});

test('embedded: the shop’s button sends the card', async (t) => {
  const { page, payment_id } = await buy(t, CARD, { how: { name: 'runEmbedded', config: { target_element: 'here' } } });
  await hears(page, 'onLoaded');
  await payButton(frame(page)).waitFor({ state: 'hidden' });
  await field.number(frame(page)).fill(PAID);
  await field.expiry(frame(page)).fill('12 / 34');
  await field.cvc(frame(page)).fill('123');
  await page.evaluate(() => window.widget.trySubmit());
  assert.equal((await hears(page, 'onPaymentSuccess')).payment.id, payment_id);
});

test('an encrypted address in the window', async (t) => {
  const page = await visit(world, t, shop.base);
  const { payment_id, path } = sealed(CARD);
  await page.evaluate(([path]) => {
    const onPaymentSuccess = (data) => { window.calls.push(['widget', 'onPaymentSuccess', data]); };
    window.calls = [];
    window.EPayWidget.create({ onPaymentSuccess }).setEncryptedURL(path).run();
  }, [path]);
  await payWith(frame(page), PAID);
  assert.equal((await hears(page, 'onPaymentSuccess')).payment.id, payment_id);
});

test('a refused request is shown in the window, and told', async (t) => {
  // The address of the frame answers 400, which the browser notes as an error.
  const context = await world.browser.newContext();
  const page = await context.newPage();
  await page.goto(shop.base);
  await run(page, { ...parameters(CARD), payment_amount: '1' }, { listen: LISTEN });
  assert.equal((await hears(page, 'onFailLoading')).message, 'Application error');
  await frame(page).getByRole('heading', { name: 'This payment cannot begin' }).waitFor();
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  await inspect(page, 'monetix widget refused');
  // A payment that nobody knows, in the frame, is no empty window either.
  await page.evaluate((src) => { document.querySelector('.ep-iframe').src = src; }, `${demo.base_url}/checkout/00000000-0000-0000-0000-000000000000`);
  await frame(page).getByRole('heading', { name: 'We could not find this order' }).waitFor();
  await context.close();
});

test('the payer changes the language and the way within the window', async (t) => {
  const { page } = await buy(t);
  await loaded(page);
  await frame(page).getByRole('link', { name: 'Русский' }).click();
  await frame(page).getByRole('button', { name: /^WebMoney/ }).click();
  await frame(page).getByRole('heading', { name: 'Оплата через WebMoney' }).waitFor();
  await frame(page).getByRole('link', { name: 'English' }).click();
  await frame(page).getByRole('link', { name: 'Another way to pay' }).click();
  await frame(page).getByRole('button', { name: /^Card/ }).click();
  await field.number(frame(page)).waitFor();
  assert.equal((await told(page, 'onLoaded')).length, 1);
  await tabTo(page, page.getByRole('button', { name: 'Close the payment window' }));
  await page.keyboard.press('Escape');
  await hears(page, 'onExit');
});

test('the whole tab on a telephone', async (t) => {
  const options = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, userAgent: 'Mozilla/5.0 (Linux; Android 14) Mobile' };
  const { page } = await buy(t, CARD, { options });
  await loaded(page);
  await inspect(page, 'phone monetix widget');
  const signed = parameters({ ...CARD, redirect_on_mobile: '1', redirect_success_url: `${shop.base}/done`, redirect_success_mode: 'parent_page' });
  await page.goto(shop.base);
  await run(page, signed);
  await page.waitForURL(`${demo.base_url}/payment?**`);
  await payWith(page, PAID);
  await page.waitForURL(`${shop.base}/done`);
  assert.equal(await statusOf(signed.payment_id), 'success');
});
