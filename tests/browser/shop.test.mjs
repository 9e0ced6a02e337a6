// The first thing a newcomer sees: the demo shop.

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

/** Back in the shop, on the page that tells the story of the order. */
async function story(page) {
  const link = page.getByRole('link', { name: /^Return to / });
  const told = page.getByText('register.do').first();
  await told.or(link).first().waitFor();
  if (!(await told.isVisible())) await link.click().catch(() => {});
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
