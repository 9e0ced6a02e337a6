// The widget of the Monetix protocol in a shop's page, and the page in its frame.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, open, picture, tabTo, visit } from './world.mjs';
import { PAID, hears, inside, openPlaces, run, say, told, until } from './widget_world.mjs';

let world;
let places;
before(async () => { [world, places] = await Promise.all([open(), openPlaces()]); });
after(() => Promise.all([world.close(), places.close()]));

const dialog = (page) => page.getByRole('dialog', { name: 'Payment' });
const closeButton = (page) => page.getByRole('button', { name: 'Close the payment window' });
const payButton = (frame) => frame.getByRole('button', { name: /^Pay / });
const shown = (page) => page.locator('#ep-modal-container').evaluate((container) => container.classList.contains('shown'));
const className = (page, id) => page.locator(`#${id}`).evaluate((element) => element.className);
/** What pages in frames heard of a message. */
const heardOf = (message) => places.heard.filter((heard) => heard.message === message);
/** Waits until so many documents in the frame of a widget were told its name. */
const linked = (guid, times = 1) => until(() => heardOf('link').filter((link) => link.guid === guid).length >= times, 'the page knows the widget');
const shop = (t, query = '', options = {}) => visit(world, t, `${places.shop}/${query}`, options);
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, userAgent: 'Mozilla/5.0 (Linux; Android 14) Mobile' };

