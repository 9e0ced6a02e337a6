// The payer of a Monetix order on the Payment Page: WebMoney, card, and everything a hurried person does to a page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CODE, confirmButton, demo, field, fillCard, inspect, open, payButton, payWith, reachBank, tabTo, visit } from './world.mjs';
import { CHALLENGE, DECLINED, PAID, WMID, order, sealed, statusOf } from './monetix_world.mjs';

const PHONE = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };
const WEBMONEY = { force_payment_method: 'webmoney' };
const CARD = { force_payment_method: 'card' };
const UNKNOWN = '3061';

let world;
before(async () => { world = await open(); });
after(() => world.close());

const heading = (page, name) => page.getByRole('heading', { level: 1, name });
const wmid = (page) => page.getByLabel(/WMID$/);
const tile = (page, name) => page.getByRole('button', { name: new RegExp(`^${name}`) });
const invoice = (page) => heading(page, 'Pay the invoice in WebMoney');
const paid = (page) => heading(page, 'Paid. Thank you!');
const backToShop = (page) => page.getByRole('link', { name: /^Return to / });
/** A shop that the payer can go back to. */
const ways = () => ({ merchant_success_url: `${world.shop.base}/back?paid`, merchant_fail_url: `${world.shop.base}/back?failed`, merchant_return_url: `${world.shop.base}/back?left` });

async function comeBack(page, search) {
  await backToShop(page).click();
  await page.waitForURL(`${world.shop.base}/back**`);
  assert.equal(new URL(page.url()).search, search, 'nothing is added to the address');
}

