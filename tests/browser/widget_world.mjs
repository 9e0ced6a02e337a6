// What the stories of the widget need: a shop with a strict content policy, a payment page in another place, and a bank in a third. The
// files of the widget, of the checkout and of its frames are the project's own; the payment page itself is as little as they need.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const SOURCES = new URL('../../crates/payglot-server/src/', import.meta.url);
const FILES = {
  '/shared/merchant.js': 'web/monetix/static/merchant.js',
  '/shared/merchant.css': 'web/monetix/static/merchant.css',
  '/checkout/static/checkout.css': 'checkout/static/checkout.css',
  '/checkout/static/checkout.js': 'checkout/static/checkout.js',
  '/checkout/static/frame.js': 'checkout/static/frame.js',
};
// The checkout's own, for a page that any shop may frame.
const PAGE_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors *";
// Reports what the page hears, so that a story can ask for it even when the page is gone.
const EAR = "addEventListener('message', (event) => { navigator.sendBeacon('/heard', event.data); });";

/** What the page tells of a paid order. */
export const PAID = { payment: { id: 'order-47', status: 'success' }, sum_real: { amount: 125000, currency: 'RUB' }, account: { number: '411111******1111' } };

const type = (path) => ({ js: 'text/javascript', css: 'text/css' })[path.split('.').pop()];
const quote = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

async function serve(answer) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url, 'http://here.invalid');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    answer({ request, response, url, body: Buffer.concat(chunks).toString() });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { port: server.address().port, close: () => new Promise((closed) => { server.close(closed); server.closeAllConnections(); }) };
}

