// Paysera WebToPay: npm `paysera-nodejs` as it is, and the official PHP library's ways of asking, against a running payglot.

import assert from 'node:assert/strict';
import { X509Certificate, createHash, createVerify } from 'node:crypto';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { stringify } from 'node:querystring';
import { after, before, test } from 'node:test';
import WebToPay from 'paysera-nodejs';
import { payAt } from './payer.mjs';

assert.ok(process.env.PAYGLOT_DEMO_JSON, 'PAYGLOT_DEMO_JSON is missing: run `cargo xtask test interop`');
const demo = JSON.parse(process.env.PAYGLOT_DEMO_JSON);
const { projectid, sign_password } = demo.projects.find((project) => project.protocol === 'paysera').credentials;
const gateway = new URL(demo.base_url);

let shop;
let last = 0;
const calls = [];
const fresh = () => `I-${Date.now()}-${(last += 1)}`;
const told = (orderid) => calls.filter((call) => call.get('o') === orderid);

before(async () => {
  shop = createServer((request, response) => {
    calls.push(new URL(request.url, 'http://shop.invalid').searchParams);
    response.end('OK');
  });
  await new Promise((listening) => shop.listen(0, '127.0.0.1', listening));
});
after(() => { shop.close(); shop.closeAllConnections(); });

const back = (page, orderid) => `http://127.0.0.1:${shop.address().port}/${page}?o=${orderid}`;
const addresses = (orderid) => ({ accepturl: back('accept', orderid), cancelurl: back('cancel', orderid), callbackurl: back('callback', orderid) });
const md5 = (text) => createHash('md5').update(text).digest('hex');
const base64 = (text) => Buffer.from(text).toString('base64');
const urlSafe = (text) => text.replaceAll('+', '-').replaceAll('/', '_');
const payAddress = (data, sign = md5(data + sign_password)) => `${demo.base_url}/pay/?data=${data}&sign=${sign}`;

/** As the PHP library asks: its own socket, no headers read, no chunks known, everything behind the first empty line. */
async function ask(path, version = '1.0') {
  const bytes = await new Promise((resolve, reject) => {
    const parts = [];
    const socket = connect(Number(gateway.port || 80), gateway.hostname);
    // The connection must end by itself: the library reads until then.
    socket.setTimeout(10_000, () => socket.destroy(new Error('the gateway did not close the connection')));
    socket.on('data', (part) => parts.push(part)).on('error', reject).on('close', () => resolve(Buffer.concat(parts)));
    socket.write(`GET ${path} HTTP/${version}\r\nHost: ${gateway.hostname}\r\nConnection: Close\r\n\r\n`);
  });
  const text = bytes.toString('utf8');
  const [head] = text.split('\r\n\r\n', 1);
  const body = text.slice(head.length + 4);
  assert.doesNotMatch(head, /^transfer-encoding|^content-encoding|^location/im, 'the library cannot undo any of these');
  const length = /^content-length: (\d+)/im.exec(head);
  assert.equal(Number(length?.[1]), Buffer.byteLength(body));
  return { status: Number(head.split(' ')[1]), body: body.trim() };
}

const certificate = async () => new X509Certificate((await ask('/download/public.key')).body);

/** What the library checks: ss2 with the downloaded certificate, or ss3 where it knows of it; and ss1 beside them. */
async function proven(params) {
  const [data, { publicKey }] = [params.get('data'), await certificate()];
  assert.equal(params.get('ss1'), md5(data + sign_password));
  const signed = (digest, name) => createVerify(digest).update(data).verify(publicKey, Buffer.from(params.get(name), 'base64url'));
  assert.ok(signed('RSA-SHA1', 'ss2') && signed('RSA-SHA256', 'ss3'));
  assert.ok(!createVerify('RSA-SHA1').update(`${data} `).verify(publicKey, Buffer.from(params.get('ss2'), 'base64url')), 'another text is not signed');
  const plain = Buffer.from(data, 'base64url').toString('latin1');
  assert.match(plain, /^[\x21-\x7e]+$/, 'clients read the parameters as ASCII');
  return new URLSearchParams(plain);
}

