// The Payment Page in its other modes, in a window of its own: saved cards, a card that is saved, verified, registered; money paid out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { field, fillCard, inspect, open, payButton, payWith, tabTo, visit } from './world.mjs';
import { DECLINED, PAID, order, statusOf } from './monetix_world.mjs';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const CARD = { force_payment_method: 'card' };
const SAVE = { mode: 'card_tokenize', payment_id: '', payment_amount: '', payment_currency: '' };
const VERIFY = { mode: 'card_verify', payment_amount: '0' };
const SAVED = 'Visa •••• 0077';

let world;
before(async () => { world = await open(); });
after(() => world.close());

const heading = (page, name) => page.getByRole('heading', { level: 1, name });
const button = (page, name) => page.getByRole('button', { name });

let payers = 0;
const payer = () => { payers += 1; return `browser-modes-${process.pid}-${payers}`; };

/** A payer who has saved a card on the page; its token. */
async function saves(t, customer_id, options = {}) {
  const page = await visit(world, t, order({ ...SAVE, customer_id }).address, options);
  await fillCard(page, PAID);
  await button(page, 'Save card').click();
  await heading(page, 'The card is saved').waitFor();
  return { page, token: new URL(page.url()).searchParams.get('_saved') };
}

test('a card is saved, chosen by the shop, and pays with its code', async (t) => {
  const customer_id = payer();
  const { page: last, token } = await saves(t, customer_id);
  assert.match(token, /^[0-9a-f]{32}$/);
  await inspect(last, 'monetix card saved');
  const { payment_id, address } = order({ customer_id, account_token: token });
  const page = await visit(world, t, address);
  assert.ok(await page.getByRole('radio', { name: SAVED }).isChecked());
  assert.equal(await field.number(page).isVisible(), false);
  await inspect(page, 'monetix saved card');
  await payButton(page).click();
  await page.getByText('Enter the code').first().waitFor();
  await tabTo(page, field.cvc(page));
  await page.keyboard.type('123');
  await page.keyboard.press('Enter');
  await heading(page, 'Paid. Thank you!').waitFor();
  assert.equal(await statusOf(payment_id), 'success');
  const other = await visit(world, t, order({ ...CARD, customer_id: payer(), account_token: token }).address);
  assert.equal(await other.getByRole('radio').count(), 0, 'it is nobody else’s');
});

test('without script: a card is saved, removed on the page of an order, and the shop’s address follows', async (t) => {
  const customer_id = payer();
  const { token } = await saves(t, customer_id, { javaScriptEnabled: false });
  const page = await visit(world, t, order({ customer_id, account_token: token }).address, { javaScriptEnabled: false });
  await button(page, `Remove ${SAVED}`).click();
  await page.getByText('The card was removed').waitFor();
  assert.equal(await page.getByRole('radio').count(), 0);
  const address = order({ ...SAVE, customer_id, redirect_tokenize_url: `${world.shop.base}/back?kept` }).address;
  const leaves = await visit(world, t, address, { javaScriptEnabled: false });
  await fillCard(leaves, PAID);
  await button(leaves, 'Save card').click();
  await leaves.waitForURL(`${world.shop.base}/back?kept`);
});

test('what the bank does not take is not saved', async (t) => {
  const page = await visit(world, t, order(SAVE).address);
  await button(page, 'Save card').click();
  await page.getByText('Enter the card number').first().waitFor();
  await fillCard(page, '4242 4242 4242 4242');
  await button(page, 'Save card').click();
  await page.getByText('The card was not saved').first().waitFor();
  await inspect(page, 'monetix card not saved');
});

test('a card is verified or not, and no amount is shown', async (t) => {
  for (const [number, title, status] of [[PAID, 'The card is verified', 'success'], [DECLINED, 'The card was not verified', 'decline']]) {
    const { payment_id, address } = order({ ...VERIFY, recurring_register: '1' });
    const page = await visit(world, t, address);
    await page.getByText('to charge it later').waitFor();
    assert.equal(await page.locator('.amount').count(), 0);
    await fillCard(page, number);
    await button(page, 'Verify card').click();
    await heading(page, title).waitFor();
    assert.equal(await page.locator('.amount').count(), 0);
    await inspect(page, `monetix verify ${status}`);
    assert.equal(await statusOf(payment_id), status);
  }
});

test('a payment that registers the card says so', async (t) => {
  const page = await visit(world, t, order({ ...CARD, recurring_register: '1' }).address);
  await page.getByText('to charge this card again').waitFor();
  await inspect(page, 'monetix registers');
  await payWith(page, PAID);
  await heading(page, 'Paid. Thank you!').waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  test(`a phone and a desktop in every language, ${colorScheme}`, async (t) => {
    const customer_id = payer();
    const { token } = await saves(t, customer_id);
    for (const language_code of ['en', 'ru', 'lt']) {
      for (const [place, options] of [['phone', PHONE], ['desktop', {}]]) {
        const page = await visit(world, t, order({ customer_id, account_token: token, language_code, recurring_register: '1' }).address, { ...options, colorScheme });
        const look = (name) => inspect(page, `monetix modes ${name} ${language_code} ${place} ${colorScheme}`);
        await look('saved card');
        await page.goto(order({ ...SAVE, customer_id, language_code }).address);
        await look('save card');
        await page.goto(`${order({ ...SAVE, customer_id, language_code }).address}&_saved=${token}`);
        await look('card saved');
        await page.goto(order({ ...VERIFY, language_code }).address);
        await look('verify');
      }
    }
  });
}