test('a payment in the modal window, from the button to the result', async (t) => {
  const page = await shop(t);
  const config = { mode: 'purchase', payment_currency: 'RUB', description: 'Tea & books: 100 %', recurring_register: true, hidden: undefined, css_modal_wrap: 'mine wide' };
  const guid = await run(page, config, { listen: ['onRun', 'onLoaded', 'onResize', 'onPaymentSent', 'onPaymentSuccess', 'onPaymentFail', 'onExit'] });
  assert.match(guid, /^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
  const { width, height } = await hears(page, 'onLoaded');
  assert.deepEqual(await told(page, 'onRun'), [null]);
  assert.equal(width, 480);

  const { method, path, parameters, names } = places.opened.at(-1);
  assert.deepEqual([method, path], ['GET', '/payment']);
  assert.equal(parameters.description, 'Tea & books: 100 %');
  assert.equal(parameters.recurring_register, 'true');
  assert.equal(parameters.frame_mode, 'popup');
  assert.match(`${parameters._sw}x${parameters._sh}`, /^\d+x\d+$/);
  for (const name of ['hidden', 'onLoaded']) assert.ok(!names.includes(name), name);
  assert.ok(names.includes('_referrer'));

  const iframe = page.locator('#ep-modal-container > #ep-modal-wrap.ep-modal-wrap.loaded > #ep-modal-body > iframe.ep-iframe');
  const attributes = await iframe.evaluate((e) => [e.id, e.name, e.getAttribute('scrolling'), e.getAttribute('allowpaymentrequest'), e.getAttribute('allow'), e.style.height]);
  assert.deepEqual(attributes, [`iframe-${guid}`, `iframe-${guid}`, 'no', 'true', null, `${height}px`]);
  assert.equal(await page.locator('#ep-modal-body').evaluate((body) => body.style.height), `${height}px`);
  assert.equal(await className(page, 'ep-modal-container'), 'mine wide shown');
  await inspect(page, 'widget modal');

  const frame = await inside(page, guid);
  await frame.getByLabel('WMID').fill('123456789012');
  await payButton(frame).click();
  assert.deepEqual(await hears(page, 'onPaymentSuccess'), PAID);
  assert.deepEqual(await told(page, 'onPaymentSent'), [{}]);
  assert.deepEqual(await told(page, 'onPaymentFail'), []);
  await frame.getByRole('link', { name: 'Read it again' }).click();
  await frame.waitForURL('**/result?again');
  await frame.getByRole('heading', { name: 'Paid' }).waitFor();
  await linked(guid, 3);
  assert.equal((await told(page, 'onPaymentSuccess')).length, 1, 'the same result is told once');
  assert.equal((await told(page, 'onLoaded')).length, 1);
  await inspect(page, 'widget modal paid');

  await closeButton(page).click();
  assert.deepEqual(await hears(page, 'onExit'), null);
  assert.equal(await shown(page), false);
  await page.locator('.ep-iframe').waitFor({ state: 'detached' });
  await until(() => heardOf('close').length > 0, 'the page is told');
  assert.deepEqual(await page.evaluate(() => Object.keys(window.EPayWidget.activeWidgets)), []);
});

test('the way back from the result leads the shop’s page', async (t) => {
  const page = await shop(t);
  const guid = await run(page, {}, { listen: ['onLoaded', 'onExit', 'onRedirect'] });
  await hears(page, 'onLoaded');
  await page.evaluate(() => {
    const note = window.widget.config.onRedirect;
    window.widget.config.onRedirect = (data) => { note(data); sessionStorage.calls = JSON.stringify(window.calls); };
  });
  const frame = await inside(page, guid);
  await payButton(frame).click();
  await linked(guid, 2);
  await frame.getByRole('link', { name: 'Return to Books' }).click();
  await page.waitForURL(`${places.shop}/done`);
  const calls = await page.evaluate(() => JSON.parse(sessionStorage.calls).map(([, name]) => name));
  assert.deepEqual(calls, ['onLoaded', 'onExit', 'onRedirect']);
});

test('in an element of the shop’s page', async (t) => {
  const page = await shop(t);
  const guid = await run(page, { target_element: 'here' }, { listen: ['onLoaded', 'onResize', 'onExit', 'onPaymentSuccess'] });
  const { height } = await hears(page, 'onLoaded');
  assert.equal(places.opened.at(-1).parameters.frame_mode, 'iframe');
  assert.equal(await page.locator('#here > *').count(), 1, 'what was there is gone');
  assert.equal(await shown(page), false);
  const iframe = page.locator(`#here > #iframe-${guid}`);
  assert.equal(await iframe.evaluate((e) => e.style.height), `${height}px`);

  const frame = await inside(page, guid);
  const before = (await told(page, 'onResize')).length;
  await frame.evaluate(() => document.querySelector('.body').append(...Array.from({ length: 20 }, () => Object.assign(document.createElement('p'), { textContent: 'more' }))));
  await until(async () => (await told(page, 'onResize')).length > before, 'onResize');
  const grown = (await told(page, 'onResize')).pop();
  assert.ok(grown.height > height + 300);
  await until(async () => (await iframe.evaluate((e) => e.style.height)) === `${grown.height}px`, 'the frame grows');
  await frame.evaluate(() => document.querySelectorAll('.body > p').forEach((line) => line.remove()));
  await until(async () => (await told(page, 'onResize')).pop().height === height, 'and shrinks again');
  await say(frame, { message: 'epframe.resize', guid, data: grown });
  await until(async () => (await told(page, 'onResize')).pop().height === grown.height, 'a change is told');
  const times = (await told(page, 'onResize')).length;
  await say(frame, { message: 'epframe.resize', guid, data: grown });
  await say(frame, { message: 'epframe.resize', guid, data: { ...grown, height: 50 } });
  await until(async () => (await told(page, 'onResize')).pop().height === 50, 'a change is told');
  assert.equal((await told(page, 'onResize')).length, times + 1, 'what did not change is not');

  places.heard.length = 0;
  await page.setViewportSize({ width: 700, height: 700 });
  await until(() => heardOf('resize').length > 0, 'the page is told of the window’s size');
  await until(async () => (await told(page, 'onResize')).pop().width < 700, 'and tells its own');
  await say(frame, { message: 'epframe.exit', guid });
  await hears(page, 'onExit');
  assert.equal(await iframe.count(), 1, 'its place is the shop’s');
  // An element instead of its id; and what was there before is another widget's.
  await page.evaluate(() => window.EPayWidget.run({ payment_id: 'x', target_element: document.getElementById('here') }));
  assert.equal(await iframe.count(), 0);
  assert.equal(await page.locator('#here > iframe').count(), 1);
  assert.equal(places.opened.at(-1).parameters.frame_mode, 'iframe');
});

test('with POST everything but objects and functions is a field', async (t) => {
  const page = await shop(t);
  await run(page, { payment_amount: 100, flag: false, submit: 'shadow', remove: 'too', nothing: null, other: { a: 1 }, none: undefined, apple_allow_payment: 1 }, { method: 'POST', listen: ['onLoaded'] });
  await hears(page, 'onLoaded');
  const { method, path, parameters } = places.opened.at(-1);
  assert.deepEqual([method, path], ['POST', '/payment']);
  const { _referrer, ...rest } = parameters;
  assert.deepEqual(rest, { payment_id: 'order-47', payment_amount: '100', flag: 'false', submit: 'shadow', remove: 'too', apple_allow_payment: '1', frame_mode: 'popup' });
  assert.equal(await page.locator('.ep-iframe').getAttribute('allow'), 'payment');
  assert.equal(await page.locator('body > form').count(), 0);
});

test('the whole tab, when the shop says so or on a telephone', async (t) => {
  const page = await shop(t);
  await run(page, { redirect_on_mobile: 1 }, { listen: ['onLoaded'] });
  await hears(page, 'onLoaded');
  assert.equal(await shown(page), true);
  await run(page, { redirect: 1 });
  await page.waitForURL(`${places.gateway}/payment?**`);
  assert.equal(places.opened.at(-1).parameters.frame_mode, 'tab');
  assert.equal(await page.getByLabel('WMID').count(), 1);
  const phone = await shop(t, '', PHONE);
  await run(phone, { redirect_on_mobile: 1 });
  await phone.waitForURL(`${places.gateway}/payment?**`);
});

test('what is wrong in a configuration is thrown as a text', async (t) => {
  const page = await shop(t);
  const thrown = (config, how = 'run') => page.evaluate(([config, how]) => { try { window.EPayWidget[how](config); return null; } catch (error) { return error; } }, [config, how]);
  assert.match(await thrown({ mode: 'buy' }), /^Invalid config\.mode\. Use: /);
  for (const [config, how] of [[{ mode: 'purchase', payment_id: 'x' }, 'run'], [{ mode: 'purchase', payment_currency: 'RUB' }, 'create']]) {
    assert.equal(await thrown(config, how), 'Payment not specified.');
  }
  for (const [config, how] of [[{ target_element: 'nowhere' }, 'run'], [{}, 'runEmbedded'], [{ target_element: 7 }, 'run']]) {
    assert.equal(await thrown(config, how), 'Invalid target_element');
  }
  assert.equal(await shown(page), false);
  for (const mode of ['purchase', 'payout', 'card_tokenize', 'card_verify', 'money_transfer', 'presentation']) {
    assert.equal(await thrown({ mode, payment_id: 'x', payment_currency: 'RUB' }, 'create'), null, mode);
  }
  assert.equal(await thrown({}, 'create'), null, 'nothing is demanded without a mode');
});

test('a button of the shop opens its widget, an unknown one nothing', async (t) => {
  const page = await shop(t);
  await page.evaluate(() => {
    window.EPayWidget.bind('buy', { payment_id: 'bound', close_on_missclick: 1 });
    window.unknown = window.EPayWidget.bind('no such button', { payment_id: 'detached' });
  });
  assert.equal(await page.locator('#ep-modal-container').count(), 1);
  assert.equal(await shown(page), false);
  await page.getByRole('button', { name: 'Buy' }).dblclick();
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  assert.equal(await shown(page), true, 'the second click of a double click is none beside the window');
  assert.equal(places.opened.at(-1).parameters.payment_id, 'bound');
  await page.keyboard.press('Escape');
  await until(async () => !(await shown(page)), 'closed');
  await page.evaluate(() => window.unknown.btn.click());
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  assert.equal(places.opened.at(-1).parameters.payment_id, 'detached');
});

test('a click beside the window closes it only if the shop wants that', async (t) => {
  const page = await shop(t);
  await run(page, {}, { listen: ['onLoaded', 'onExit'] });
  await hears(page, 'onLoaded');
  await page.mouse.click(5, 5);
  assert.equal(await shown(page), true);
  await closeButton(page).click();
  assert.equal((await told(page, 'onExit')).length, 1);
  await run(page, { close_on_missclick: 1 }, { listen: ['onLoaded', 'onExit'], name: 'second' });
  await hears(page, 'onLoaded', 'second');
  await page.locator('#ep-modal-wrap').click({ position: { x: 240, y: 1 } });
  assert.equal(await shown(page), true, 'the window itself is not beside it');
  await page.mouse.click(5, 5);
  await hears(page, 'onExit', 'second');
  assert.equal(await shown(page), false);
});

test('the keyboard stays in the window, comes back from it, and Escape closes it', async (t) => {
  const page = await shop(t);
  const buy = page.getByRole('button', { name: 'Buy' });
  await page.evaluate(() => window.EPayWidget.bind('buy', { payment_id: 'x' }));
  await buy.focus();
  await page.keyboard.press('Enter');
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  const focus = () => page.evaluate(() => document.activeElement.id.split('-')[0] + (document.activeElement.tagName === 'IFRAME' ? ' frame' : ''));
  assert.equal(await dialog(page).getAttribute('aria-modal'), 'true');
  assert.equal(await focus(), 'iframe frame', 'the page is where the payer goes on');
  await tabTo(page, closeButton(page));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.notEqual(await focus(), 'buy');
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Shift+Tab');
    assert.ok(!['buy', 'other'].includes(await focus()), 'backwards, too');
  }
  await tabTo(page, closeButton(page));
  await page.keyboard.press('Escape');
  assert.equal(await shown(page), false);
  assert.equal(await focus(), 'buy');

  await page.keyboard.press('Enter');
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  const frame = page.frames().find((known) => known.url().includes('/payment'));
  await frame.getByLabel('WMID').press('Escape');
  await until(async () => !(await shown(page)), 'closed from within the frame');
  await until(async () => (await focus()) === 'buy', 'the focus is back');
});