/** A deadline so many seconds from now. */
const within = (seconds) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}+00:00`;

test('WebMoney: chosen, invoiced, paid in the wallet, and the page changes by itself', async (t) => {
  const { payment_id, address } = order(ways());
  const page = await visit(world, t, address);
  await inspect(page, 'monetix choice');
  await tile(page, 'WebMoney').click();
  await inspect(page, 'monetix webmoney');
  assert.equal(await statusOf(payment_id), UNKNOWN, 'looking is not ordering');
  await wmid(page).fill('1234 5678 9012');
  await payButton(page).click();
  await invoice(page).waitFor();
  assert.equal(await statusOf(payment_id), 'awaiting customer action');
  await inspect(page, 'monetix invoice');
  const link = page.getByRole('link', { name: 'Go to WebMoney' });
  assert.equal(await link.getAttribute('target'), '_blank', 'the page stays');
  assert.match(await link.getAttribute('href'), new RegExp(`^${demo.base_url}/sandbox/webmoney/${WMID}\\?invoice=\\d+$`));
  assert.equal(await page.getByRole('img', { name: /^The address of the invoice/ }).isVisible(), true);
  await page.getByRole('button', { name: 'Copy the number of the invoice' }).click();
  await page.getByRole('button', { name: 'Copy the number of the invoice' }).getByText('Copied').waitFor();
  await paid(page).waitFor();
  await inspect(page, 'monetix paid');
  assert.equal(await statusOf(payment_id), 'success');
  await comeBack(page, '?paid');
});

test('WebMoney without script, in Lithuanian, with what the shop did not say', async (t) => {
  const { payment_id, address } = order({ ...WEBMONEY, ...ways(), language_code: 'lt', customer_first_name: '', customer_email: '' });
  const page = await visit(world, t, address, { javaScriptEnabled: false });
  await wmid(page).fill('12');
  await page.getByRole('button', { name: /^Mokėti / }).click();
  await page.getByText('WMID sudaro 12 skaitmenų').waitFor();
  await page.getByText('Įveskite vardą').waitFor();
  await wmid(page).fill(WMID);
  await page.getByLabel('Vardas').fill('Ona');
  await page.getByLabel('Jūsų el. paštas').fill('ona@example.lt');
  await page.getByRole('button', { name: /^Mokėti / }).click();
  await heading(page, 'Apmokėkite sąskaitą per WebMoney').waitFor();
  // The page asks again by itself.
  await page.locator('.dot.ok').waitFor();
  assert.equal(await statusOf(payment_id), 'success');
});

test('WebMoney refuses the amount, and the shop’s address for failures is offered', async (t) => {
  const { payment_id, address } = order({ ...WEBMONEY, ...ways(), payment_amount: '40000' });
  const page = await visit(world, t, address);
  await wmid(page).fill(WMID);
  await payButton(page).click();
  await heading(page, 'The payment did not go through').waitFor();
  await inspect(page, 'monetix refused by the wallet');
  assert.equal(await page.getByText('Choose another way to pay').count(), 0, 'there is none any more');
  assert.equal(await statusOf(payment_id), 'decline');
  await comeBack(page, '?failed');
});

for (const javaScriptEnabled of [true, false]) {
  test(`after the result the browser goes on by itself, ${javaScriptEnabled ? 'with' : 'without'} script`, async (t) => {
    const redirects = { redirect_success_url: `${world.shop.base}/back?at-once`, redirect_fail_url: `${world.shop.base}/back?refused` };
    for (const [number, search, code] of [[PAID, '?at-once'], [DECLINED, '?refused'], [CHALLENGE, '?at-once', CODE]]) {
      const page = await visit(world, t, order({ ...CARD, ...redirects }).address, { javaScriptEnabled });
      await payWith(page, number);
      if (code) {
        await field.code(page).fill(code);
        await confirmButton(page).click();
      }
      await page.waitForURL(`${world.shop.base}/back${search}`);
    }
    const page = await visit(world, t, order({ ...WEBMONEY, ...redirects }).address, { javaScriptEnabled });
    await wmid(page).fill(WMID);
    await payButton(page).click();
    await page.waitForURL(`${world.shop.base}/back?at-once`);
  });
}

test('a card, declined or not, with 3-D Secure and without', async (t) => {
  for (const [number, status, code] of [[PAID, 'success'], [DECLINED, 'decline'], [CHALLENGE, 'success', CODE], [CHALLENGE, 'decline', 'wrong']]) {
    const { payment_id, address } = order({ ...CARD, ...ways() });
    const page = await visit(world, t, address);
    await payWith(page, number);
    if (code) {
      await reachBank(page);
      await inspect(page, 'monetix bank');
      for (let tries = 0; tries < 3 && await field.code(page).isVisible(); tries += 1) {
        await field.code(page).fill(code);
        await Promise.all([page.waitForLoadState('load'), confirmButton(page).click()]);
        await field.code(page).or(backToShop(page)).first().waitFor();
      }
    }
    await backToShop(page).waitFor();
    await inspect(page, `monetix card ${status}${code ? ' 3ds' : ''}`);
    assert.equal(await statusOf(payment_id), status);
    await comeBack(page, status === 'success' ? '?paid' : '?failed');
  }
});

test('the test cards of the page fill the form without script', async (t) => {
  const { payment_id, address } = order({ ...ways() });
  const page = await visit(world, t, address, { javaScriptEnabled: false });
  await tile(page, 'Card').click();
  await page.getByRole('link', { name: 'Paid', exact: true }).click();
  assert.equal(await field.number(page).inputValue(), PAID);
  await payButton(page).click();
  await backToShop(page).waitFor();
  assert.equal(await statusOf(payment_id), 'success');
});

test('the back button, another way, a reload', async (t) => {
  const { address } = order({ default_payment_method: 'webmoney' });
  const page = await visit(world, t, address);
  await page.getByRole('link', { name: 'Another way to pay' }).click();
  await tile(page, 'Card').click();
  await field.number(page).waitFor();
  await page.reload();
  await field.number(page).waitFor();
  await page.goBack();
  await tile(page, 'WebMoney').click();
  await wmid(page).fill(WMID);
  await payButton(page).click();
  await invoice(page).waitFor();
  await page.goBack();
  await invoice(page).or(paid(page)).or(heading(page, 'This order is already paid')).first().waitFor();
});

test('a double click and a second tab pay once', async (t) => {
  const { payment_id, address } = order({ ...CARD, ...ways() });
  const page = await visit(world, t, address);
  const second = await page.context().newPage();
  await second.goto(address);
  await fillCard(page, PAID);
  await payButton(page).dblclick();
  await backToShop(page).waitFor();
  await payWith(second, PAID);
  await heading(second, 'This order is already paid').waitFor();
  await second.goto(order({ payment_id, payment_amount: '999' }).address);
  await heading(second, 'This order is already paid').waitFor();
  assert.match(await second.locator('.amount').innerText(), /^1\s250/, 'the stored amount, not the new one');
});

test('by keyboard only', async (t) => {
  const { payment_id, address } = order(ways());
  const page = await visit(world, t, address);
  await tabTo(page, tile(page, 'WebMoney'));
  await page.keyboard.press('Enter');
  await wmid(page).waitFor();
  await tabTo(page, wmid(page));
  await page.keyboard.type(WMID);
  await page.keyboard.press('Enter');
  await backToShop(page).waitFor();
  await tabTo(page, backToShop(page));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${world.shop.base}/back?paid`);
  assert.equal(await statusOf(payment_id), 'success');
});

