// The payer's saved cards on the hosted page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CODE, GOOD, INSUFFICIENT, WITH_3DS, call, comeBack, confirmButton, field, fillCard, inspect, open, order, payButton, payWith, reachBank, status, tabTo, visit } from './world.mjs';

let world;
before(async () => { world = await open(); });
after(() => world.close());

const MASKED = { [GOOD]: 'Visa •••• 3333', [WITH_3DS]: 'Mastercard •••• 5599' };
const save = (page) => page.getByRole('checkbox', { name: 'Save this card' });
const saved = (page, number) => page.getByRole('radio', { name: MASKED[number] });
const another = (page) => page.getByRole('radio', { name: 'Another card' });
const remove = (page, number) => page.getByRole('button', { name: `Remove ${MASKED[number]}` });

let payers = 0;
const payer = () => { payers += 1; return `browser-${payers}`; };

/** What the shop's server is told of the payer's saved cards. */
async function known(clientId) {
  const { bindings } = await call('getBindings', { clientId });
  return bindings.map((binding) => binding.maskedPan);
}

/** A payer who has these cards saved: each of them paid for an order whose box was ticked. */
async function payerWith(t, ...numbers) {
  const clientId = payer();
  for (const number of numbers) {
    const registered = await order(world.shop, { clientId });
    const page = await visit(world, t, registered.formUrl);
    if (await another(page).count()) await another(page).check();
    await fillCard(page, number);
    await save(page).check();
    await payButton(page).click();
    if (number === WITH_3DS) {
      await reachBank(page);
      await field.code(page).fill(CODE);
      await confirmButton(page).click();
    }
    await comeBack(page, world.shop, registered, 2);
  }
  return clientId;
}

/** No page may know more of a card than its last digits. */
async function holdsNoNumber(page, ...numbers) {
  const digits = (await page.content()).replace(/[\s-]|&nbsp;/g, '');
  // The sandbox's own test cards stand on its page for everybody: those links are not the payer's card.
  const own = digits.replace(/<sectionclass="tests".*?<\/section>/gs, '');
  for (const number of numbers) {
    assert.ok(!own.includes(number.replaceAll(' ', '')), `${number} is on the page`);
  }
}

test('a card is saved only if the payer ticks the box', async (t) => {
  const clientId = payer();
  const plain = await order(world.shop, { clientId });
  const page = await visit(world, t, plain.formUrl);
  assert.equal(await save(page).isChecked(), false, 'nothing is saved unasked');
  await inspect(page, 'offer to save');
  await payWith(page, GOOD);
  await comeBack(page, world.shop, plain, 2);
  assert.deepEqual(await known(clientId), []);
  const nobody = await visit(world, t, (await order(world.shop)).formUrl);
  assert.equal(await save(nobody).count(), 0, 'a payer without an id has nothing to come back to');
});

test('the second order asks for the security code only', async (t) => {
  const clientId = await payerWith(t, GOOD);
  assert.deepEqual(await known(clientId), ['444455**3333']);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, registered.formUrl);
  assert.ok(await saved(page, GOOD).isChecked());
  for (const hidden of [field.number(page), field.expiry(page), field.holder(page), save(page)]) assert.equal(await hidden.isVisible(), false);
  await inspect(page, 'saved card');
  await holdsNoNumber(page, GOOD);
  await payButton(page).click();
  await page.getByText('Enter the code').first().waitFor();
  assert.equal(await status(registered), 0);
  await field.cvc(page).fill('123');
  await payButton(page).click();
  await comeBack(page, world.shop, registered, 2);
  const { paymentWay, bindingInfo } = await call('getOrderStatusExtended', { orderId: registered.orderId });
  assert.deepEqual([paymentWay, bindingInfo.clientId], ['CARD_BINDING', clientId]);
});

test('a saved card with 3-D Secure goes to its bank', async (t) => {
  const clientId = await payerWith(t, WITH_3DS);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, registered.formUrl);
  await field.cvc(page).fill('123');
  await payButton(page).click();
  await reachBank(page);
  await holdsNoNumber(page, WITH_3DS);
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await comeBack(page, world.shop, registered, 2);
});

test('another card instead, declined first', async (t) => {
  const clientId = await payerWith(t, GOOD);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, registered.formUrl);
  await another(page).check();
  await payWith(page, INSUFFICIENT);
  await page.getByText('There is not enough money on this card').first().waitFor();
  await inspect(page, 'saved card after a decline');
  await holdsNoNumber(page, GOOD, INSUFFICIENT);
  await another(page).check();
  await payWith(page, WITH_3DS);
  await reachBank(page);
  await field.code(page).fill(CODE);
  await confirmButton(page).click();
  await comeBack(page, world.shop, registered, 2);
  assert.deepEqual(await known(clientId), ['444455**3333'], 'the other card was not to be saved');
});

