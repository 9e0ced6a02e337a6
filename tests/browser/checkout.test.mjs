// The payer on the hosted page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CODE, GOOD, INSUFFICIENT, WITH_3DS, call, comeBack, confirmButton, demo, field, fillCard, inspect, open, order, payButton, payWith, reachBank, status, tabTo, visit } from './world.mjs';

let world;
before(async () => { world = await open(); });
after(() => world.close());

test('a card without 3-D Secure', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await inspect(page, 'card form');
  await payWith(page, GOOD);
  await comeBack(page, world.shop, registered, 2);
});

test('3-D Secure with the right code', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await payWith(page, WITH_3DS);
  await reachBank(page);
  assert.equal(await status(registered), 5);
  await inspect(page, 'bank confirmation');
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await comeBack(page, world.shop, registered, 2);
});

test('3-D Secure with a wrong code, then the right one', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await payWith(page, WITH_3DS);
  await reachBank(page);
  await field.code(page).fill('11111');
  await confirmButton(page).click();
  await page.getByText('That code is wrong').first().waitFor();
  await inspect(page, 'bank wrong code');
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await comeBack(page, world.shop, registered, 2);
});

test('3-D Secure cancelled at the bank', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await payWith(page, WITH_3DS);
  await reachBank(page);
  await page.getByRole('button', { name: 'Do not confirm' }).click();
  await comeBack(page, world.shop, registered, 6);
  await page.goto(registered.formUrl);
  await inspect(page, 'declined for good');
  assert.equal(await field.number(page).count(), 0);
});

test('a declined card, then a good one', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await payWith(page, INSUFFICIENT);
  await page.getByText('There is not enough money on this card').first().waitFor();
  await inspect(page, 'declined');
  assert.equal(await field.number(page).inputValue(), '', 'a card number must not come back to the page');
  assert.equal(await status(registered), 0);
  await payWith(page, GOOD);
  await comeBack(page, world.shop, registered, 2);
});

test('three declines end the order', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  for (const left of ['You can try 2 more times', 'You can try once more']) {
    await payWith(page, INSUFFICIENT);
    await page.getByText(left).first().waitFor();
  }
  await payWith(page, INSUFFICIENT);
  await comeBack(page, world.shop, registered, 6);
});

test('mistakes are named at their fields', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await payButton(page).click();
  await page.getByText('Enter the card number').first().waitFor();
  await inspect(page, 'mistakes found by script');
  const plain = await visit(world, t, registered.formUrl, { javaScriptEnabled: false });
  await field.number(plain).fill('4444 5555 1111 3334');
  await field.expiry(plain).fill('01 / 20');
  await payButton(plain).click();
  for (const mistake of ['A digit is wrong or missing', 'This card has expired', 'Enter the code']) {
    await plain.getByText(mistake).first().waitFor();
  }
  assert.equal(await field.number(plain).getAttribute('aria-invalid'), 'true');
  assert.equal(await status(registered), 0);
});

test('the back button after a payment shows that it is paid', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await payWith(page, GOOD);
  await comeBack(page, world.shop, registered, 2);
  await page.goBack();
  await page.getByText(/paid/i).first().waitFor();
  assert.equal(await field.number(page).count(), 0);
  await page.goto(registered.formUrl);
  await page.getByRole('heading', { name: 'This order is already paid' }).waitFor();
  await inspect(page, 'already paid');
});

test('a double click charges once', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  await fillCard(page, GOOD);
  await payButton(page).dblclick();
  await comeBack(page, world.shop, registered, 2);
  await paidOnce(registered, 125000);
});

test('two tabs charge once, without script too', async (t) => {
  const registered = await order(world.shop);
  const tabs = await Promise.all([1, 2].map(() => visit(world, t, registered.formUrl, { javaScriptEnabled: false })));
  for (const tab of tabs) await fillCard(tab, GOOD);
  await Promise.all(tabs.map((tab) => payButton(tab).click()));
  for (const tab of tabs) await tab.getByText(/paid|Back in the shop/i).first().waitFor();
  await paidOnce(registered, 125000);
});