test('npm paysera-nodejs: a purchase ends in a callback that it believes', async () => {
  const orderid = fresh();
  const library = new WebToPay({ projectid, sign_password, ...addresses(orderid) });
  library.payUrl = `${demo.base_url}/pay/`;
  // It replaces no + at all, and three tildes make one.
  const address = library.buildRequestUrl({ orderid, p_email: 'a@b.lt', p_firstname: 'Jonas ~~~ Petras', amount: 700, currency: 'EUR' });
  const returned = await payAt(address, 'hanza');
  assert.equal(returned.pathname, '/accept');
  assert.equal(told(orderid).length, 1, 'the callback came before the payer');
  const request = Object.fromEntries(told(orderid)[0]);
  assert.ok(library.checkCallback(request));
  assert.ok(!library.checkCallback({ ...request, data: `${request.data}A` }));
  const decoded = library.decode(request.data);
  assert.deepEqual([decoded.status, decoded.orderid, decoded.amount, decoded.payment, decoded.p_firstname], ['1', orderid, '700', 'hanza', 'Jonas ~~~ Petras']);
});

test('the certificate is one that every client can read', async () => {
  for (const version of ['1.0', '1.1']) {
    const { status, body } = await ask('/download/public.key', version);
    assert.equal(status, 200);
    assert.match(body, /^-----BEGIN CERTIFICATE-----\r?\n[\s\S]*-----END CERTIFICATE-----$/);
    assert.doesNotMatch(body, /key/i, 'a Python client takes the file for a bare key otherwise');
    assert.equal(new X509Certificate(body).publicKey.asymmetricKeyDetails.modulusLength, 2048);
  }
});