test('every message reaches its callback, and does what it says', async (t) => {
  const page = await shop(t);
  const expected = {
    'epframe.destroy': 'onDestroy',
    'epframe.redirect_iframe': 'onRedirectIframe',
    'epframe.redirect_iframe_complete': 'onRedirectIframeComplete',
    'epframe.acs_redirect_iframe': 'onAcsRedirectIframe',
    'epframe.payment.sent': 'onPaymentSent',
    'epframe.payment.submit_result': 'onPaymentSubmitResult',
    'epframe.payment_method_select': 'onPaymentMethodSelect',
    'epframe.wallet_select': 'onWalletSelect',
    'epframe.wallet_remove': 'onWalletRemove',
    'epframe.payment.success': 'onPaymentSuccess',
    'epframe.payment.fail': 'onPaymentFail',
    'epframe.payment.try_again': 'onPaymentTryAgain',
    'epframe.payment.canceled': 'onPaymentCanceled',
    'epframe.card.verify.success': 'onCardVerifySuccess',
    'epframe.card.verify.fail': 'onCardVerifyFail',
    'epframe.tokenize.success': 'onTokenizeSuccess',
    'epframe.show_clarification_page': 'onShowClarificationPage',
    'epframe.submit_clarification_form': 'onSubmitClarificationForm',
    'epframe.enter_key_pressed': 'onEnterKeyPressed',
    'epframe.embedded_mode.validation_error': 'onValidationError',
    'epframe.embedded_mode.show_loader': 'onShowLoader',
    'epframe.embedded_mode.hide_loader': 'onHideLoader',
    'epframe.embedded_mode.check_validation_response': 'onEmbeddedModeCheckValidationResponse',
    'epframe.embedded_mode.redirect_3ds_parent_page': 'onEmbeddedModeRedirect3dsParentPage',
    'epframe.some words to come': 'onSomeWordsToCome',
  };
  const guid = await run(page, {}, { listen: ['onLoaded', 'onAmountChange', 'onTabChange', ...Object.values(expected)] });
  await hears(page, 'onLoaded');
  const frame = await inside(page, guid);
  for (const [message, callback] of Object.entries(expected)) {
    await say(frame, { message, guid, data: { of: message } });
    assert.deepEqual(await hears(page, callback), { of: message });
  }
  for (const value of [1, 1, 2]) await say(frame, { message: 'epframe.amount_change', guid, data: { value } });
  for (const tab of ['card', 'card']) await say(frame, { message: 'epframe.tab_change', guid, data: { tab } });
  await say(frame, { message: 'epframe.destroy', guid, data: 'last' });
  await until(async () => (await told(page, 'onDestroy')).pop() === 'last', 'the last one');
  assert.deepEqual(await told(page, 'onAmountChange'), [{ value: 1 }, { value: 2 }]);
  assert.deepEqual(await told(page, 'onTabChange'), [{ tab: 'card' }]);

  const container = () => className(page, 'ep-modal-container');
  const close = () => className(page, 'ep-modal-close');
  const wrap = () => className(page, 'ep-modal-wrap');
  const iframe = () => page.locator('.ep-iframe').evaluate((e) => `${e.className} ${e.style.height}`);
  // What follows changes the frame, and the page in it would tell a new size of its own at any time. It tells one more, of a page that stays
  // as large as that whatever its frame does; from then on only the story speaks.
  await frame.evaluate(() => { document.body.style.cssText = 'box-sizing: border-box; position: absolute; width: 300px; height: 321px; min-height: 0; overflow: hidden'; });
  const height = '321px';
  await until(async () => (await iframe()).endsWith(` ${height}`), 'the page has told its last size');
  for (const [message, data, look, expected] of [
    ['epframe.add_css_class', 'blue big', container, 'shown blue big'],
    ['epframe.remove_css_class', 'big', container, 'shown blue'],
    ['epframe.template_name', 'neat', container, 'shown blue neat'],
    ['epframe.with_qr_pay', 'qr', container, 'shown blue neat qr'],
    ['epframe.cross_color', '"white"', close, 'white'],
    ['epframe.redirect_iframe', undefined, wrap, 'ep-modal-wrap loaded with-asc'],
    ['epframe.redirect_iframe_complete', undefined, wrap, 'ep-modal-wrap loaded'],
    ['epframe.acs_redirect_iframe', undefined, iframe, `ep-iframe fullscreen-iframe ${height}`],
    ['epframe.redirect_iframe_complete', undefined, iframe, `ep-iframe ${height}`],
    ['epframe.resize', { width: 300, height: 443.2 }, iframe, 'ep-iframe 444px'],
    ['epframe.resize', { height: 'no number' }, iframe, 'ep-iframe 444px'],
  ]) {
    await say(frame, { message, guid, data });
    await until(async () => (await look()) === expected, `${message}: ${expected}`);
  }
  await say(frame, { message: 'epframe.resize_from_another_src', guid, width: 300, height: 555 });
  await until(async () => (await iframe()) === 'ep-iframe 555px', 'the size stands outside of the data');

  // The next widget begins anew.
  await run(page, {}, { listen: ['onLoaded'], name: 'second' });
  await hears(page, 'onLoaded', 'second');
  assert.deepEqual([await container(), await className(page, 'ep-modal-close')], ['shown', '']);
});

