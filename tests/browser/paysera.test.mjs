// The payer of a Paysera order: country, bank, wallet, text message, card.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { GOOD, demo, fillCard, inspect, open, visit } from './world.mjs';

const { projectid, sign_password } = demo.projects.find((project) => project.protocol === 'paysera').credentials;
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

let world;
let number = 0;
before(async () => { world = await open(); });
after(() => world.close());

/** The address that a shop sends its payer to. */
function order(parameters = {}) {
  number += 1;
  const orderid = `B-${process.pid}-${number}`;
  const query = new URLSearchParams({
    projectid, orderid, version: '1.6', amount: '1250', currency: 'EUR', lang: 'ENG', country: 'LT', p_email: 'reader@books.example',
    accepturl: `${world.shop.base}/back?o=${orderid}`, cancelurl: `${world.shop.base}/back?o=${orderid}&gave=up`, callbackurl: `${world.shop.base}/callback?o=${orderid}`,
    ...parameters,
  });
  for (const [name, value] of [...query]) if (value === '') query.delete(name);
  const data = Buffer.from(query.toString()).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const sign = createHash('md5').update(data + sign_password).digest('hex');
  return { orderid, address: `${demo.base_url}/pay/?${new URLSearchParams({ data, sign })}` };
}

const fields = (params) => new URLSearchParams(Buffer.from(params.get('data'), 'base64url').toString());
const told = (orderid) => world.shop.notifications.filter((n) => n.get('o') === orderid).map(fields);
const tile = (page, name) => page.getByRole('button', { name: new RegExp(`^${name}`) });
const heading = (page, name) => page.getByRole('heading', { level: 1, name });
const arrived = (page) => page.getByRole('heading', { name: 'Back in the shop' });

/** Back in the shop with the signed result; the callback was there first. */
async function comeBack(page, orderid, expected) {
  const link = page.getByRole('link', { name: /^(Return to|Вернуться|Grįžti) / });
  await arrived(page).or(link).first().waitFor();
  if (!(await arrived(page).isVisible())) await Promise.all([page.waitForURL(`${world.shop.base}/back**`), link.click().catch(() => {})]);
  const carried = fields(new URL(page.url()).searchParams);
  for (const [name, value] of Object.entries(expected)) assert.equal(carried.get(name), value, name);
  const calls = told(orderid);
  assert.deepEqual(calls.map((call) => call.get('status')), ['1']);
  assert.equal(calls[0].get('payment'), expected.payment);
}

test('a country, a bank, and paid', async (t) => {
  const { orderid, address } = order();
  const page = await visit(world, t, address);
  await inspect(page, 'paysera choice');
  await page.getByLabel('Country').selectOption('lv');
  await tile(page, 'SEB banka').waitFor();
  await page.getByLabel('Country').selectOption('lt');
  await tile(page, 'Swedbank').click();
  await heading(page, 'Pay with Swedbank').waitFor();
  await inspect(page, 'paysera bank');
  await page.getByRole('button', { name: /^Pay 12/ }).click();
  await comeBack(page, orderid, { status: '1', payment: 'hanza', orderid, amount: '1250', test: '0' });
});

test('leave the bank, find too little money at the next, pay at the third', async (t) => {
  const { orderid, address } = order();
  const page = await visit(world, t, address, PHONE);
  await inspect(page, 'phone paysera choice');
  await tile(page, 'Swedbank').click();
  await page.getByRole('button', { name: 'Leave without paying' }).click();
  await page.getByText('You left before paying').waitFor();
  await inspect(page, 'phone paysera left');
  await tile(page, 'Luminor').click();
  await page.getByRole('button', { name: 'Not enough money' }).click();
  await page.getByText('There is not enough money on that account').waitFor();
  await inspect(page, 'phone paysera declined');
  await tile(page, 'Account balance').click();
  await page.getByRole('button', { name: /^Pay 12/ }).click();
  await comeBack(page, orderid, { status: '1', payment: 'wallet' });
});

test('the back button leads to the bank again, or to another way', async (t) => {
  const { orderid, address } = order();
  const page = await visit(world, t, address);
  await tile(page, 'SEB').click();
  await heading(page, 'Pay with SEB').waitFor();
  await page.goBack();
  await page.reload();
  await heading(page, 'Continue at SEB').waitFor();
  await inspect(page, 'paysera waits at the bank');
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByRole('link', { name: 'Go to SEB' }).click();
  await heading(second, 'Pay with SEB').waitFor();
  await page.getByRole('button', { name: 'Another way to pay' }).click();
  await tile(page, 'Swedbank').waitFor();
  // The forgotten tab pays after all, while the payer chooses: paid is paid.
  await second.getByRole('button', { name: /^Pay 12/ }).click();
  await comeBack(second, orderid, { status: '1', payment: 'vb2' });
  await page.reload();
  await heading(page, 'This order is already paid').waitFor();
});