test('the list of methods has the shape that clients rely on, under each of its addresses', async () => {
  for (const start of ['/new/api/paymentMethods', '/payment-methods']) {
    const { body } = await ask(`${start}/${projectid}/currency:EUR/amount:1000/language:lt`);
    assert.match(body, new RegExp(`<payment_types_document[^>]* project_id="${projectid}"`));
    assert.match(body, /<payment_type key="hanza">/);
    const [countries, titles] = [body.match(/<country /g), body.match(/<country [^>]*>\s*<title /g)];
    assert.ok(countries.length >= 2 && titles.length === countries.length);
    assert.doesNotMatch(body, /language="(?!lt)/, 'one language was asked for');
  }
  assert.match((await ask(`/new/api/paymentMethods/${projectid}/`)).body, /currency="EUR"/);
  const { status, body } = await ask('/new/api/paymentMethods/2147483000/currency:EUR');
  assert.ok(status === 200 && /<payment_types_document [^>]*\/?>/.test(body) && !body.includes('<country'));
});

test('the pictures of the list exist', async () => {
  const { body } = await ask(`/payment-methods/${projectid}/currency:EUR/language:en`);
  const pictures = [...new Set([...body.matchAll(/<logo_url[^>]*>(?:<!\[CDATA\[)?([^\]<]+)/g)].map(([, url]) => url))];
  assert.ok(pictures.length > 3);
  for (const url of pictures) {
    const answer = await fetch(url);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png'], url);
    assert.ok((await answer.arrayBuffer()).byteLength < 1024, 'a cart shows many of them');
  }
});

test('one request in each encoding that clients make is the same order', async () => {
  const query = (orderid) => stringify({ projectid, ...addresses(orderid), orderid, amount: 700, currency: 'EUR', p_firstname: 'Jonas ~~~ Petras', p_email: 'a@b.lt', version: '1.6' });
  const firstOnly = (text) => text.replace('+', '-').replace('/', '_');
  for (const [name, encode] of [['all replaced', urlSafe], ['the first + replaced', firstOnly], ['nothing replaced', (text) => text]]) {
    const orderid = fresh();
    await payAt(payAddress(encode(base64(query(orderid)))), 'vb2');
    const callback = await proven(told(orderid)[0]);
    assert.equal(callback.get('p_firstname'), 'Jonas ~~~ Petras', name);
  }
});

test('what a PHP shop sends, and gets back', async () => {
  const orderid = fresh();
  const php = new URLSearchParams({
    orderid, ...addresses(orderid), lang: 'LIT', amount: '012540', currency: 'EUR', payment: 'hanza', country: 'LT', paytext: 'Užsakymas [order_nr] ([site_name])',
    p_firstname: 'Žydrūnė', p_email: 'zydrune+test@shop.test', p_state: '', time_limit: '', test: '1', plugin_name: 'opencart', version: '3.1.5', projectid, sign_password,
  });
  const returned = await payAt(payAddress(urlSafe(base64(php.toString().replaceAll('~', '%7E')))), 'none');
  const callback = await proven(told(orderid)[0]);
  const expected = {
    orderid, projectid, amount: '12540', currency: 'EUR', payamount: '12540', paycurrency: 'EUR', payment: 'hanza', status: '1', test: '1', version: '3.1.5', country: 'LT',
    original_paytext: 'Užsakymas [order_nr] ([site_name])', paytext: `Užsakymas ${orderid} (Books & Tea)`, p_firstname: 'Žydrūnė', plugin_name: 'opencart', lang: 'LIT',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(callback.get(name), value, name);
  assert.ok(Number(callback.get('requestid')) > 0 && Number(callback.get('requestid')) <= 2_147_483_647);
  for (const name of ['sign_password', 'accepturl', 'cancelurl', 'callbackurl']) assert.equal(callback.get(name), null, name);
  assert.ok(!told(orderid)[0].toString().includes(sign_password));
  const carried = await proven(returned.searchParams);
  assert.deepEqual([carried.get('status'), carried.get('orderid'), returned.searchParams.get('o')], ['1', orderid, orderid]);
});

test('a form is taken at both addresses without a redirect that would drop it', async () => {
  for (const path of ['/pay', '/pay/']) {
    const orderid = fresh();
    const order = { projectid, orderid, ...addresses(orderid), amount: '100', currency: 'EUR', version: '1.6' };
    const data = urlSafe(base64(new URLSearchParams(order).toString()));
    const answer = await fetch(`${demo.base_url}${path}`, { method: 'POST', body: new URLSearchParams({ data, sign: md5(data + sign_password) }), redirect: 'manual' });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.get('location'), /\/checkout\//);
  }
});

test('an order is asked for again with nothing but its number', async () => {
  const orderid = fresh();
  const sealed = (params) => payAddress(urlSafe(base64(new URLSearchParams(params).toString())));
  await fetch(sealed({ projectid, orderid, ...addresses(orderid), amount: '100', currency: 'EUR', p_email: 'a@b.lt', version: '1.6' }));
  const again = sealed({ orderid, version: '1.6', projectid, repeat_request: '1' });
  await payAt(again, 'wallet');
  assert.equal((await proven(told(orderid)[0])).get('payment'), 'wallet');
  const paid = await payAt(again, 'wallet');
  assert.equal((await proven(paid.searchParams)).get('status'), '1', 'paid before: back to the shop at once');
  assert.equal(told(orderid).length, 1, 'and not charged again');
});

test('a request that is not the shop\'s shows its code and nothing of the order', async () => {
  const orderid = fresh();
  const seal = (params, password) => {
    const data = urlSafe(base64(new URLSearchParams({ orderid, ...addresses(orderid), amount: '100', currency: 'EUR', version: '1.6', ...params }).toString()));
    return payAddress(data, md5(data + password));
  };
  const refusals = [
    ['0x14', seal({ projectid }, 'another password of thirty-two !')],
    ['0x6', seal({ projectid: '2147483000' }, sign_password)],
    ['0x14', payAddress('%00%ff', 'x')],
    ['0x12', `${demo.base_url}/pay/`],
  ];
  for (const [code, address] of refusals) {
    const answer = await fetch(address);
    const page = await answer.text();
    assert.equal(answer.status, 400, address);
    assert.match(page, new RegExp(`id="error-code"[^>]*>\\s*${code}\\s*<`), address);
    assert.ok(!page.includes('href="http://127.0.0.1:' + shop.address().port), 'no way to an address that nobody has proven');
  }
});
