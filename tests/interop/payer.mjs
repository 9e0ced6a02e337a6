// A payer without a browser: reads the form on a page, fills it in and follows where it leads.

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#34': '"', '#38': '&' };

const unescape = (text) => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name.toLowerCase()] ?? whole);

/** The value of an attribute in the text of a tag, or `null`. */
function attribute(tag, name) {
  const found = tag.match(new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i'));
  return found ? unescape(found[1] ?? found[2] ?? found[3]) : null;
}

/** The form that has all the named fields: where it goes, and its hidden values. */
export function findForm(html, fields) {
  for (const [form, tag, body] of html.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/gi)) {
    const inputs = [...body.matchAll(/<input\b[^>]*>/gi)].map(([input]) => input);
    const names = inputs.map((input) => attribute(input, 'name'));
    if (form && fields.every((field) => names.includes(field))) {
      const hidden = inputs.filter((input) => attribute(input, 'type') === 'hidden');
      return { action: attribute(tag, 'action') ?? '', values: Object.fromEntries(hidden.map((i) => [attribute(i, 'name'), attribute(i, 'value') ?? ''])) };
    }
  }
  return null;
}

/** Pays with a card that needs no 3-D Secure; answers with the address to which the payer is sent back. */
export function pay(formUrl, { number = '4444 5555 1111 3333', expiry = '12 / 34', cvc = '123', holder = 'JOHN DOE' } = {}) {
  return fillIn(formUrl, ['number', 'expiry', 'cvc'], { number, expiry, cvc, holder });
}

/** Has an invoice sent to a wallet and waits until its owner has paid; answers as `pay` does. */
export function payFromWallet(formUrl, account = '1234 5678 9012') {
  return fillIn(formUrl, ['account'], { account });
}

/** Fills in the form with these fields and goes where it leads, until the shop. */
async function fillIn(formUrl, fields, typed) {
  const gateway = new URL(formUrl).origin;
  const page = await fetch(formUrl);
  const html = await page.text();
  const form = findForm(html, fields);
  if (page.status !== 200 || !form) throw new Error(`no form with ${fields} at ${formUrl} (status ${page.status}): ${html.slice(0, 500)}`);
  let address = new URL(form.action || formUrl, page.url);
  let body = new URLSearchParams({ ...form.values, ...typed });
  for (let step = 0; step < 100; step += 1) {
    const answer = await fetch(address, body ? { method: 'POST', body, redirect: 'manual' } : { redirect: 'manual' });
    body = null;
    const location = answer.headers.get('location');
    if (location) {
      address = new URL(location, address);
      if (address.origin !== gateway) return address;
      continue;
    }
    const text = await answer.text();
    if (findForm(text, fields.slice(0, 1))) throw new Error(`what was typed was not accepted: ${text.slice(0, 3000)}`);
    const back = [...text.matchAll(/<a\b[^>]*>/gi)].map(([tag]) => attribute(tag, 'href')).find((href) => /orderId=|\/return\b/.test(href ?? ''));
    if (back) {
      address = new URL(back, address); // The way back may lead over the gateway once more.
      if (address.origin !== gateway) return address;
      continue;
    }
    await new Promise((resolve) => setTimeout(resolve, 100)); // A waiting page: ask again, as its refresh would.
  }
  throw new Error('the payment did not end');
}

/** Chooses a way to pay on the page of ways, unless the shop has chosen it, and pays at the simulated place; answers as `pay` does. */
export async function payAt(payAddress, method) {
  const gateway = new URL(payAddress).origin;
  let [address, body] = [new URL(payAddress), null];
  for (let step = 0; step < 100; step += 1) {
    const answer = await fetch(address, body ? { method: 'POST', body, redirect: 'manual' } : { redirect: 'manual' });
    const location = answer.headers.get('location');
    body = null;
    if (location) {
      address = new URL(location, address);
      if (address.origin !== gateway) return address;
      continue;
    }
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`status ${answer.status} at ${address}: ${text.slice(0, 2000)}`);
    const choice = findForm(text, ['step', 'token', 'country']);
    if (choice) {
      address = new URL(choice.action, address);
      body = new URLSearchParams({ ...choice.values, method });
    } else if (address.pathname.startsWith('/sandbox/bank/')) {
      body = new URLSearchParams({ step: 'pay' });
    } else {
      const back = [...text.matchAll(/<a\b[^>]*>/gi)].map(([tag]) => attribute(tag, 'href')).find((href) => /\/return\b/.test(href ?? ''));
      if (!back) throw new Error(`no way on from ${address}: ${text.slice(0, 2000)}`);
      address = new URL(back, address);
    }
  }
  throw new Error('the payment did not end');
}
