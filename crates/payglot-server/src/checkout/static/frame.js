// Speaks with the widget of a shop's page that shows this page in a frame, or opened it in a tab. The page works without: what cannot be
// told the payer reads here, and each way out is a link as well.
'use strict';
(() => {
  const page = document.body;
  const { frameMessage, frameData } = page.dataset;
  const onward = document.querySelector('a[data-go]');
  const goOn = () => location.replace(onward.href);

  if (window.parent === window) {
    // A target for a new tab stays a link: a tab that nobody asked for is blocked.
    if (onward && onward.dataset.go !== 'blank_page') goOn();
    return;
  }

  // The widget's name for itself. Each page of ours is a document of its own, and the widget tells every one of them.
  let guid = null;
  // Any origin may listen: we do not know the shop's. What is told is what the page shows to whoever may see it, and whoever could frame it
  // has its address already; there is no key, no signature and no whole card number in it, and shops must not believe it but wait for the callback.
  const tell = (message, data) => {
    const sender = guid === null ? { from_another_domain: true } : { guid };
    window.parent.postMessage(JSON.stringify({ message, ...sender, data }), '*');
  };
  const read = (text) => { try { return JSON.parse(text); } catch { return null; } };

  // The frame grows with the page, so the page must not grow with the frame.
  page.style.minHeight = '0';
  let last = '';
  const size = () => {
    const { width, height } = page.getBoundingClientRect();
    const now = { width: Math.ceil(width), height: Math.ceil(height) };
    last = JSON.stringify(now);
    return now;
  };
  tell('epframe.loaded', size());
  // Browsers do not let a page in a frame take the focus by itself, but where the payer has just pressed something they do.
  document.querySelector('[autofocus]')?.focus();
  new ResizeObserver(() => {
    const before = last;
    const now = size();
    if (last !== before) tell('epframe.resize', now);
  }).observe(page);

  if (frameMessage) tell(frameMessage, read(frameData) ?? {});
  // What was told must be heard before this page is gone: a widget that has greeted it has listened; without one there is nobody to hear.
  let leaving = onward && onward.dataset.go === 'iframe';
  const leave = () => { if (leaving) goOn(); leaving = false; };
  if (leaving) setTimeout(leave, 1000);
  if (onward && onward.dataset.go === 'parent_page') tell('epframe.redirect', { url: onward.href });

  // The form that pays.
  const paying = document.querySelector('form[data-card], form[data-confirms]');
  const ownButton = paying && [...paying.elements].find((element) => element.type === 'submit');
  let embedded = false; // The button is the shop's.
  let asked = false; // The shop's button was pressed.
  const pay = () => {
    if (!paying) return;
    asked = true;
    paying.requestSubmit(ownButton);
    asked = false;
  };

  // What is wrong in the form, by the names of its fields. It is sent as far as the checks of checkout.js, and no further.
  const mistakes = () => {
    if (!paying) return {};
    const stop = (event) => event.preventDefault();
    addEventListener('submit', stop, { capture: true, once: true });
    asked = true;
    paying.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
    asked = false;
    const wrong = paying.matches('[data-card]') ? paying.querySelectorAll('[aria-invalid=true]') : [];
    return Object.fromEntries(Array.from(wrong, (field) => [field.name, document.getElementById(`${field.id}-note`)?.textContent ?? '']));
  };

  addEventListener('submit', (event) => {
    if (!embedded || asked || event.target !== paying) return;
    // Enter was pressed, but the shop has to make its order first.
    event.preventDefault();
    event.stopImmediatePropagation();
    tell('epframe.enter_key_pressed');
  }, { capture: true });
  document.addEventListener('submit', ({ target, defaultPrevented, submitter }) => {
    if (defaultPrevented) return;
    if (target === paying) tell('epframe.payment.sent', {});
    const { kind, account } = submitter?.dataset ?? {};
    if (kind) {
      const name = submitter.querySelector('b').textContent;
      tell('epframe.payment_method_select', { name, payment_method_type: kind, payment_method_code: submitter.value });
    }
    if (account) tell('epframe.wallet_remove', { account: { number: account } });
  });
  // A saved card, by what may be seen of its number.
  document.addEventListener('change', ({ target }) => {
    const number = target.dataset.account;
    if (number) tell('epframe.wallet_select', { account: { number } });
  });

  const setButtons = (disabled) => { if (paying) for (const element of paying.elements) if (element.type === 'submit') element.disabled = disabled; };

  addEventListener('message', (event) => {
    if (event.source !== window.parent || typeof event.data !== 'string') return;
    const heard = read(event.data);
    switch (heard?.message) {
      case 'link':
        guid = String(heard.guid);
        embedded = heard.frame_mode === 'embedded';
        if (embedded && ownButton) ownButton.style.display = 'none';
        leave();
        break;
      case 'resize': tell('epframe.resize', size()); break;
      // Whoever frames the page could send its form without a frame: its address is the key to the payment, and nothing else is asked for.
      case 'epframe.external_widget_form_submission':
      case 'epframe.embedded_mode.try_submit':
      case 'epframe.embedded_mode.submit': pay(); break;
      case 'epframe.embedded_mode.check_validation': tell('epframe.embedded_mode.check_validation_response', mistakes()); break;
      case 'epframe.embedded_mode.buttons_disable': setButtons(true); break;
      case 'epframe.embedded_mode.buttons_enable': setButtons(false); break;
    }
  });

  // The shop's window cannot see a key that is pressed in here.
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) tell('epframe.escape_key_pressed');
  });

  // The ways out. Where no widget answers, the browser follows the link by its own target.
  document.addEventListener('click', (event) => {
    const control = event.target.closest('[data-close], a[data-return], a[data-go], a[data-leave]');
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey || guid === null) return;
    const farewell = 'leave' in control.dataset ? 'epframe.destroy' : 'epframe.exit';
    if (control.target === '_self') return;
    tell(farewell, {});
    if (control.target === '_blank' || !control.href) return;
    event.preventDefault();
    tell('epframe.redirect', { url: control.href });
  });
})();
