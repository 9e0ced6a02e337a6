// The Monetix counter of the demo shop: Payment Page, widget and Gate, and what the shop makes of what it hears.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { confirmButton, demo, field, fillCard, inspect, open, visit } from './world.mjs';

const { project_id, secret_key } = demo.projects.find((project) => project.protocol === 'monetix').credentials;
const COUNTER = `${demo.shop_url}?protocol=monetix`;
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const WMID = '123456789012';
const PAID = '4000 0000 0000 0077';
const DECLINED = '4111 1111 1111 1111';
const CODE = '123456';

let world;
before(async () => { world = await open(); });
after(() => world.close());

const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const fact = (page, name) => page.locator('.facts > div').filter({ hasText: name }).getByRole('definition');
const proven = (page, count) => fact(page, 'Callback').filter({ hasText: count === 1 ? /^received and proven$/ : new RegExp(`^${count} received and proven$`) });
const message = (page, title) => page.getByRole('article').filter({ has: page.getByRole('heading', { name: title }) });
const choose = (page, name, value) => page.locator(`[name=${name}][value=${value}]`).check();
const buy = (page) => page.getByRole('button', { name: /buy earl grey/i }).click();

/** Buys through Gate with a card of the list. */
async function buyByCard(page, card, stage = 'sale') {
  await choose(page, 'via', 'gate');
  await choose(page, 'gate_means', 'card');
  await choose(page, 'stage', stage);
  await page.getByLabel('Test card').selectOption(card.replaceAll(' ', ''));
  await buy(page);
}

/** From the result on the gateway's page back to the order in the shop. */
async function comeHome(page) {
  await page.getByRole('link', { name: /^Return to / }).click();
  await message(page, 'The browser came back').last().waitFor();
}

/** Both sides sign, and each signature is shown with its steps and found right. */
async function isSpeltOut(page, results = ['Match.', 'Signed.']) {
  const shown = await page.locator('.outcome b').allInnerTexts();
  assert.deepEqual([...new Set(shown)].sort(), results);
}

test('the Payment Page: a wallet pays, the shop is called, and refunds', async (t) => {
  const page = await visit(world, t, COUNTER);
  await inspect(page, 'demo shop monetix');
  await choose(page, 'means', 'webmoney');
  await buy(page);
  await page.getByLabel('WMID').fill(WMID);
  await page.getByRole('button', { name: /invoice|pay/i }).first().click();
  await page.getByRole('heading', { name: /invoice/ }).waitFor();
  await comeHome(page);
  await heading(page, 'Paid').waitFor();
  await proven(page, 1).waitFor();
  assert.equal(await fact(page, 'Wallet or card').innerText(), WMID);
  await message(page, 'Callback: sale success').getByText('payment.status').first().waitFor();
  await isSpeltOut(page);

  await page.getByLabel('Amount to refund').fill('2,50');
  await button(page, 'Refund').click();
  await heading(page, 'Refunded in part').waitFor();
  assert.match(await fact(page, 'Captured, not refunded').innerText(), /^4\.00/);
  await page.getByLabel('Amount to refund').fill('4.01');
  await button(page, 'Refund').click();
  await page.getByRole('alert').filter({ hasText: 'code 3283' }).waitFor();
  await button(page, 'Refund all that is left').click();
  await heading(page, 'Refunded').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await proven(page, 4).waitFor();
  await isSpeltOut(page);
  await inspect(page, 'demo story monetix');
});

test('back without paying, then the status is asked, and the payment goes on', async (t) => {
  const page = await visit(world, t, COUNTER);
  await choose(page, 'means', 'card');
  await buy(page);
  await page.getByRole('link', { name: 'Back to the shop' }).click();
  await heading(page, 'Not paid yet').waitFor();
  await message(page, 'The shop asks Gate for the status').getByText('code 3061').first().waitFor();
  await page.getByRole('link', { name: 'Continue to payment' }).click();
  await fillCard(page, PAID);
  await page.getByRole('button', { name: /^Pay / }).click();
  await comeHome(page);
  await heading(page, 'Paid').waitFor();
  await button(page, 'Ask the status again').click();
  await message(page, 'The shop asks Gate for the status').nth(1).getByText('payment.status success: paid').waitFor();
  await isSpeltOut(page);
});