async function paidOnce(registered, amount) {
  const { paymentAmountInfo } = await call('getOrderStatusExtended', { orderId: registered.orderId });
  assert.equal(paymentAmountInfo.paymentState, 'DEPOSITED');
  assert.equal(paymentAmountInfo.depositedAmount, amount);
  const told = world.shop.notifications.filter((n) => n.get('mdOrder') === registered.orderId);
  assert.equal(told.length, 1);
}

test('without script, with 3-D Secure', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl, { javaScriptEnabled: false });
  await payWith(page, WITH_3DS);
  await reachBank(page);
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await comeBack(page, world.shop, registered, 2);
});

for (const width of [360, 320]) {
  test(`on a phone ${width} px wide`, async (t) => {
    const registered = await order(world.shop);
    const page = await visit(world, t, registered.formUrl, { viewport: { width, height: 740 }, hasTouch: true, isMobile: true });
    await inspect(page, `phone ${width} card form`);
    await payWith(page, INSUFFICIENT);
    await page.getByText('There is not enough money on this card').first().waitFor();
    await inspect(page, `phone ${width} declined`);
    await payWith(page, WITH_3DS);
    await reachBank(page);
    await inspect(page, `phone ${width} bank`);
    await field.code(page).fill(CODE);
    await confirmButton(page).click();
    await comeBack(page, world.shop, registered, 2);
    await page.goto(registered.formUrl);
    await inspect(page, `phone ${width} already paid`);
  });
}

test('by keyboard only', async (t) => {
  const registered = await order(world.shop);
  const page = await visit(world, t, registered.formUrl);
  for (const [name, text] of [['number', '4444555511113333'], ['expiry', '1234'], ['cvc', '123'], ['holder', 'IVAN PETROV']]) {
    await tabTo(page, field[name](page));
    await page.keyboard.type(text);
  }
  assert.equal(await field.number(page).inputValue(), GOOD, 'the number is grouped while typing');
  await tabTo(page, payButton(page));
  await page.keyboard.press('Enter');
  await comeBack(page, world.shop, registered, 2);
});

for (const scheme of ['light', 'dark']) {
  test(`every language, ${scheme}`, async (t) => {
    for (const language of ['en', 'ru', 'lt']) {
      const { formUrl } = await order(world.shop, { language: language === 'lt' ? 'en' : language });
      const page = await visit(world, t, formUrl.replace(/payment_\w+\.html/, `payment_${language}.html`), { colorScheme: scheme });
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      await inspect(page, `card form ${language} ${scheme}`);
    }
  });
}

test('an order whose time has run out', async (t) => {
  const registered = await order(world.shop, { sessionTimeoutSecs: 1 });
  const page = await visit(world, t, registered.formUrl);
  const expired = page.getByRole('heading', { name: 'The time to pay has run out' });
  for (let tries = 0; tries < 20 && !(await expired.isVisible()); tries += 1) {
    await expired.waitFor({ timeout: 500 }).catch(() => page.goto(registered.formUrl));
  }
  await expired.waitFor();
  await inspect(page, 'expired');
  assert.equal(await status(registered), 6);
});

test('an order that nobody knows', async () => {
  const page = await world.browser.newPage();
  await page.goto(`${demo.base_url}/payment/merchants/payment_en.html?mdOrder=00000000-0000-0000-0000-000000000000`);
  await page.getByRole('heading', { name: 'We could not find this order' }).waitFor();
  await inspect(page, 'unknown order');
});

test('the first page is small and asks nobody else for anything', async (t) => {
  const { formUrl } = await order(world.shop);
  const page = await visit(world, t, 'about:blank');
  const answers = [];
  page.on('response', (answer) => answers.push(answer));
  const first = await page.goto(formUrl, { waitUntil: 'networkidle' });
  const foreign = answers.map((answer) => answer.url()).filter((url) => new URL(url).origin !== new URL(demo.base_url).origin);
  assert.deepEqual(foreign.filter((url) => !url.startsWith('data:')), []);
  const sizes = await Promise.all(answers.map((answer) => answer.body().then((body) => body.length, () => 0)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(total < 60_000, `${total} bytes`);
  const policy = first.headers()['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-/);
});