test('a shop hears which way and which saved card the payer chooses, and what is removed', async (t) => {
  const page = await shop(t);
  const listen = ['onLoaded', 'onPaymentMethodSelect', 'onWalletSelect', 'onWalletRemove', 'onPaymentSent'];
  const open = async (name) => {
    const guid = await run(page, { target_element: 'here', page: name }, { listen, name });
    await hears(page, 'onLoaded', name);
    await linked(guid);
    return inside(page, guid);
  };
  const choice = await open('choice');
  await choice.getByRole('button', { name: 'WebMoney' }).click();
  assert.deepEqual(await hears(page, 'onPaymentMethodSelect', 'choice'), { name: 'WebMoney', payment_method_type: 'wallet', payment_method_code: 'webmoney' });
  assert.deepEqual(await told(page, 'onPaymentSent', 'choice'), [], 'nothing is paid by choosing');

  const saved = await open('saved');
  await saved.getByRole('radio', { name: '220138**0013' }).check();
  assert.deepEqual(await hears(page, 'onWalletSelect', 'saved'), { account: { number: '220138**0013' } });
  await saved.getByRole('button', { name: 'Remove 411111**1111' }).click();
  assert.deepEqual(await hears(page, 'onWalletRemove', 'saved'), { account: { number: '411111**1111' } });
  assert.deepEqual(await told(page, 'onPaymentSent', 'saved'), [], 'nothing is paid by removing');
});

