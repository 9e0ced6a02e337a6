// The first thing a newcomer sees: the demo shop.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CODE, GOOD, WITH_3DS, confirmButton, demo, field, inspect, open, payWith, reachBank, visit } from './world.mjs';

let world;
before(async () => { world = await open(); });
after(() => world.close());

/** From the shop's first page to the payment page. */
async function buy(page) {
  await page.getByRole('button', { name: /buy/i }).first().click();
  await field.number(page).waitFor();
}

/** Back in the shop, on the page of the order. */
async function comeHome(page) {
  const link = page.getByRole('link', { name: /^Return to / });
  const told = page.getByText('getOrderStatusExtended.do').first();
  await told.or(link).first().waitFor();
  if (!(await told.isVisible())) await link.click().catch(() => {});
  await told.waitFor();
}

/** The same, and the page tells the story of a payment. */
async function story(page) {
  await comeHome(page);
  for (const message of ['register.do', 'getOrderStatusExtended.do', 'deposited', 'checksum']) {
    await page.getByText(message).first().waitFor();
  }
}

test('a purchase by card tells its story', async (t) => {
  const page = await visit(world, t, demo.shop_url);
  await inspect(page, 'demo shop');
  await buy(page);
  await payWith(page, GOOD);
  await story(page);
  await inspect(page, 'demo story');
});

test('a purchase with 3-D Secure on a narrow phone', async (t) => {
  const page = await visit(world, t, demo.shop_url, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  await inspect(page, 'phone demo shop');
  await buy(page);
  await payWith(page, WITH_3DS);
  await reachBank(page);
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await story(page);
  await inspect(page, 'phone demo story');
});

test('a purchase without script', async (t) => {
  const page = await visit(world, t, demo.shop_url, { javaScriptEnabled: false });
  await buy(page);
  await payWith(page, GOOD);
  await story(page);
});

const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true });
const callbacks = (page, words) => page.getByRole('definition').filter({ hasText: words });
const fact = (page, name) => page.locator('.facts > div').filter({ hasText: name }).getByRole('definition');

/** Buys with the money held first, and comes back to the page of the order. */
async function hold(page) {
  await page.getByRole('radio', { name: 'held first' }).check();
  await buy(page);
  await payWith(page, GOOD);
  await comeHome(page);
  await heading(page, 'The money is held').waitFor();
}

test('a hold is captured in part, and a part of that is refunded', async (t) => {
  const page = await visit(world, t, demo.shop_url);
  await hold(page);
  await callbacks(page, 'received and proven').waitFor();
  await inspect(page, 'demo hold');
  const amount = page.getByLabel('Amount to capture');
  assert.equal(await amount.inputValue(), '649.90');
  await amount.fill('500');
  await page.getByRole('button', { name: 'Capture' }).click();
  await heading(page, 'Paid').waitFor();
  await callbacks(page, '2 received and proven').waitFor();
  assert.match(await fact(page, 'Captured, not refunded').innerText(), /^500\.00/);

  await page.getByLabel('Amount to refund').fill('500.01');
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'errorCode 7' }).waitFor();
  await page.getByLabel('Amount to refund').fill('120,50');
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  await heading(page, 'Refunded in part').waitFor();
  await callbacks(page, '3 received and proven').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  assert.match(await fact(page, 'Captured, not refunded').innerText(), /^379\.50/);
  for (const message of ['registerPreAuth.do', 'Callback: approved', 'deposit.do', 'Callback: deposited', 'refund.do', 'Callback: refunded']) {
    await page.getByRole('heading', { name: message }).first().waitFor();
  }
  await inspect(page, 'demo refunded');
});

test('a hold is released without script on a narrow phone', async (t) => {
  const page = await visit(world, t, demo.shop_url, { javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await hold(page);
  await page.getByRole('button', { name: 'Release the hold' }).click();
  await heading(page, 'Reversed').waitFor();
  await page.getByRole('heading', { name: 'reverse.do' }).waitFor();
  assert.equal(await page.getByLabel(/^Amount/).count(), 0);
  // Without script the page reloads itself until the callback is there.
  await callbacks(page, '2 received and proven').waitFor();
});