test('back to the shop without paying', async (t) => {
  const { orderid, address } = order();
  const page = await visit(world, t, address);
  await page.getByRole('button', { name: 'Cancel and return to the shop' }).click();
  const link = page.getByRole('link', { name: /^Return to / });
  await arrived(page).or(link).first().waitFor();
  if (!(await arrived(page).isVisible())) await Promise.all([page.waitForURL(`${world.shop.base}/back**`), link.click().catch(() => {})]);
  assert.equal(new URL(page.url()).search, `?o=${orderid}&gave=up`, 'nothing is appended to cancelurl');
  assert.deepEqual(told(orderid), []);
});

test('SMS Bank: a wrong code, then the right one, in Russian', async (t) => {
  const { orderid, address } = order({ payment: 'smsbank', lang: 'RUS' });
  const page = await visit(world, t, address, PHONE);
  await page.getByLabel('Номер мобильного').fill('12');
  await page.getByRole('button', { name: 'Прислать код' }).click();
  await page.getByText('Укажите номер').waitFor();
  await inspect(page, 'phone smsbank number');
  await page.getByLabel('Номер мобильного').fill('+370 612 34567');
  await page.getByRole('button', { name: 'Прислать код' }).click();
  await page.getByText('•••• 4567').waitFor();
  const [code] = /\d{4}/.exec(await page.locator('.bubble').innerText());
  await page.getByLabel('Код из сообщения').fill('x');
  await page.getByRole('button', { name: /^Заплатить/ }).click();
  await page.getByText('Неверный код').waitFor();
  await inspect(page, 'phone smsbank wrong code');
  await page.getByLabel('Код из сообщения').fill(code);
  await page.getByRole('button', { name: /^Заплатить/ }).click();
  await comeBack(page, orderid, { status: '1', payment: 'smsbank' });
});

test('an address is asked for, without script, in Lithuanian', async (t) => {
  const { orderid, address } = order({ p_email: '', lang: 'LIT' });
  const page = await visit(world, t, address, { ...PHONE, javaScriptEnabled: false });
  await page.getByLabel('Šalis').selectOption('ee');
  await page.getByRole('button', { name: 'Rodyti' }).click();
  await tile(page, 'LHV').click();
  await page.getByText('Įveskite el. pašto adresą').waitFor();
  await page.getByLabel('Jūsų el. paštas').fill('skaitytoja@knygos.example');
  await tile(page, 'LHV').click();
  await page.getByRole('button', { name: /^Mokėti 12/ }).click();
  await comeBack(page, orderid, { status: '1', payment: 'ee_lhv', p_email: 'skaitytoja@knygos.example' });
});

test('by card', async (t) => {
  const { orderid, address } = order();
  const page = await visit(world, t, address);
  await tile(page, 'Payment card').click();
  await page.getByRole('link', { name: 'Another way to pay' }).click();
  await tile(page, 'Payment card').click();
  await fillCard(page, GOOD);
  await page.getByRole('button', { name: /^Pay / }).click();
  await comeBack(page, orderid, { status: '1', payment: 'card' });
});

test('accepted now, confirmed later', async (t) => {
  const { orderid, address } = order({ payment: 'hanza' });
  const page = await visit(world, t, address);
  await page.getByRole('button', { name: 'Pay, confirmed later' }).click();
  await heading(page, 'Your payment is on its way').waitFor();
  await inspect(page, 'paysera accepted');
  assert.deepEqual(told(orderid), [], 'an accepted payment is no paid one');
  await page.getByRole('link', { name: 'Open the simulator' }).click();
  await inspect(page, 'paysera bank accepted');
  await page.getByRole('button', { name: 'Confirm it now' }).click();
  await comeBack(page, orderid, { status: '1', payment: 'hanza' });
});