test('what was typed for another card does not go along with a saved one', async (t) => {
  const clientId = await payerWith(t, GOOD);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, registered.formUrl);
  await another(page).check();
  await fillCard(page, INSUFFICIENT);
  await saved(page, GOOD).check();
  assert.deepEqual([await field.number(page).inputValue(), await field.cvc(page).inputValue()], ['', '']);
  await field.cvc(page).fill('123');
  await payButton(page).click();
  await comeBack(page, world.shop, registered, 2);
});

test('the payer removes a saved card', async (t) => {
  const clientId = await payerWith(t, GOOD, WITH_3DS);
  const page = await visit(world, t, (await order(world.shop, { clientId })).formUrl);
  assert.ok(await saved(page, WITH_3DS).isChecked(), 'the newest is the likeliest');
  await inspect(page, 'two saved cards');
  await remove(page, WITH_3DS).click();
  await page.getByText('The card was removed').waitFor();
  await inspect(page, 'saved card removed');
  assert.equal(await saved(page, WITH_3DS).count(), 0);
  assert.deepEqual(await known(clientId), ['444455**3333']);
  await remove(page, GOOD).click();
  await saved(page, GOOD).waitFor({ state: 'detached' });
  assert.ok(await field.number(page).isVisible(), 'without a saved card the form is the usual one');
  assert.deepEqual(await known(clientId), []);
});

test('without script', async (t) => {
  const clientId = await payerWith(t, GOOD);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, registered.formUrl, { javaScriptEnabled: false });
  assert.equal(await field.number(page).isVisible(), false);
  await another(page).check();
  await fillCard(page, INSUFFICIENT);
  await saved(page, GOOD).check();
  await payButton(page).click();
  await page.getByText('A saved card was chosen and a number typed, too').first().waitFor();
  assert.equal(await status(registered), 0, 'which card is meant is asked, not guessed');
  await holdsNoNumber(page, GOOD, INSUFFICIENT);
  await saved(page, GOOD).check();
  await field.cvc(page).fill('123');
  await payButton(page).click();
  await comeBack(page, world.shop, registered, 2);
  const last = await visit(world, t, (await order(world.shop, { clientId })).formUrl, { javaScriptEnabled: false });
  await remove(last, GOOD).click();
  await last.getByText('The card was removed').waitFor();
  assert.deepEqual(await known(clientId), []);
});

test('a browser that cannot hide fields says what they are for', async (t) => {
  const clientId = await payerWith(t, GOOD);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, 'about:blank');
  await page.route('**/checkout/static/*.css', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(':has(', ':unknown-to-it(') });
  });
  await page.goto(registered.formUrl);
  await page.getByText('are only for another card').waitFor();
  assert.ok(await field.number(page).isVisible());
  await inspect(page, 'saved card without has');
  await field.number(page).fill(INSUFFICIENT);
  assert.ok(await another(page).isChecked(), 'who types a number means it');
  await saved(page, GOOD).check();
  await field.cvc(page).fill('123');
  await payButton(page).click();
  await comeBack(page, world.shop, registered, 2);
});

test('by keyboard only', async (t) => {
  const clientId = await payerWith(t, GOOD, WITH_3DS);
  const registered = await order(world.shop, { clientId });
  const page = await visit(world, t, registered.formUrl);
  await tabTo(page, saved(page, WITH_3DS));
  await page.keyboard.press('ArrowDown');
  assert.ok(await saved(page, GOOD).isChecked());
  await tabTo(page, field.cvc(page));
  await page.keyboard.type('123');
  // Enter pays; it must not reach the button that removes a card.
  await page.keyboard.press('Enter');
  await comeBack(page, world.shop, registered, 2);
  assert.equal((await known(clientId)).length, 2);
  const next = await visit(world, t, (await order(world.shop, { clientId })).formUrl);
  await tabTo(next, remove(next, GOOD));
  await next.keyboard.press('Enter');
  await next.getByText('The card was removed').waitFor();
  assert.deepEqual(await known(clientId), ['555555**5599']);
});

const WORDS = { en: ['Another card', 'Save this card'], ru: ['Другая карта', 'Сохранить карту'], lt: ['Kita kortelė', 'Išsaugoti kortelę'] };

for (const colorScheme of ['light', 'dark']) {
  test(`every language on a phone and a desktop, ${colorScheme}`, async (t) => {
    const clientId = await payerWith(t, GOOD, WITH_3DS);
    for (const [language, [other, offer]] of Object.entries(WORDS)) {
      const { formUrl } = await order(world.shop, { clientId });
      const address = formUrl.replace(/payment_\w+\.html/, `payment_${language}.html`);
      for (const width of [320, 360, 1024]) {
        const page = await visit(world, t, address, { colorScheme, viewport: { width, height: 740 } });
        await inspect(page, `saved cards ${language} ${width} ${colorScheme}`);
        await page.getByRole('radio', { name: other }).check();
        assert.equal(await page.getByRole('checkbox', { name: offer }).isChecked(), false);
        await inspect(page, `saved cards another ${language} ${width} ${colorScheme}`);
        await holdsNoNumber(page, GOOD, WITH_3DS);
      }
    }
  });
}