for (const colorScheme of ['light', 'dark']) {
  test(`a narrow telephone in every language, ${colorScheme}`, async (t) => {
    for (const [language_code, pay] of [['en', 'Pay'], ['ru', 'Оплатить'], ['lt', 'Mokėti']]) {
      const description = 'Пополнение личного счёта №<01234567890> на сайте <https://merchant.example.com>.';
      const all = { language_code, payment_description: description, ...ways() };
      const page = await visit(world, t, order(all).address, { ...PHONE, colorScheme });
      const look = (name) => inspect(page, `phone monetix ${name} ${language_code} ${colorScheme}`);
      await look('choice');
      await page.goto(order({ ...all, ...WEBMONEY, customer_first_name: '', customer_last_name: '', customer_email: '' }).address);
      await wmid(page).fill('1');
      await page.getByRole('button', { name: new RegExp(`^${pay} `) }).click();
      await page.locator('[aria-invalid=true]').first().waitFor();
      await look('mistakes');
      await page.goto(order({ ...all, ...WEBMONEY, account_number: WMID }).address);
      await page.getByRole('button', { name: new RegExp(`^${pay} `) }).click();
      await page.locator('.invoice').waitFor();
      await look('invoice');
      await page.locator('.dot.ok').waitFor();
      await look('paid');
    }
  });
}

test('the language of the shop, and another that the payer chooses on any step', async (t) => {
  const { address } = order({ language_code: 'ru' });
  const page = await visit(world, t, address);
  const speaks = async (language) => { await page.locator(`html[lang=${language}]`).waitFor(); };
  await speaks('ru');
  await page.getByRole('link', { name: 'Lietuvių' }).click();
  await speaks('lt');
  await tile(page, 'WebMoney').click();
  await speaks('lt');
  await page.getByRole('link', { name: 'English' }).click();
  await heading(page, 'Pay with WebMoney').waitFor();
  await wmid(page).fill(WMID);
  await payButton(page).click();
  await invoice(page).waitFor();
});

test('an encrypted address', async (t) => {
  const { payment_id, path } = sealed({ language_code: 'ru' });
  const page = await visit(world, t, demo.base_url + path);
  await page.getByRole('link', { name: 'English' }).click();
  await tile(page, 'Card').click();
  await payWith(page, PAID);
  await paid(page).waitFor();
  assert.equal(await statusOf(payment_id), 'success');
  await page.goto(`${demo.base_url}${path}`);
  await page.locator('.dot.ok').waitFor();
});

test('a deadline is counted down, marked in its last five minutes, and final', async (t) => {
  const { payment_id, address } = order({ ...CARD, ...ways(), best_before: within(4) });
  const page = await visit(world, t, address);
  const timer = page.getByRole('timer');
  assert.match(await timer.innerText(), /00:0\d/);
  assert.match(await timer.getAttribute('class'), /soon/);
  await heading(page, 'The time to pay has run out').waitFor();
  await inspect(page, 'monetix over');
  assert.equal(await statusOf(payment_id), UNKNOWN, 'nothing was ordered');
  await page.goto(order({ best_before: within(900) }).address);
  assert.match(await timer.innerText(), /14:\d\d|15:00/);
  assert.doesNotMatch(await timer.getAttribute('class'), /soon/);
  await page.goto(order().address);
  assert.equal(await timer.count(), 0, 'no deadline, no clock');
});

test('what a shop did wrong is told, and to its developer how to sign', async (t) => {
  const page = await visit(world, t, 'about:blank');
  for (const [name, address, text, status] of [
    ['signature', order().address.replace('125000', '1'), 'Invalid signature', 400],
    ['nobody', order({ project_id: '9' }).address, 'Project ID not found', 404],
  ]) {
    const context = await world.browser.newContext({ viewport: { width: 360, height: 740 } });
    const own = await context.newPage();
    const answer = await own.goto(address);
    assert.equal(answer.status(), status);
    await heading(own, 'This payment cannot begin').waitFor();
    await own.getByText(text, { exact: true }).waitFor();
    assert.equal(await own.getByText('HMAC-SHA512').count(), status === 400 ? 1 : 0);
    await inspect(own, `monetix refused ${name}`);
    await context.close();
  }
  await page.goto(order({ force_payment_method: 'bitcoin' }).address);
  await heading(page, 'No way to pay is available').waitFor();
  await inspect(page, 'monetix no way to pay');
});

test('the first page is small and asks nobody else for anything', async (t) => {
  for (const changes of [{}, WEBMONEY, CARD]) {
    const page = await visit(world, t, 'about:blank');
    const answers = [];
    page.on('response', (answer) => answers.push(answer));
    const first = await page.goto(order(changes).address, { waitUntil: 'networkidle' });
    const foreign = answers.map((answer) => answer.url()).filter((url) => !url.startsWith('data:') && new URL(url).origin !== new URL(demo.base_url).origin);
    assert.deepEqual(foreign, []);
    const sizes = await Promise.all(answers.map((answer) => answer.body().then((body) => body.length, () => 0)));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < 60_000, `${total} bytes`);
    const policy = first.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'.*frame-ancestors \*$/);
    assert.doesNotMatch(policy, /unsafe-/);
  }
});