test('a card that gets money is its number alone', async (t) => {
  const page = await shop(t);
  const guid = await run(page, { target_element: 'here', page: 'receive' }, { listen: ['onLoaded', 'onPaymentSent'] });
  await hears(page, 'onLoaded');
  const frame = await inside(page, guid);
  const number = frame.getByLabel('Card number');
  await number.pressSequentially('4242424242424243');
  assert.equal(await number.inputValue(), '4242 4242 4242 4243');
  await payButton(frame).click();
  assert.equal(await number.getAttribute('aria-invalid'), 'true');
  await number.press('Backspace');
  await number.press('2');
  assert.equal(await number.getAttribute('aria-invalid'), null);
  await payButton(frame).click();
  await hears(page, 'onPaymentSent');
});

test('a shop answers the questions of the page', async (t) => {
  const page = await shop(t);
  const questions = ['check_submit', 'check_shipping_address', 'check_shipping_method', 'confirmation'];
  const guid = await page.evaluate(() => {
    const answers = {
      onCheckSubmit: (data, resolve) => resolve({ echo: data.n }),
      onCheckShippingAddress: (data, resolve, reject) => reject({ errors: { message: 'not there' } }),
      onCheckShippingMethod: (data, resolve) => Promise.resolve().then(resolve),
      onConfirmation: (data, resolve, reject) => reject(),
    };
    window.asking = window.EPayWidget.run({ payment_id: 'x', target_element: 'here', ...answers });
    window.other = window.EPayWidget.run({ payment_id: 'y', target_element: 'there' });
    return window.asking.guid;
  });
  const frame = await inside(page, guid);
  await inside(page, await page.evaluate(() => window.other.guid));
  for (const [n, question] of questions.entries()) await say(frame, { message: `epframe.embedded_mode.${question}`, guid, data: { n } });
  const results = () => places.heard.filter(({ message }) => message.endsWith('.result'));
  await until(() => results().length === 4, 'four answers');
  assert.deepEqual(Object.fromEntries(results().map(({ message, data }) => [message.split('.')[2], data])), {
    check_submit: { echo: 0, result: true },
    check_shipping_address: { errors: { message: 'not there' }, result: false },
    check_shipping_method: { result: true },
    confirmation: { result: false },
  });
  const other = await inside(page, await page.evaluate(() => window.other.guid));
  await until(() => payButton(other).isDisabled(), 'the other form waits');
  assert.equal(await payButton(frame).isDisabled(), false);
  await say(frame, { message: 'epframe.payment.try_again', guid });
  await until(() => payButton(other).isEnabled(), 'the other form is free again');
});

test('two widgets hear their own pages only', async (t) => {
  const page = await shop(t);
  const first = await run(page, { target_element: 'here' }, { listen: ['onLoaded', 'onPaymentFail'], name: 'first' });
  const second = await run(page, { target_element: 'there' }, { listen: ['onLoaded', 'onPaymentFail'], name: 'second' });
  await Promise.all([hears(page, 'onLoaded', 'first'), hears(page, 'onLoaded', 'second')]);
  await say(await inside(page, first), { message: 'epframe.payment.fail', guid: first, data: { of: 1 } });
  await say(await inside(page, second), { message: 'epframe.payment.fail', from_another_domain: true, data: { of: 2 } });
  assert.deepEqual(await hears(page, 'onPaymentFail', 'second'), { of: 2 });
  assert.deepEqual(await told(page, 'onPaymentFail', 'first'), [{ of: 1 }]);
  assert.deepEqual(await told(page, 'onPaymentFail', 'second'), [{ of: 2 }]);
});

test('only the page in the frame is believed', async (t) => {
  const page = await shop(t, '?open');
  const guid = await run(page, {}, { listen: ['onLoaded', 'onPaymentSuccess', 'onDestroy'] });
  await hears(page, 'onLoaded');
  const frame = await inside(page, guid);
  const lie = { message: 'epframe.payment.success', data: { false: true } };
  await say(frame, { ...lie, guid: '0000-0000-0000-0000' });
  await say(frame, lie);
  for (const text of ['', 'no JSON', '7', 'null', '[]', '{"message":7}', '{"guid":1}']) await say(frame, text);
  await frame.evaluate(() => window.parent.postMessage({ message: 'epframe.payment.success', from_another_domain: true }, '*'));
  // The shop's own window, and a frame that is not ours.
  await page.evaluate(([lie, guid]) => window.postMessage(JSON.stringify({ ...lie, guid, from_another_domain: true }), '*'), [lie, guid]);
  await page.evaluate((src) => document.body.append(Object.assign(document.createElement('iframe'), { src, id: 'strange' })), `${places.bank}/bank`);
  const stranger = await (await page.locator('#strange').elementHandle()).contentFrame();
  await stranger.getByRole('heading').waitFor();
  await say(stranger, { ...lie, guid, from_another_domain: true });
  // And a bank in our own frame.
  await frame.goto(`${places.bank}/bank`);
  await say(await inside(page, guid), { ...lie, guid, from_another_domain: true });
  await frame.goto(`${places.gateway}/payment`);
  await say(await inside(page, guid), { message: 'epframe.destroy', guid });
  await hears(page, 'onDestroy');
  assert.deepEqual(await told(page, 'onPaymentSuccess'), []);
});

