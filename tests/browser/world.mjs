// What every story needs: a browser, a shop to come back to, orders, and a look at accessibility.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const need = (name) => process.env[name] ?? assert.fail(`${name} is missing: run \`cargo xtask test browser\``);

export const demo = JSON.parse(need('PAYGLOT_DEMO_JSON'));
const { userName, password } = demo.projects.find((project) => project.protocol === 'rbs').credentials;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SWITCHES = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-proxy-server'];

export const GOOD = '4444 5555 1111 3333';
export const WITH_3DS = '5555 5555 5555 5599';
export const INSUFFICIENT = '5432 5432 5432 5430';
export const CODE = '12345678';

/** Starts what the stories of one file share; `close` ends it. */
export async function open() {
  const browser = await chromium.launch({ executablePath: need('PAYGLOT_BROWSER'), args: SWITCHES });
  const shop = await startShop();
  return { shop, browser, close: () => Promise.all([browser.close(), shop.close()]) };
}

/** The least of a shop: a page to come back to, and a place for notifications. */
async function startShop() {
  const returns = [];
  const notifications = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://shop.invalid');
    if (url.pathname === '/callback') notifications.push(url.searchParams);
    if (url.pathname === '/back') returns.push(url.searchParams);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><main><h1>Back in the shop</h1></main>');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${server.address().port}`;
  return { base, returns, notifications, close: () => new Promise((closed) => { server.close(closed); server.closeAllConnections(); }) };
}

/** Calls the gateway as a shop's server does. */
export async function call(operation, parameters) {
  const body = new URLSearchParams({ userName, password, language: 'en', ...parameters });
  const answer = await fetch(`${demo.base_url}/payment/rest/${operation}.do`, { method: 'POST', body });
  return answer.json();
}

/** Registers an order of this shop. */
export async function order(shop, parameters = {}) {
  const registered = await call('register', { amount: 125000, returnUrl: `${shop.base}/back`, dynamicCallbackUrl: `${shop.base}/callback`, description: 'Two books and a tin of tea', ...parameters });
  assert.ok(registered.formUrl, `not registered: ${JSON.stringify(registered)}`);
  return registered;
}

export const status = async ({ orderId }) => (await call('getOrderStatusExtended', { orderId })).orderStatus;

/** Opens a page of its own for a story; an error on the browser's console fails it. */
export async function visit(world, test, address, options = {}) {
  const context = await world.browser.newContext({ locale: 'en-US', viewport: { width: 1024, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // Chromium notes when a page that names the payer's mistakes answers 422, and when it asks for the focus in a frame.
    const expected = /status of 422|^Blocked autofocusing/.test(message.text());
    if (message.type() === 'error' && !expected) troubles.push(`console: ${message.text()} (${message.location().url})`);
  });
  test.after(async () => {
    if (!test.passed && !page.isClosed()) await picture(page, `failed ${test.name}`).catch(() => {});
    await context.close();
    assert.deepEqual(troubles, []);
  });
  await page.goto(address);
  return page;
}

export const field = {
  number: (page) => page.getByLabel('Card number'),
  expiry: (page) => page.getByLabel('Expires'),
  cvc: (page) => page.getByLabel('Security code'),
  holder: (page) => page.getByLabel('Name on card'),
  code: (page) => page.getByLabel('Confirmation code'),
};

export const payButton = (page) => page.getByRole('button', { name: /^(Pay|Reserve) / });
export const confirmButton = (page) => page.getByRole('button', { name: 'Confirm', exact: true });

export async function fillCard(page, number) {
  await field.number(page).fill(number);
  await field.expiry(page).fill('12 / 34');
  await field.cvc(page).fill('123');
  await field.holder(page).fill('IVAN PETROV');
}

export async function payWith(page, number) {
  await fillCard(page, number);
  await payButton(page).click();
}

/** On the way to the bank a page without script has a button; with script it goes on by itself. */
export async function reachBank(page) {
  const onward = page.getByRole('button', { name: 'Continue at your bank' });
  await field.code(page).or(onward).first().waitFor();
  if (await onward.isVisible().catch(() => false)) await onward.click().catch(() => {});
  await field.code(page).waitFor();
}

/** Waits for the result, goes back to the shop if the payer is not taken there, and checks that the shop hears of it. */
export async function comeBack(page, shop, registered, expected) {
  const link = page.getByRole('link', { name: /^Return to / });
  const arrived = page.getByRole('heading', { name: 'Back in the shop' });
  await arrived.or(link).first().waitFor();
  if (!(await arrived.isVisible())) await Promise.all([page.waitForURL(`${shop.base}/back**`), link.click().catch(() => {})]);
  assert.equal(new URL(page.url()).search, `?orderId=${registered.orderId}&lang=en`);
  assert.equal(await status(registered), expected);
  const told = shop.notifications.filter((n) => n.get('mdOrder') === registered.orderId);
  assert.deepEqual(told.map((n) => `${n.get('operation')} ${n.get('status')}`), [`deposited ${expected === 2 ? 1 : 0}`]);
}

/** Presses Tab until the element has the focus, and checks that one can see it. */
export async function tabTo(page, element) {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await element.evaluate((e) => e === document.activeElement)) {
      const visible = await element.evaluate((e) => {
        const style = getComputedStyle(e);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      assert.ok(visible, 'the focus is visible');
      return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail('the element cannot be reached by Tab');
}

/** No page may break WCAG 2.2 AA, nor be wider than the screen. */
export async function inspect(page, name) {
  await picture(page, name);
  const { width, scroll } = await page.evaluate(() => ({ width: document.documentElement.clientWidth, scroll: document.documentElement.scrollWidth }));
  assert.ok(scroll <= width, `${name}: ${scroll} px of content on ${width} px`);
  await page.evaluate(axe);
  // Without `preload` axe leaves style sheets of other origins alone, which a strict content policy would not let it copy.
  const { violations } = await page.evaluate((values) => window.axe.run(document, { preload: false, runOnly: { type: 'tag', values } }), STANDARDS);
  const told = violations.map((v) => `${name}: ${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.html}\n  ${n.failureSummary}`).join('\n  ')}`);
  assert.deepEqual(told, [], told.join('\n'));
}

export async function picture(page, name) {
  await page.screenshot({ path: join(need('PAYGLOT_SCREENSHOTS'), `${name.replace(/[^\w]+/g, '-')}.png`), fullPage: true });
}