/** The page in the widget's window. */
const inside = (page) => page.frameLocator('#ep-modal-body iframe');
const events = (page) => page.getByRole('log');
const heard = async (page) => events(page).locator('b').allInnerTexts();

async function openWidget(page, options = {}) {
  await choose(page, 'via', 'widget');
  await choose(page, 'means', options.means ?? 'any');
  await buy(page);
  await page.getByRole('button', { name: /^Pay 6/ }).click();
  await events(page).getByText('onLoaded').waitFor();
}

test('the widget tells what happens in it, and the shop waits for the callback', async (t) => {
  const page = await visit(world, t, COUNTER);
  await openWidget(page);
  await inside(page).getByRole('button', { name: /^Card/ }).click();
  await fillCard(inside(page), PAID);
  await inside(page).getByRole('button', { name: /^Pay / }).click();
  await events(page).getByText('payment.status success').waitFor();
  await page.getByRole('button', { name: 'Close the payment window' }).click();
  await events(page).getByText('onExit').waitFor();
  assert.deepEqual(await heard(page), ['onRun', 'onLoaded', 'onPaymentMethodSelect', 'onPaymentSent', 'onPaymentSuccess', 'onExit']);
  await inspect(page, 'demo widget');
  await page.getByRole('link', { name: 'See the order' }).click();
  await heading(page, 'Paid').waitFor();
  await proven(page, 1).waitFor();
  await isSpeltOut(page);
});

test('the widget on a phone: declined, and back to the order', async (t) => {
  const page = await visit(world, t, COUNTER, PHONE);
  await inspect(page, 'phone demo shop monetix');
  await openWidget(page, { means: 'card' });
  await inspect(page, 'phone demo widget');
  await fillCard(inside(page), DECLINED);
  await inside(page).getByRole('button', { name: /^Pay / }).click();
  await events(page).getByText('onPaymentFail').waitFor();
  await inside(page).getByRole('link', { name: /^Return to / }).click();
  await heading(page, 'Not paid').waitFor();
  await page.getByText('code 10000').first().waitFor();
  await inspect(page, 'phone demo story monetix');
});

test('without script the widget is a page', async (t) => {
  const page = await visit(world, t, COUNTER, { ...PHONE, javaScriptEnabled: false });
  assert.match(await page.locator('.hint noscript').innerText(), /this browser runs none: there the same order opens as a page/);
  await choose(page, 'via', 'widget');
  await choose(page, 'means', 'card');
  await buy(page);
  assert.match(await page.locator('noscript .words').innerText(), /The same signed order opens as a page/);
  assert.equal(await page.getByRole('button', { name: /^Pay 6/ }).count(), 0);
  await page.getByRole('link', { name: 'Open the Payment Page' }).click();
  await fillCard(page, PAID);
  await page.getByRole('button', { name: /^Pay / }).click();
  await comeHome(page);
  await heading(page, 'Paid').waitFor();
});

test('Gate: an invoice goes to the wallet that was typed, without script', async (t) => {
  const page = await visit(world, t, COUNTER, { ...PHONE, javaScriptEnabled: false });
  await choose(page, 'via', 'gate');
  await page.getByLabel('WMID of the payer').fill('9876 5432 1098');
  await buy(page);
  // The page reloads itself until the wallet has paid: a test wallet does so by itself.
  await message(page, 'Callback: sale awaiting customer action').getByText('display_data invoice_url').first().waitFor();
  await heading(page, 'Paid').waitFor();
  await proven(page, 2).waitFor();
  assert.equal(await fact(page, 'Wallet or card').innerText(), '987654321098');
  await isSpeltOut(page);
});

test('Gate: a card is held after 3-D Secure, and captured in part', async (t) => {
  const page = await visit(world, t, COUNTER);
  await choose(page, 'via', 'gate');
  await inspect(page, 'demo shop monetix gate');
  await buyByCard(page, '4314 2200 0000 0056', 'hold');
  await button(page, 'Continue with 3-D Secure').click();
  await button(page, 'Confirm at the bank').click();
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await heading(page, 'The money is held').waitFor();
  await page.getByLabel('Amount to capture').fill('4');
  await button(page, 'Capture').click();
  await heading(page, 'Paid').waitFor();
  assert.match(await fact(page, 'Captured, not refunded').innerText(), /^4\.00/);
  await message(page, 'Callback: capture success').waitFor();
  await isSpeltOut(page);
  await inspect(page, 'demo story monetix gate');
});