test('the page is led nowhere but to addresses', async (t) => {
  const page = await shop(t);
  const guid = await run(page, {}, { listen: ['onLoaded', 'onRedirect', 'onDestroy'] });
  await hears(page, 'onLoaded');
  const frame = await inside(page, guid);
  const bad = ['javascript:alert(1)', ' JavaScript:alert(1)', 'java\nscript:alert(1)', 'vbscript:x', 'data:text/html,x', '/relative', 'nonsense', '', 'https://', 7, null, { href: 'https://a.example' }];
  for (const url of bad) {
    await say(frame, { message: 'epframe.redirect', guid, data: { url } });
    await say(frame, { message: 'epframe.acs_parent_page_redirect_run', guid, data: { url, method: 'POST', body: {} } });
  }
  await say(frame, { message: 'epframe.redirect', guid });
  await say(frame, { message: 'epframe.destroy', guid });
  await hears(page, 'onDestroy');
  assert.deepEqual(await told(page, 'onRedirect'), []);
  assert.equal(await shown(page), true);
  await say(frame, { message: 'epframe.redirect', guid, data: { url: `${places.shop.slice('http:'.length)}/done` } });
  await page.waitForURL(`${places.shop}/done`);

  await page.goto(places.shop);
  const again = await run(page, {}, { listen: ['onLoaded'] });
  await hears(page, 'onLoaded');
  await say(await inside(page, again), { message: 'epframe.acs_parent_page_redirect_run', guid: again, data: { method: 'POST', url: `${places.gateway}/acs`, body: { PaReq: 'a+b=', submit: 'x', action: 'y' } } });
  await page.waitForURL(`${places.gateway}/acs`);
  const { method, path, parameters } = places.opened.at(-1);
  assert.deepEqual([method, path, parameters], ['POST', '/acs', { PaReq: 'a+b=', submit: 'x', action: 'y' }]);
});

test('an error page is shown, and told with the configuration', async (t) => {
  const page = await shop(t);
  await run(page, { page: 'error' }, { listen: ['onFailLoading'] });
  const { message, config } = await hears(page, 'onFailLoading');
  assert.equal(message, 'Application error');
  assert.equal(config.page, 'error');
  await page.frameLocator('.ep-iframe').getByRole('heading', { name: 'Application error' }).waitFor();
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  await picture(page, 'widget error');
  // Data that is no JSON costs nothing but itself.
  await run(page, { page: 'garbled' }, { listen: ['onPaymentFail'], name: 'second' });
  assert.deepEqual(await hears(page, 'onPaymentFail', 'second'), {});
});

test('a page that says nothing is a network problem after five seconds', async (t) => {
  const page = await shop(t);
  await page.clock.install();
  const guid = await run(page, { page: 'silent' }, { listen: ['onFailLoading', 'onLoaded'] });
  await inside(page, guid);
  await picture(page, 'widget loading');
  await page.clock.runFor(4000);
  assert.deepEqual(await told(page, 'onFailLoading'), []);
  assert.equal(await className(page, 'ep-modal-wrap'), 'ep-modal-wrap');
  await page.clock.runFor(2000);
  const { message, config } = await hears(page, 'onFailLoading');
  assert.equal(message, 'Network problem');
  assert.equal(config.payment_id, 'order-47');
  assert.equal(await className(page, 'ep-modal-wrap'), 'ep-modal-wrap failed', 'the payer sees what there is');
  await page.clock.runFor(10_000);
  assert.equal((await told(page, 'onFailLoading')).length, 1);
  assert.deepEqual(await told(page, 'onLoaded'), []);

  const good = await run(page, {}, { listen: ['onFailLoading', 'onLoaded'], name: 'second' });
  await hears(page, 'onLoaded', 'second');
  await inside(page, good);
  await page.clock.runFor(10_000);
  assert.deepEqual(await told(page, 'onFailLoading', 'second'), []);
});

test('a bank’s page in the frame gets room, until ours is back', async (t) => {
  const page = await shop(t, '?open');
  const guid = await run(page, { page: 'bank' }, { listen: ['onLoaded', 'onPaymentSuccess', 'onExit'] });
  await hears(page, 'onLoaded');
  const frame = await inside(page, guid);
  await frame.getByRole('link', { name: 'To the bank' }).click();
  await page.locator('#ep-modal-wrap.loaded.with-asc').waitFor();
  const iframe = page.locator('.ep-iframe');
  assert.deepEqual(await iframe.evaluate((e) => [e.offsetHeight >= 600, e.getAttribute('scrolling')]), [true, 'auto']);
  await picture(page, 'widget bank');
  await iframe.hover();
  await page.mouse.wheel(0, 300);
  await until(() => frame.evaluate(() => window.scrollY > 0), 'a page that is too high scrolls');
  await frame.getByRole('link', { name: 'Confirm' }).click();
  assert.deepEqual(await hears(page, 'onPaymentSuccess'), PAID);
  await page.locator('#ep-modal-wrap.loaded:not(.with-asc)').waitFor();
  assert.equal(await iframe.getAttribute('scrolling'), 'no');
  // At the bank, too, the window can be closed.
  await frame.goto(`${places.bank}/bank`);
  await closeButton(page).click();
  await hears(page, 'onExit');
});

