// Comfort for the checkout pages. Each of them works without this file; nothing here decides anything about money.
'use strict';
(() => {
  const root = document.documentElement;
  const page = document.body.dataset.page;
  // Day before month and 24 hours, as in the other languages.
  const locale = root.lang === 'en' ? 'en-GB' : root.lang;
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const reload = () => { if (page) location.replace(page); else location.reload(); };
  root.classList.add('js');

  // Sending a form twice: the first click counts. Disabled after the event, so that the button's own value is sent.
  all('form[data-once]', (form) => form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = 'yes';
    setTimeout(() => all('form[data-once] button', (button) => { button.disabled = true; }));
    const button = event.submitter;
    if (!button || !button.dataset.busy) return;
    button.dataset.label = button.textContent;
    const spin = document.createElement('span');
    spin.className = 'spin';
    button.replaceChildren(spin, button.dataset.busy);
  }));
  // A choice that is made by choosing; the button beside it is for those without script.
  all('select[data-submit]', (select) => select.addEventListener('change', () => select.form.requestSubmit()));
  // Back from the bank by the browser's memory of the page: what it shows may be old, so ask the server.
  addEventListener('pageshow', (event) => { if (event.persisted) reload(); });

  // The time left. Counted from the page's arrival by a clock that a payer's wrong one does not touch.
  all('[data-seconds]', (timer) => {
    const shown = timer.querySelector('time');
    const say = document.querySelector('[data-left-5]');
    const end = Date.now() + Number(timer.dataset.seconds) * 1000;
    const two = (number) => String(number).padStart(2, '0');
    let last = Number(timer.dataset.seconds);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      const hours = Math.floor(left / 3600);
      shown.textContent = (hours ? hours + ':' : '') + two(Math.floor(left / 60) % 60) + ':' + two(left % 60);
      timer.classList.toggle('soon', left <= 300);
      if (say) for (const minutes of [5, 1]) {
        if (last > minutes * 60 && left <= minutes * 60) say.textContent = say.getAttribute('data-left-' + minutes);
      }
      last = left;
      if (left > 0) return;
      clearInterval(ticking);
      // A second of grace, so that the server agrees; a form on its way is not disturbed.
      setTimeout(() => { if (!document.querySelector('[data-sent]')) reload(); }, 1500);
    };
    const ticking = setInterval(tick, 1000);
    tick();
  });

  // Moments in the payer's own time zone and language.
  all('time[data-local]', (time) => {
    const moment = new Date(time.dateTime);
    if (!isNaN(moment)) time.textContent = moment.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
  });

  const announce = (text) => { const place = document.querySelector('[data-say]'); if (place) place.textContent = text; };

  all('[data-copy]', (button) => button.addEventListener('click', async () => {
    const label = button.textContent;
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { // Not a secure context: the old way.
      const field = document.createElement('textarea');
      field.value = button.dataset.copy;
      document.body.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
      button.focus();
    }
    button.textContent = button.dataset.done;
    announce(button.dataset.done);
    setTimeout(() => { button.textContent = label; }, 2000);
  }));

  // The way back to the shop, unless the payer wants to stay.
  all('[data-auto]', (line) => {
    const lines = line.dataset.lines.split('|');
    let left = Number(line.dataset.auto);
    const ticking = setInterval(() => {
      left -= 1;
      if (left > 0) { line.firstElementChild.textContent = lines[left - 1] || ''; return; }
      clearInterval(ticking);
      location.assign(line.dataset.href);
    }, 1000);
    line.querySelector('button').addEventListener('click', () => {
      clearInterval(ticking);
      line.textContent = line.dataset.staying;
      announce(line.dataset.staying);
      const back = document.querySelector('[data-return]');
      if (back) back.focus();
    });
  });

  // Waiting: an event says when to look; a slow poll covers lost connections.
  all('[data-events]', (box) => {
    const again = Number(box.dataset.refresh) * 1000;
    const poll = () => setTimeout(reload, again);
    if (!box.dataset.events || !window.EventSource) { poll(); return; }
    const stream = new EventSource(box.dataset.events);
    stream.onmessage = () => { stream.close(); reload(); };
    stream.onerror = () => { stream.close(); poll(); };
    setTimeout(reload, Math.max(again, 20000));
  });

  all('form[data-at-once]', (form) => form.requestSubmit());

  // The card form. Money goes to a card by its number alone: then the other fields are not there.
  const form = document.querySelector('form[data-card]');
  if (!form) return;
  const { number, expiry, cvc, holder } = form.elements;
  const digits = (text) => text.replace(/\D/g, '');
  const BRANDS = [
    ['mir', /^220[0-4]/], ['amex', /^3[47]/], ['visa', /^4/],
    ['mastercard', /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/], ['maestro', /^(50|5[6-9]|6)/],
  ];
  // A saved card that is chosen: then only its security code is typed.
  const picked = () => form.querySelector('[name=saved]:checked:not([value=""])');
  const brand = () => picked() ? picked().dataset.brand || '' : (BRANDS.find(([, start]) => start.test(digits(number.value))) || [''])[0];
  const groups = (text, kind) => (kind === 'amex'
    ? [text.slice(0, 4), text.slice(4, 10), text.slice(10, 15)] : text.match(/.{1,4}/g) || []).filter(Boolean).join(' ');
  const luhn = (text) => [...text].reverse()
    .reduce((sum, digit, place) => sum + (place % 2 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit] : Number(digit)), 0) % 10 === 0;

  // Rewrites a field and keeps the caret behind the same digit.
  const rewrite = (field, text) => {
    if (field.value === text) return;
    const before = digits(field.value.slice(0, field.selectionStart)).length;
    const atEnd = field.selectionStart === field.value.length;
    field.value = text;
    if (document.activeElement !== field) return;
    let place = atEnd ? text.length : 0;
    for (let seen = 0; place < text.length && seen < before; place += 1) if (/\d/.test(text[place])) seen += 1;
    field.setSelectionRange(place, place);
  };

  const showBrand = () => {
    const kind = brand();
    const logos = form.querySelector('.logos');
    if (logos) { if (kind && logos.querySelector(`[data-brand=${kind}]`)) logos.dataset.found = kind; else delete logos.dataset.found; }
    if (!cvc) return;
    const note = document.getElementById('cvc-note');
    cvc.placeholder = kind === 'amex' ? '0000' : '000';
    if (!cvc.closest('.field').classList.contains('err')) note.textContent = kind === 'amex' ? note.dataset.hintAmex : note.dataset.hint;
  };
  const shapeNumber = () => { rewrite(number, groups(digits(number.value).slice(0, 19), brand())); showBrand(); };
  const shapeExpiry = (event) => {
    let text = digits(expiry.value);
    if (/^[2-9]/.test(text)) text = '0' + text;
    if (text.length === 6 && text.slice(2, 4) === '20') text = text.slice(0, 2) + text.slice(4);
    text = text.slice(0, 6);
    const deleting = event && /^delete/.test(event.inputType || '');
    if (deleting && text.length <= 2) return;
    rewrite(expiry, text.length < 2 ? text : text.slice(0, 2) + ' / ' + text.slice(2, 6));
  };

  // The same checks as on the server, for the comfort of an early word.
  const fresh = (check) => () => (picked() ? '' : check());
  const checks = new Map([
    [number, fresh(() => {
      const text = digits(number.value);
      if (!text) return 'missing';
      return text.length >= 12 && text.length <= 19 && luhn(text) ? '' : 'invalid';
    })],
    [expiry, fresh(() => {
      const text = digits(expiry.value);
      if (!text) return 'missing';
      const month = Number(text.slice(0, 2));
      if ((text.length !== 4 && text.length !== 6) || month < 1 || month > 12) return 'invalid';
      const year = text.length === 4 ? 2000 + Number(text.slice(2)) : Number(text.slice(2));
      const today = new Date();
      return year * 12 + month < today.getFullYear() * 12 + today.getMonth() + 1 ? 'past' : '';
    })],
    [cvc, () => {
      const text = digits(cvc.value);
      const amex = brand() === 'amex';
      // Some Maestro cards have no code: the server knows whether the shop takes them.
      if (!text) return brand() === 'maestro' ? '' : 'missing';
      return text.length === (amex ? 4 : 3) ? '' : amex ? 'invalidAmex' : 'invalid';
    }],
    [holder, fresh(() => (/^[ -\u024f’]*$/.test(holder.value) ? '' : 'invalid'))],
  ].filter(([field]) => field));
  const show = (field, problem) => {
    const box = field.closest('.field');
    const note = document.getElementById(field.id + '-note');
    box.classList.toggle('err', Boolean(problem));
    if (problem) field.setAttribute('aria-invalid', 'true'); else field.removeAttribute('aria-invalid');
    note.textContent = problem ? field.dataset[problem] : note.dataset.hint;
    if (field === cvc && !problem) showBrand();
  };
  for (const [field, check] of checks) {
    // A word on leaving a filled field; a correction is welcomed at once.
    field.addEventListener('change', () => { const problem = check(); show(field, problem === 'missing' ? '' : problem); });
    field.addEventListener('input', () => { if (field.closest('.err') && !check()) show(field, ''); });
  }
  form.addEventListener('submit', (event) => {
    let first = null;
    for (const [field, check] of checks) {
      const problem = check();
      show(field, problem);
      if (problem && !first) first = field;
    }
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
  }, { capture: true });

  all('[name=saved]', (pick) => pick.addEventListener('change', () => {
    for (const field of checks.keys()) show(field, '');
    // What was typed for another card must not go along with a saved one.
    for (const field of picked() ? [number, expiry, cvc] : [cvc]) field.value = '';
    showBrand();
  }));
  number.addEventListener('input', () => {
    const another = document.getElementById('saved-new');
    if (another) another.checked = true;
    shapeNumber();
  });
  expiry?.addEventListener('input', shapeExpiry);
  cvc?.addEventListener('input', () => rewrite(cvc, digits(cvc.value).slice(0, 4)));
  all('.chips a', (chip) => chip.addEventListener('click', (event) => {
    event.preventDefault();
    const another = document.getElementById('saved-new');
    if (another) another.checked = true;
    const filled = [number, expiry, cvc].filter(Boolean);
    for (const field of filled) field.value = chip.dataset[field.name];
    all('.chips a', (other) => other.removeAttribute('aria-current'));
    chip.setAttribute('aria-current', 'true');
    shapeNumber();
    for (const field of filled) show(field, '');
    form.querySelector('.btn').focus();
  }));
  shapeNumber();
})();