test('a person at the bank, whose payment the bank never confirms', async (t) => {
  const { orderid, address } = order({ payment: 'vb2', personcode: '38002300019' });
  const page = await visit(world, t, address, PHONE);
  await page.getByLabel('Who pays').selectOption({ label: 'Jonas Petraitis · 38002300019' });
  await inspect(page, 'phone paysera bank persons');
  await page.getByRole('button', { name: 'Pay, never confirmed by the bank' }).click();
  const link = page.getByRole('link', { name: /^Return to / });
  await arrived(page).or(link).first().waitFor();
  if (!(await arrived(page).isVisible())) await Promise.all([page.waitForURL(`${world.shop.base}/back**`), link.click().catch(() => {})]);
  const carried = fields(new URL(page.url()).searchParams);
  for (const one of [carried, ...told(orderid)]) {
    assert.deepEqual(['status', 'name', 'surename', 'account', 'personcodestatus'].map((name) => one.get(name)), ['4', 'Jonas', 'Petraitis', 'LT559999900000000017', '1']);
  }
  assert.equal(told(orderid).length, 1);
});

test('two tabs of one order: the older one leads to the newer, and the money counts once', async (t) => {
  const { orderid, address } = order();
  const older = await visit(world, t, address);
  await tile(older, 'Swedbank').click();
  await heading(older, 'Pay with Swedbank').waitFor();
  const newer = await older.context().newPage();
  await newer.goto(address);
  await tile(newer, 'SEB').click();
  await heading(newer, 'Pay with SEB').waitFor();
  await older.reload();
  await older.getByText('This payment has ended').waitFor();
  await inspect(older, 'paysera bank of an older tab');
  await newer.getByRole('button', { name: /^Pay 12/ }).click();
  await comeBack(newer, orderid, { status: '1', payment: 'vb2' });
  // Whoever presses all the same gets the money back, and sees what has become of the order.
  await older.getByRole('button', { name: /^Pay 12/ }).click();
  await heading(older, 'This order is already paid').or(heading(older, 'Paid. Thank you!')).first().waitFor();
  await inspect(older, 'paysera older tab after all');
  assert.deepEqual(told(orderid).map((call) => call.get('status')), ['1']);
});

test('a premium text message, answered at once and later', async (t) => {
  const page = await visit(world, t, `${demo.base_url}/sandbox/telephone`, PHONE);
  await heading(page, 'Send a premium message').waitFor();
  await page.getByLabel('This telephone’s number').fill('12');
  await page.getByLabel('Message').fill('COFFEE please');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('alert').first().waitFor();
  await inspect(page, 'phone telephone mistakes');
  await page.getByLabel('This telephone’s number').fill('+370 612 34567');
  await page.getByLabel('Message').fill('TEA with honey');
  await inspect(page, 'phone telephone');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Show this code at the counter').waitFor();
  await inspect(page, 'phone telephone answered');
  await page.getByRole('link', { name: 'Write another message' }).click();
  await page.getByLabel('This telephone’s number').fill('+370 612 34567');
  await page.getByLabel('Message').fill('tea later');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('will answer later').waitFor();
  await inspect(page, 'phone telephone later');
});

test('a test payment says so', async (t) => {
  const { orderid, address } = order({ test: '1', payment: 'smsbank' });
  const page = await visit(world, t, address);
  await heading(page, 'Test payment').waitFor();
  await inspect(page, 'paysera test payment');
  await page.getByRole('button', { name: /^Pay 12/ }).click();
  await comeBack(page, orderid, { status: '1', payment: 'smsbank', test: '1' });
});

test('the keyboard alone chooses and pays', async (t) => {
  const { orderid, address } = order({ only_payments: 'hanza,card' });
  const page = await visit(world, t, address);
  const focused = () => page.evaluate(() => (document.activeElement?.tagName === 'BUTTON' ? document.activeElement.textContent : ''));
  for (let presses = 0; presses < 20 && !(await focused()).includes('Swedbank'); presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await heading(page, 'Pay with Swedbank').waitFor();
  for (let presses = 0; presses < 20 && !(await focused()).startsWith('Pay 12'); presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await comeBack(page, orderid, { status: '1', payment: 'hanza' });
});

test('the demo shop tells the story of a purchase', async (t) => {
  const page = await visit(world, t, demo.shop_url);
  await page.getByRole('link', { name: 'Paysera' }).click();
  await inspect(page, 'demo shop paysera');
  await page.getByRole('button', { name: /buy/i }).first().click();
  await tile(page, 'Swedbank').click();
  await page.getByRole('button', { name: /^Pay 6/ }).click();
  const link = page.getByRole('link', { name: /^Return to / });
  const story = page.getByRole('heading', { name: /Callback: status 1/ });
  await story.or(link).first().waitFor();
  if (!(await story.isVisible())) await link.click().catch(() => {});
  await story.waitFor();
  for (const words of ['The browser is sent to the gateway', 'The browser came back with status 1']) await page.getByText(words).first().waitFor();
  assert.ok(await page.getByText('Match.').count() >= 2);
  await inspect(page, 'demo story paysera');
});