test('embedded: the shop’s own button checks the form and sends it', async (t) => {
  const page = await shop(t);
  const listen = ['onLoaded', 'onEmbeddedModeCheckValidationResponse', 'onEnterKeyPressed', 'onPaymentSent', 'onPaymentSuccess'];
  const guid = await run(page, { page: 'card', target_element: 'here' }, { how: 'runEmbedded', method: 'post', listen });
  await hears(page, 'onLoaded');
  assert.equal(places.opened.at(-1).parameters.frame_mode, 'embedded');
  const frame = await inside(page, guid);
  await payButton(frame).waitFor({ state: 'hidden' });
  const ask = (message, more = {}) => page.evaluate((message) => window.postMessage(JSON.stringify(message)), { message: `epframe.embedded_mode.${message}`, from_another_domain: true, ...more });
  const answers = async (count) => {
    await until(async () => (await told(page, 'onEmbeddedModeCheckValidationResponse')).length === count, 'an answer');
    return (await told(page, 'onEmbeddedModeCheckValidationResponse')).pop();
  };

  await ask('check_validation');
  assert.deepEqual(Object.keys(await answers(1)).sort(), ['cvc', 'expiry', 'number']);
  assert.equal((await answers(1)).number, 'Enter: Card number');
  await frame.getByLabel('Card number').fill('4444 5555 1111 3333');
  await frame.getByLabel('Expires').fill('12 / 34');
  await frame.getByLabel('Security code').fill('123');
  await ask('check_validation');
  assert.deepEqual(await answers(2), {});
  await frame.getByLabel('Security code').press('Enter');
  await hears(page, 'onEnterKeyPressed');
  assert.deepEqual(await told(page, 'onPaymentSent'), [], 'the shop makes its order first');
  await ask('submit', { fields: { customer_email: 'a@b.example' } });
  assert.deepEqual(await hears(page, 'onPaymentSuccess'), PAID);
  assert.deepEqual(await told(page, 'onPaymentSent'), [{}]);
});

test('a button beside the frame sends the form, and what it asks is refused like any other', async (t) => {
  const page = await shop(t);
  for (const [member, name] of [['externalSubmit', 'one'], ['trySubmit', 'two']]) {
    const guid = await run(page, { page: 'card', target_element: 'here' }, { listen: ['onLoaded', 'onPaymentSent', 'onPaymentSuccess'], name });
    await hears(page, 'onLoaded', name);
    const frame = await inside(page, guid);
    assert.equal(await payButton(frame).isVisible(), true);
    await page.evaluate(([member, name]) => window[name][member](), [member, name]);
    await frame.getByText('Enter: Card number').waitFor();
    assert.deepEqual(await told(page, 'onPaymentSent', name), []);
    await frame.getByLabel('Card number').fill('4444 5555 1111 3333');
    await frame.getByLabel('Expires').fill('12 / 34');
    await frame.getByLabel('Security code').fill('123');
    await page.evaluate(([member, name]) => window[name][member](), [member, name]);
    await hears(page, 'onPaymentSuccess', name);
  }
});

test('after the result the browser goes on as the shop wanted', async (t) => {
  const page = await shop(t, '?open');
  await run(page, { go: 'iframe' }, { listen: ['onLoaded', 'onPaymentSuccess'] });
  assert.deepEqual(await hears(page, 'onPaymentSuccess'), PAID);
  await page.frameLocator('.ep-iframe').getByRole('heading', { name: 'Back in the shop' }).waitFor();
  assert.equal(page.url(), `${places.shop}/?open`);

  const second = await run(page, { go: 'blank_page' }, { listen: ['onLoaded', 'onPaymentSuccess', 'onExit'], name: 'second' });
  await hears(page, 'onPaymentSuccess', 'second');
  await linked(second);
  const [tab] = await Promise.all([page.context().waitForEvent('page'), page.frameLocator('.ep-iframe').getByRole('link', { name: 'Return to Books' }).click()]);
  await tab.waitForURL(`${places.shop}/done?paid=1`);
  await hears(page, 'onExit', 'second');
  assert.equal(await shown(page), false);

  await run(page, { go: 'parent_page' }, { listen: [], name: 'third' });
  await page.waitForURL(`${places.shop}/done?paid=1`);
  for (const mode of ['iframe', 'parent_page']) {
    await page.goto(places.shop);
    await run(page, { go: mode, redirect: 1 });
    await page.waitForURL(`${places.shop}/done?paid=1`);
  }
  await page.goto(places.shop);
  await run(page, { go: 'blank_page', redirect: 1 });
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Return to Books' }).getAttribute('target'), '_blank');
});

test('each way out of the page says what it is', async (t) => {
  const page = await shop(t, '?open');
  const open = async (name) => {
    const guid = await run(page, { page: 'ways' }, { listen: ['onLoaded', 'onExit', 'onDestroy'], name });
    await hears(page, 'onLoaded', name);
    await linked(guid);
    return inside(page, guid);
  };
  await (await open('closes')).getByRole('button', { name: 'Close' }).click();
  await hears(page, 'onExit', 'closes');
  assert.equal(await shown(page), false);
  const stays = await open('stays');
  await stays.getByRole('link', { name: 'Stay in here' }).click();
  await stays.getByRole('heading', { name: 'Back in the shop' }).waitFor();
  assert.deepEqual([await told(page, 'onExit', 'stays'), await shown(page)], [[], true]);
  const leaves = await open('leaves');
  await page.evaluate(() => { window.leaves.config.onDestroy = () => { sessionStorage.destroyed = 'yes'; }; });
  await leaves.getByRole('link', { name: 'To my basket' }).click();
  await page.waitForURL(`${places.shop}/done`);
  assert.equal(await page.evaluate(() => sessionStorage.destroyed), 'yes');
});