/** A page as the layout of the checkout makes it: `message`, `data` and `go` are its `Embed`. */
function checkout(title, inside, { message, data = '', go, frames = true } = {}) {
  const said = message ? ` data-frame-message="${message}" data-frame-data="${quote(data)}"` : '';
  const target = { iframe: '_self', parent_page: '_parent', blank_page: '_blank' };
  const onward = go ? `<div class="body"><a class="btn" href="${quote(go.url)}" target="${target[go.mode]}" rel="noopener" data-go="${go.mode}">Return to Books</a></div>` : '';
  const scripts = frames ? ['/checkout/static/checkout.js', '/checkout/static/frame.js', '/ear.js'] : [];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/checkout/static/checkout.css">
${scripts.map((src) => `<script src="${src}" defer></script>`).join('')}<body data-page=""${said}><main class="checkout"><div class="panel">
<header class="head"><div class="shop"><span class="mark" aria-hidden="true">B</span><b>Books &amp; Tea</b></div><p class="amount"><span>1 250</span><small>.00&nbsp;₽</small></p><p class="what">Order 47</p></header>
${inside}${onward}</div></main></body></html>`;
}

const note = (name) => `<p class="note" id="${name}-note" data-hint="">&nbsp;</p>`;
const field = (name, label) => `<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" data-missing="Enter: ${label}" data-invalid="Wrong: ${label}">${note(name)}</div>`;
const button = '<button class="btn" data-busy="One moment…">Pay 1 250.00 ₽</button>';
const form = (inside, attributes) => `<div class="body"><form method="post" action="/pay" data-once novalidate ${attributes}>${inside}</form></div>`;
const pick = (id, account) => `<label><input type="radio" name="saved" value="${id}" data-account="${account}">${account}</label><button form="remove" name="saved" value="${id}" data-account="${account}">Remove ${account}</button>`;
const done = (back) => `<div class="state"><h1>Paid</h1><p>Thank you.</p>${back}<p><a href="/result?again">Read it again</a></p></div>`;

/** Starts the three places; `close` ends them. */
export async function openPlaces() {
  const opened = []; // Requests for the payment page.
  const heard = []; // Messages that payment pages heard.
  const places = {};
  const pages = {
    wallet: () => checkout('Pay', form(`<h1>WebMoney</h1>${field('account_number', 'WMID')}${button}`, 'data-confirms')),
    card: () => checkout('Pay', form(`${field('number', 'Card number')}${field('expiry', 'Expires')}${field('cvc', 'Security code')}${field('holder', 'Name on card')}${button}`, 'data-card')),
    receive: () => checkout('Receive', form(`${field('number', 'Card number')}${button}`, 'data-card')),
    choice: () => checkout('Choose', form('<button class="tile" name="method" value="webmoney" data-kind="wallet"><span class="words"><b>WebMoney</b> <span>Your account there</span></span></button>', '')),
    saved: () => checkout('Pay', `${form(`${pick('a', '411111**1111')}${pick('b', '220138**0013')}${field('number', 'Card number')}${field('expiry', 'Expires')}${field('cvc', 'Security code')}${field('holder', 'Name on card')}${button}`, 'data-card')}<form method="post" action="/pay" id="remove" data-once></form>`),
    bank: () => checkout('Pay', `<div class="body"><a href="${places.bank}/bank">To the bank</a></div>`),
    silent: () => checkout('Silent', '<div class="body"><h1>Nothing is said here</h1></div>', { frames: false }),
    error: () => checkout('Error', '<div class="state"><h1>Application error</h1></div>', { message: 'epframe.fail_loading', data: JSON.stringify({ message: 'Application error' }) }),
    ways: () => checkout('Ways out', `<div class="body"><a class="shop-link" href="${places.shop}/done" target="_parent" data-leave>To my basket</a><button class="btn" data-close>Close</button><a href="${places.shop}/done" target="_self" data-return>Stay in here</a></div>`),
    garbled: () => checkout('Garbled', '<div class="body"><h1>Here</h1></div>', { message: 'epframe.payment.fail', data: '{' }),
  };
  const go = (mode, url) => checkout('Paid', done(''), { message: 'epframe.payment.success', data: JSON.stringify(PAID), go: { mode, url } });

  const gateway = await serve(({ request, response, url, body }) => {
    const { pathname, searchParams } = url;
    response.setHeader('content-security-policy', PAGE_POLICY);
    if (FILES[pathname]) {
      response.setHeader('content-type', `${type(pathname)}; charset=utf-8`);
      response.end(readFileSync(new URL(FILES[pathname], SOURCES)));
    } else if (pathname === '/ear.js') {
      response.setHeader('content-type', 'text/javascript').end(EAR);
    } else if (pathname === '/heard') {
      heard.push(JSON.parse(body));
      response.writeHead(204).end();
    } else if (pathname === '/pay') {
      response.writeHead(303, { location: '/result' }).end();
    } else if (pathname === '/result') {
      response.end(checkout('Paid', done(`<a class="btn" href="${places.shop}/done" target="_parent" data-return>Return to Books</a>`), { message: 'epframe.payment.success', data: JSON.stringify(PAID) }));
    } else {
      const parameters = request.method === 'POST' ? new URLSearchParams(body) : searchParams;
      opened.push({ method: request.method, path: pathname, parameters: Object.fromEntries(parameters), names: [...parameters.keys()] });
      const mode = parameters.get('go');
      response.end(mode ? go(mode, `${places.shop}/done?paid=1`) : (pages[parameters.get('page')] ?? pages.wallet)());
    }
  });
  places.gateway = `http://127.0.0.1:${gateway.port}`;

  const shop = await serve(({ response, url }) => {
    // A shop that lets a bank, or itself, into the frame has to say so.
    const frames = `${places.gateway}${url.searchParams.has('open') ? ` 'self' ${places.bank}` : ''}`;
    const policy = { 'default-src': "'none'", 'img-src': 'data:', 'script-src': places.gateway, 'style-src': places.gateway, 'frame-src': frames, 'form-action': places.gateway, 'base-uri': "'none'" };
    response.setHeader('content-security-policy', Object.entries(policy).map((entry) => entry.join(' ')).join('; '));
    const script = `/shared/merchant.js${url.searchParams.get('script') ?? ''}`;
    const dark = url.searchParams.has('dark') ? ' bgcolor="#101216" text="#ffffff"' : '';
    response.end(url.pathname !== '/' ? '<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><h1>Back in the shop</h1>' : `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Books &amp; Tea</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="${places.gateway}/shared/merchant.css"><script src="${places.gateway}${script}"></script>
<body${dark}><main><h1>Books &amp; Tea</h1><p>Your basket: two books and a tin of tea.</p><button id="buy" type="button">Buy</button> <button id="other" type="button">Something else</button>
<div id="here"><p>The form comes here.</p></div><div id="there"></div></main></body></html>`);
  });
  // Another site than the gateway's, so that frames are as far apart as in life.
  places.shop = `http://localhost:${shop.port}`;
  const bank = await serve(({ response }) => {
    response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Bank</title><link rel="icon" href="data:,"><h1>The bank's page</h1><p><a href="${places.gateway}/result">Confirm</a>${'<p>Terms</p>'.repeat(60)}`);
  });
  places.bank = `http://127.0.0.1:${bank.port}`;
  return { ...places, opened, heard, close: () => Promise.all([gateway, shop, bank].map((place) => place.close())) };
}

/** Opens a widget in the shop's page with callbacks that note what they are told. `how` names the function that opens it. */
export function run(page, config, { method, how = 'run', listen = [], name = 'widget' } = {}) {
  return page.evaluate(([given, method, how, listen, name]) => {
    window.calls ??= [];
    const noting = (callback) => (data) => { window.calls.push([name, callback, JSON.parse(JSON.stringify(data ?? null))]); };
    const callbacks = Object.fromEntries(listen.map((callback) => [callback, noting(callback)]));
    // What is signed is complete: a card is saved without a payment.
    const whole = given.signature ? given : { payment_id: 'order-47', ...given };
    window[name] = window.EPayWidget[how]({ ...whole, ...callbacks }, method);
    return window[name].guid;
  }, [config, method, how, listen, name]);
}

/** What the callbacks of a name were told so far. */
export const told = (page, callback, name = 'widget') => page.evaluate(([callback, name]) => window.calls.filter(([who, what]) => who === name && what === callback).map(([, , data]) => data), [callback, name]);

/** Waits until a callback was called, and returns what it was told last. */
export async function hears(page, callback, name = 'widget') {
  await until(async () => (await told(page, callback, name)).length > 0, `${callback} is called`);
  return (await told(page, callback, name)).pop();
}

/** Says something in the name of the page in a frame. */
export const say = (frame, message) => frame.evaluate((text) => window.parent.postMessage(text, '*'), typeof message === 'string' ? message : JSON.stringify(message));

/** The document in the frame of a widget, once the widget knows it. */
export async function inside(page, guid) {
  const handle = await page.locator(`#iframe-${guid}`).elementHandle();
  const frame = await handle.contentFrame();
  await frame.waitForLoadState();
  return frame;
}

/** Waits for something that takes a moment and has no event of its own. */
export async function until(holds, what) {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `in vain: ${what}`);
    await new Promise((later) => { setTimeout(later, 20); });
  }
}