test('Gate: a hold is released, 3-D Secure 1 on a phone in the dark', async (t) => {
  const page = await visit(world, t, COUNTER, { ...PHONE, colorScheme: 'dark' });
  await buyByCard(page, '4006 2600 0000 0014', 'hold');
  await button(page, 'Confirm at the bank').click();
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await heading(page, 'The money is held').waitFor();
  await button(page, 'Release the hold').click();
  await heading(page, 'Reversed').waitFor();
  await message(page, 'Callback: cancel success').waitFor();
  await inspect(page, 'phone dark demo story monetix');
});

test('Gate: a declined card says why', async (t) => {
  const page = await visit(world, t, COUNTER);
  await buyByCard(page, DECLINED);
  await heading(page, 'Not paid').waitFor();
  await page.getByText('General decline (code 10000)').waitFor();
  await button(page, 'Buy again').click();
  await heading(page, 'Not paid').waitFor();
});

test('Gate: a card is registered and saved, pays again twice, and the registration is cancelled, on a phone in the dark', async (t) => {
  const page = await visit(world, t, COUNTER, { ...PHONE, colorScheme: 'dark' });
  await page.getByLabel(/Register the card/).check();
  await choose(page, 'via', 'gate');
  await choose(page, 'gate_means', 'card');
  assert.ok(!(await page.getByRole('heading', { name: 'Or open the page without buying' }).isVisible()));
  await page.getByLabel(/Save the card/).check();
  await buy(page);
  await heading(page, 'Paid').waitFor();
  await inspect(page, 'demo order kept');
  const order = page.url();
  await button(page, 'Charge again').click();
  await heading(page, 'Charged again').waitFor();
  await message(page, 'Callback: recurring success').getByText('by a registration').waitFor();
  await isSpeltOut(page);
  await page.goto(order);
  await button(page, 'Pay again with it').click();
  await heading(page, 'Paid').waitFor();
  await page.goto(order);
  await button(page, 'Cancel it').click();
  await message(page, 'Callback: recurring cancel success').waitFor();
  await button(page, 'Charge again').click();
  await heading(page, 'The gateway refused the charge').waitFor();
  await page.getByText('code 3184').first().waitFor();
});

test('the page verifies a card, saves one, and pays out', async (t) => {
  const page = await visit(world, t, COUNTER);
  await button(page, 'Verify a card').click();
  await fillCard(page, PAID);
  await page.locator('main button').last().click();
  await heading(page, 'The card is verified').waitFor();
  await comeHome(page);
  await heading(page, 'The card is verified').waitFor();
  await proven(page, 1).waitFor();

  await page.goto(COUNTER);
  await button(page, 'Save a card').click();
  await fillCard(page, PAID);
  await page.locator('main button').last().click();
  await heading(page, 'The card is saved').waitFor();
  await comeHome(page);
  await button(page, 'Pay again with it').click();
  await heading(page, 'Paid').waitFor();
  await isSpeltOut(page);

  await page.goto(COUNTER);
  await choose(page, 'means', 'webmoney');
  await page.getByRole('button', { name: /^Be paid for an old book/ }).click();
  await page.getByLabel('WMID').fill(WMID);
  await page.locator('main button').last().click();
  await page.getByRole('link', { name: /^Return to / }).click();
  await heading(page, 'Paid out').waitFor();
  await inspect(page, 'demo payout');
});

test('an order that was signed elsewhere appears with its callback', async (t) => {
  const order = { customer_id: 'me', payment_amount: '1250', payment_currency: 'USD', payment_id: `shell/${process.pid}`, project_id };
  const text = Object.entries(order).map(([name, value]) => `${name}:${value}`).join(';');
  const signature = createHmac('sha512', secret_key).update(text).digest('base64');
  const page = await visit(world, t, `${demo.base_url}/payment?${new URLSearchParams({ ...order, signature })}`);
  await page.getByRole('button', { name: /^Card/ }).click();
  await fillCard(page, PAID);
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('heading', { name: /^Paid/ }).waitFor();
  await page.goto(`${demo.shop_url}/orders`);
  await page.getByRole('link', { name: order.payment_id }).click();
  await heading(page, 'Paid').waitFor();
  await fact(page, 'Bought').filter({ hasText: 'An order from elsewhere' }).waitFor();
  await isSpeltOut(page, ['Match.']);
});