test('in a frame without a widget every way out is a plain link', async (t) => {
  const page = await shop(t);
  await page.evaluate((src) => document.getElementById('here').replaceChildren(Object.assign(document.createElement('iframe'), { src, height: 600 })), `${places.gateway}/payment?go=parent_page`);
  await page.frameLocator('#here iframe').getByRole('link', { name: 'Return to Books' }).click();
  await page.waitForURL(`${places.shop}/done?paid=1`);
});

test('an encrypted address takes the place of the parameters', async (t) => {
  const page = await shop(t);
  await page.evaluate(() => window.EPayWidget.create({ payment_id: 'secret' }, 'post').setEncryptedURL('/1234/YmxvYg==').run());
  await page.locator('#ep-modal-wrap.loaded').waitFor();
  const { method, path, parameters } = places.opened.at(-1);
  assert.deepEqual([method, path, parameters], ['GET', '/1234/YmxvYg==', {}]);
});

test('the address of the gateway keeps its port, and a shop may name another', async (t) => {
  const page = await shop(t);
  assert.equal(await page.evaluate(() => window.EPayWidget.getBaseUrl()), places.gateway);
  await run(page, { redirect: 1, baseUrl: `${places.gateway}/` });
  await page.waitForURL(`${places.gateway}/payment?**`);
  const versioned = await shop(t, '?script=?ver=5.0.0');
  assert.equal(await versioned.evaluate(() => window.EPayWidget.getBaseUrl()), places.gateway);
});

test('the small helpers that some sites touch', async (t) => {
  const page = await shop(t);
  const seen = await page.evaluate(() => {
    const { cfgExtend, addGetParam, guid, isMobile, showModal, appendHtml } = window.EPayWidget;
    appendHtml();
    appendHtml();
    showModal();
    const polluted = cfgExtend({}, JSON.parse('{"__proto__":{"bad":1}}'));
    return {
      extended: cfgExtend({ a: 1, n: { x: 1 } }, null, { n: { y: 2 } }, { a: 3 }),
      polluted: [polluted.bad, {}.bad],
      added: [addGetParam('/p', 'a', 'x y'), addGetParam('/p?a=1', 'b', '&'), addGetParam('/p', 'a', undefined)],
      guids: [guid(2), guid(4)],
      mobile: isMobile(),
      containers: document.querySelectorAll('#ep-modal-container.shown').length,
    };
  });
  assert.deepEqual(seen.extended, { a: 3, n: { x: 1, y: 2 } });
  assert.deepEqual(seen.polluted, [null, null].map(() => undefined));
  assert.deepEqual(seen.added, ['/p?a=x%20y', '/p?a=1&b=%26', '/p']);
  assert.match(seen.guids.join(' '), /^[0-9a-f]{4}-[0-9a-f]{4} ([0-9a-f]{4}-){3}[0-9a-f]{4}$/);
  assert.deepEqual([seen.mobile, seen.containers], [false, 1]);
});

test('a shop that hides the window itself keeps a usable page', async (t) => {
  const page = await shop(t);
  await run(page, {}, { listen: ['onLoaded'] });
  await hears(page, 'onLoaded');
  await page.evaluate(() => document.getElementById('ep-modal-container').classList.remove('shown'));
  await page.getByRole('button', { name: 'Something else' }).focus();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'other');
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).overflow), 'visible');
  await run(page, {}, { listen: ['onLoaded'], name: 'second' });
  await hears(page, 'onLoaded', 'second');
  assert.equal(await shown(page), true);
});

test('on a telephone the window is the screen', async (t) => {
  const page = await shop(t, '', PHONE);
  await run(page, { page: 'card' }, { listen: ['onLoaded'] });
  await hears(page, 'onLoaded');
  assert.equal(await className(page, 'ep-modal-container'), 'modal-mobile shown');
  const box = await dialog(page).boundingBox();
  assert.deepEqual([box.x, box.width], [0, 360]);
  assert.ok(box.height >= 740);
  await inspect(page, 'widget phone 360');
});

for (const colorScheme of ['light', 'dark']) {
  test(`the modal window on a ${colorScheme} page`, async (t) => {
    const page = await shop(t, colorScheme === 'dark' ? '?dark' : '', { colorScheme, reducedMotion: 'reduce' });
    await run(page, { page: 'card', language_code: 'ru' }, { listen: ['onLoaded'] });
    await hears(page, 'onLoaded');
    assert.equal(await page.getByRole('dialog', { name: 'Оплата' }).count(), 1);
    assert.equal(await page.locator('#ep-modal-container').evaluate((e) => getComputedStyle(e).animationName), 'none');
    await inspect(page, `widget ${colorScheme}`);
  });
}
