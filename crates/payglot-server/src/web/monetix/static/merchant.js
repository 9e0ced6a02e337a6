// The widget of the Monetix protocol, for the pages of shops: opens the payment page in a modal window, in an element of the shop's page
// or in the whole tab, and tells the shop what happens there. `frame.js` of the checkout is the other side of the conversation.
//
// It runs in other people's pages: no dependency, nothing global but `EPayWidget`, and nothing that a strict content policy forbids (no
// inline code, no inline styles). A shop needs `script-src`, `style-src` and `frame-src` for the gateway, and for `post` `form-action`.
'use strict';
(() => {
  // Some shops load the script as `merchant.js?ver=5`.
  const OWN_ADDRESS = document.currentScript?.src;
  const MODES = ['purchase', 'payout', 'card_tokenize', 'card_verify', 'money_transfer', 'presentation'];
  const MOBILE = /Android|webOS|iPhone|iPad|iPod|BlackBerry|IEMobile|Opera Mini/i;
  const FORBIDDEN_SCHEMES = ['javascript:', 'vbscript:', 'data:'];

  const SILENCE_MAX = 5000; // How long a loaded frame may stay silent before the shop hears of a network problem.
  const STRANGER_AFTER = 400; // Our pages speak before their frame has loaded: one still silent now is a bank's or a wallet's.
  const FAREWELL = 300; // A closed frame lives on for a moment, so that `close` reaches it and what it said last is heard.
  const BLIND_HEIGHT = 600; // The height of a page that cannot tell its own.

  // Callbacks that are called without the `EmbeddedMode` of their messages.
  const SHORTENED = ['CheckSubmit', 'ValidationError', 'ShowLoader', 'HideLoader', 'CheckShippingAddress', 'CheckShippingMethod', 'Confirmation'];
  // Callbacks with which the page asks the shop; the answer goes back as `epframe.embedded_mode.NAME.result`.
  const QUESTIONS = {
    onCheckSubmit: 'check_submit',
    onCheckShippingAddress: 'check_shipping_address',
    onCheckShippingMethod: 'check_shipping_method',
    onConfirmation: 'confirmation',
  };
  // How a visit ends. Each step of our page is a document of its own, and one that is reloaded, or read in another language, says again
  // what the shop has heard already.
  const ENDS = ['onPaymentSuccess', 'onPaymentFail', 'onCardVerifySuccess', 'onCardVerifyFail', 'onTokenizeSuccess'];
  // Callbacks that are called again only if this part of their data has changed.
  const WHEN_CHANGED = {
    onResize: ({ width, height }) => [width, height],
    onAmountChange: ({ value }) => value,
    onTabChange: ({ tab }) => tab,
    onLoaded: () => 'loaded',
    ...Object.fromEntries(ENDS.map((name) => [name, (data) => data])),
  };
  // What a shop with a button of its own sends to its own window, for the page in the frame.
  const RELAYED = ['epframe.embedded_mode.check_validation', 'epframe.embedded_mode.submit'];

  const LABELS = {
    en: { dialog: 'Payment', close: 'Close the payment window' },
    lt: { dialog: 'Mokėjimas', close: 'Uždaryti mokėjimo langą' },
    ru: { dialog: 'Оплата', close: 'Закрыть окно оплаты' },
  };

  /** `epframe.payment.sent` is told to `onPaymentSent`. */
  const callbackName = (message) => {
    const plain = `on.${message.replace('epframe.', '')}`;
    const name = plain.replace(/[._ ](.)/g, (_, next) => next.toUpperCase()).replace(/[._\s]/g, '');
    const short = name.replace('onEmbeddedMode', '');
    return SHORTENED.includes(short) ? `on${short}` : name;
  };

  /** The classes of a text; with quotes, as some pages send them, or without. */
  const classes = (text) => (typeof text === 'string' ? text.replaceAll('"', '').split(/\s+/).filter(Boolean) : []);

  /** The address to go to, or `null` for what is no address and for what would run as code in the shop's page. */
  const safeAddress = (text) => {
    if (typeof text !== 'string') return null;
    try {
      const address = new URL(text.startsWith('//') ? location.protocol + text : text);
      return FORBIDDEN_SCHEMES.includes(address.protocol) ? null : address.href;
    } catch {
      return null;
    }
  };

  /** Sends fields with a form that nobody sees. A field may be called as the form's own members are, so none of them is used. */
  const post = (method, action, fields, target = '') => {
    const form = Object.assign(document.createElement('form'), { hidden: true, method, action, target });
    form.append(...fields.map(([name, value]) => Object.assign(document.createElement('input'), { type: 'hidden', name, value })));
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
    document.body.removeChild(form);
  };

  const checkConfig = (config) => {
    if (config.mode && !MODES.includes(config.mode)) throw `Invalid config.mode. Use: ${MODES.join(' | ')}`;
    if (config.mode === 'purchase' && (!config.payment_id || !config.payment_currency)) throw 'Payment not specified.';
  };

  /** The one modal window of a page; at any time it shows one widget. */
  const modal = {
    owner: null,
    listening: null,
    cameFrom: null,

    parts() {
      library.appendHtml();
      const [container, wrap, body, close] = ['container', 'wrap', 'body', 'close'].map((name) => document.getElementById(`ep-modal-${name}`));
      return { container, wrap, body, close };
    },

    open(widget) {
      const former = this.owner;
      if (former) {
        this.hide(former);
        former.release();
      }
      this.owner = widget;
      this.cameFrom = document.activeElement;
      const { container, wrap, close } = this.parts();
      // What the page of an earlier payment asked for does not concern this one.
      container.className = '';
      wrap.className = 'ep-modal-wrap';
      close.className = '';
      container.classList.add(...classes(widget.config.css_modal_wrap));
      if (library.isMobile()) container.classList.add('modal-mobile');
      const words = widget.words();
      const attributes = { role: 'dialog', 'aria-modal': 'true', 'aria-label': words.dialog, tabindex: '-1' };
      for (const [name, value] of Object.entries(attributes)) wrap.setAttribute(name, value);
      close.setAttribute('aria-label', words.close);
      this.listen(widget, container, close);
      library.showModal();
      wrap.focus({ preventScroll: true });
    },

    listen(widget, container, close) {
      this.listening = new AbortController();
      const { signal } = this.listening;
      close.addEventListener('click', widget.closePopup, { signal });
      container.addEventListener('click', (event) => {
        // The second click of a double click on the shop's button lands here, too.
        if (event.target === container && event.detail < 2 && widget.config.close_on_missclick) widget.closePopup();
      }, { signal });
      // Before the shop's own listeners: what lies below the window stays as it is.
      window.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || event.isComposing || !this.shows(widget)) return;
        event.stopPropagation();
        widget.closePopup();
      }, { signal, capture: true });
      this.keepFocus(widget, container, close, signal);
    },

    /** Keeps Tab within the window. Shops hide it by taking `shown` away themselves, so nothing outside may stay switched off. */
    keepFocus(widget, container, close, signal) {
      let last = null;
      // The frame gets no event when the focus moves into it, but the window loses it.
      window.addEventListener('blur', () => { last = document.activeElement; }, { signal });
      document.addEventListener('focusin', ({ target }) => {
        // A dialog of the shop's own on top of the window is none of our business.
        if (!this.shows(widget) || (!container.contains(target) && target.closest('dialog, [aria-modal="true"]'))) return;
        if (container.contains(target)) { last = target; return; }
        // Left forwards, behind the close button: begin anew; left backwards, in front of the frame: to the end.
        (last === close ? widget.iframe : close).focus({ preventScroll: true });
      }, { signal });
    },

    shows(widget) {
      const { container } = this.parts();
      return this.owner === widget && container.classList.contains('shown');
    },

    hide(widget) {
      if (this.owner !== widget) return;
      this.owner = null;
      this.listening.abort();
      const { container, wrap, body } = this.parts();
      const focused = document.activeElement;
      container.classList.remove('shown');
      wrap.classList.remove('loaded', 'failed', 'with-asc');
      body.style.removeProperty('height');
      if (this.cameFrom?.isConnected && (focused === document.body || container.contains(focused))) {
        this.cameFrom.focus({ preventScroll: true });
      }
      this.cameFrom = null;
    },
  };

  class PayWidget {
    #live = false; // Is the frame listened to?
    #closing = false; // Is it about to be unloaded?
    #loaded = false; // Did the page show up, or is it known that it will not?
    #introduced = false; // Did the document that the frame has now speak?
    #documents = 0; // How many there were.
    #origin = '';
    #pathAndQuery = null;
    #told = new Map();

    constructor(button, config, method) {
      // On a frozen configuration it is left out.
      Reflect.set(config, '_referrer', document.referrer);
      checkConfig(config);
      this.guid = library.guid(4);
      this.btn = button;
      this.config = config;
      this.method = String(method || 'get').toLowerCase();
      this.frameMode = 'tab';
      this.iframe = null;
      // Shops hand these on as they are, to listeners for instance.
      for (const name of ['run', 'closePopup', 'externalSubmit', 'trySubmit', 'sendPostMessage', 'setEncryptedURL', 'setFrameMode']) {
        this[name] = this[name].bind(this);
      }
      button.addEventListener('click', () => this.run());
    }

    /** Opens the payment page as the configuration says. */
    run() {
      const { config } = this;
      this.#call('onRun');
      this.#origin = new URL(this.#base(), location.href).origin;
      if (config.redirect || (config.redirect_on_mobile && library.isMobile())) {
        this.setFrameMode('tab');
        location.href = this.#address();
      } else if (config.frame_mode === 'embedded' || config.target_element) {
        this.#openInElement(config.frame_mode === 'embedded' ? 'embedded' : 'iframe');
      } else {
        this.setFrameMode('popup');
        modal.open(this);
        this.#mount(modal.parts().body);
      }
    }

    /** Closes the window as its button does. */
    closePopup() {
      if (!this.#live || this.#closing) return;
      this.sendPostMessage({ message: 'close' });
      modal.hide(this);
      this.#unloadSoon();
      this.#call('onExit');
    }

    /** The shop's own button was pressed; the second one, in embedded mode. */
    externalSubmit() { this.sendPostMessage({ message: 'epframe.external_widget_form_submission' }); }
    trySubmit() { this.sendPostMessage({ message: 'epframe.embedded_mode.try_submit' }); }

    /** Tells the page in the frame something. */
    sendPostMessage(message) {
      // What a shop answers, such as an address, is for our page alone. A bare word may reach whichever page the frame shows: it tells
      // nothing, and a message that misses its target puts an error on the shop's console.
      const target = message.data === undefined && message.fields === undefined ? '*' : this.#origin;
      this.iframe?.contentWindow?.postMessage(JSON.stringify(message), target);
    }

    /** Opens this path and query of the gateway instead of the parameters. */
    setEncryptedURL(pathAndQuery) {
      this.#pathAndQuery = pathAndQuery;
      return this;
    }

    setFrameMode(mode) { this.frameMode = mode; }

    /** What is read out, in the language of the payment or else of the shop. */
    words() {
      const wanted = String(this.config.language_code || document.documentElement.lang || 'en');
      return LABELS[wanted.slice(0, 2).toLowerCase()] ?? LABELS.en;
    }

    #openInElement(mode) {
      const { target_element: named } = this.config;
      const place = typeof named === 'string' ? document.getElementById(named) : named;
      if (!(place instanceof Element)) throw 'Invalid target_element';
      this.setFrameMode(mode);
      this.#mount(place);
    }

    #base() {
      const base = this.config.baseUrl || library.getBaseUrl();
      if (!base) throw 'The address of the payment page is unknown. Use config.baseUrl';
      return String(base).replace(/\/+$/, '');
    }

    #address() {
      if (this.#pathAndQuery !== null) return this.#base() + this.#pathAndQuery;
      const parameters = { ...this.config, frame_mode: this.frameMode, _sw: screen.width, _sh: screen.height };
      const shown = Object.entries(parameters).filter(([, value]) => typeof value !== 'function');
      return this.#base() + shown.reduce((query, [key, value]) => library.addGetParam(query, key, value), '/payment');
    }

    #fields() {
      const sent = ([, value]) => value !== undefined && !['function', 'object'].includes(typeof value);
      return Object.entries({ ...this.config, frame_mode: this.frameMode }).filter(sent);
    }

    /** Puts a new frame into an element, in the place of what was there. */
    #mount(place) {
      const posts = this.method === 'post' && this.#pathAndQuery === null;
      this.release();
      const name = `iframe-${this.guid}`;
      const iframe = Object.assign(document.createElement('iframe'), { id: name, name, className: 'ep-iframe', title: this.words().dialog });
      iframe.setAttribute('scrolling', 'no');
      iframe.setAttribute('allowPaymentRequest', 'true');
      if (this.config.apple_allow_payment) iframe.allow = 'payment';
      iframe.addEventListener('load', () => this.#frameLoaded(iframe));
      this.iframe = iframe;
      this.#live = true;
      this.#closing = this.#loaded = this.#introduced = false;
      this.#told.clear();
      if (!posts) iframe.src = this.#address();
      place.replaceChildren(iframe);
      library.activeWidgets[this.guid] = this;
      if (posts) post('post', `${this.#base()}/payment`, this.#fields(), name);
    }

    #frameLoaded(iframe) {
      // An empty frame loads, too, before the form is sent to it.
      if (iframe !== this.iframe || iframe.contentDocument?.URL === 'about:blank') return;
      const link = { message: 'link', guid: this.guid };
      // Our page has no button of its own where the shop has one.
      if (this.frameMode === 'embedded') link.frame_mode = this.frameMode;
      this.sendPostMessage(link);
      const nth = (this.#documents += 1);
      const introduced = this.#introduced;
      this.#introduced = false;
      if (!introduced) {
        setTimeout(() => {
          if (nth !== this.#documents || !this.#live) return;
          if (this.#loaded && !this.#introduced) this.#showStranger();
          this.#introduced = false;
        }, STRANGER_AFTER);
      }
      if (this.#loaded) return;
      setTimeout(() => {
        if (this.#loaded || !this.#live || iframe !== this.iframe) return;
        if (modal.owner === this) modal.parts().wrap.classList.add('failed');
        this.#take({ message: 'epframe.fail_loading', data: { message: 'Network problem' } });
      }, SILENCE_MAX);
    }

    /** A page that cannot tell its size gets some, and may scroll. */
    #showStranger() {
      this.iframe.setAttribute('scrolling', 'auto');
      this.#resize({ height: Math.max(this.iframe.offsetHeight, BLIND_HEIGHT) });
      if (modal.owner === this) modal.parts().wrap.classList.add('with-asc');
    }

    #showOurs(size) {
      const first = !this.#loaded;
      this.#loaded = this.#introduced = true;
      this.iframe.setAttribute('scrolling', 'no');
      this.iframe.classList.remove('fullscreen-iframe');
      this.#resize(size);
      if (modal.owner !== this) return;
      const { container, wrap } = modal.parts();
      wrap.classList.remove('with-asc', 'failed');
      wrap.classList.add('loaded');
      container.scrollTop = 0;
      if (first && document.activeElement === wrap) this.iframe.focus({ preventScroll: true });
    }

    #resize({ height }) {
      const pixels = Math.ceil(Number(height));
      if (!(pixels > 0)) return;
      this.iframe.style.height = `${pixels}px`;
      if (modal.owner === this) modal.parts().body.style.height = `${pixels}px`;
    }

    /** Takes a message if it is one for this widget. */
    hear(event, message) {
      const fromPage = event.source === this.iframe?.contentWindow && event.origin === this.#origin;
      const fromShop = event.source === window && RELAYED.includes(message.message);
      const meant = message.guid === this.guid || message.from_another_domain;
      if (this.#live && meant && (fromPage || fromShop)) this.#take(message);
    }

    /** Does what a message says, then tells the shop. */
    #take(message) {
      const data = message.data ?? {};
      const { container, wrap, close } = modal.owner === this ? modal.parts() : {};
      const address = safeAddress(data.url);
      switch (message.message) {
        case 'epframe.loaded': this.#showOurs(data); break;
        case 'epframe.resize': this.#resize(data); break;
        case 'epframe.resize_from_another_src': this.#resize({ height: message.height || innerHeight }); break;
        case 'epframe.fail_loading':
          this.#loaded = true;
          message.data = { ...data, config: this.config };
          break;
        case 'epframe.exit':
          if (this.#closing) return;
          this.#closeModal();
          break;
        case 'epframe.escape_key_pressed': if (wrap) this.closePopup(); break;
        case 'epframe.redirect':
          if (address === null) return;
          location.href = address;
          this.#closeModal();
          break;
        case 'epframe.acs_parent_page_redirect_run':
          if (address === null) return;
          post(data.method, address, Object.entries(data.body ?? {}));
          break;
        case 'epframe.redirect_iframe': wrap?.classList.add('with-asc'); break;
        case 'epframe.redirect_iframe_complete':
          wrap?.classList.remove('with-asc');
          this.iframe.classList.remove('fullscreen-iframe');
          break;
        case 'epframe.acs_redirect_iframe': this.iframe.classList.add('fullscreen-iframe'); break;
        case 'epframe.template_name':
        case 'epframe.with_qr_pay':
        case 'epframe.add_css_class': container?.classList.add(...classes(data)); break;
        case 'epframe.remove_css_class': container?.classList.remove(...classes(data)); break;
        case 'epframe.cross_color': close?.classList.add(...classes(data)); break;
        case 'epframe.payment.try_again':
        case 'epframe.payment.canceled': this.#tellOthers('epframe.embedded_mode.buttons_enable'); break;
        case 'epframe.embedded_mode.check_validation':
        case 'epframe.embedded_mode.submit': this.sendPostMessage(message); break;
      }
      this.#announce(callbackName(message.message), message.data);
    }

    #announce(name, data) {
      const part = WHEN_CHANGED[name]?.(data ?? {});
      if (part !== undefined) {
        const now = JSON.stringify(part);
        if (this.#told.get(name) === now) return;
        this.#told.set(name, now);
      }
      this.#call(name, data);
    }

    /** Calls a function of the configuration, if it has it. */
    #call(name, data) {
      if (typeof this.config[name] !== 'function') return;
      const question = QUESTIONS[name];
      if (question) this.config[name](data, this.#answer(question, true), this.#answer(question, false));
      else this.config[name](data);
    }

    /** The function with which a shop says yes or no to a question, perhaps with more to say. */
    #answer(question, result) {
      return (more) => {
        const data = { ...(typeof more === 'object' ? more : {}), result };
        this.sendPostMessage({ message: `epframe.embedded_mode.${question}.result`, data });
        // One form of several is being paid.
        if (result && question === 'check_submit') this.#tellOthers('epframe.embedded_mode.buttons_disable');
      };
    }

    #tellOthers(message) {
      for (const other of Object.values(library.activeWidgets)) if (other !== this) other.sendPostMessage({ message });
    }

    /** Takes the window away, and soon its frame. A frame in the shop's page stays: its place is the shop's. */
    #closeModal() {
      if (modal.owner !== this) return;
      modal.hide(this);
      this.#unloadSoon();
    }

    #unloadSoon() {
      const { iframe } = this;
      this.#closing = true;
      setTimeout(() => { if (iframe === this.iframe) this.release(); }, FAREWELL);
    }

    /** Unloads the frame, if there is one. */
    release() {
      this.#live = false;
      delete library.activeWidgets[this.guid];
      this.iframe?.remove();
    }
  }

  const library = {
    /** Where the payment page is; found out by `getBaseUrl` unless a shop sets it. */
    baseUrl: null,
    /** The widgets that are open, by their guids. */
    activeWidgets: {},

    /** Makes a widget and opens it. */
    run(config, method) {
      const widget = library.create(config, method);
      widget.run();
      return widget;
    },

    /** The same in the shop's own form. */
    runEmbedded: (config, method) => library.run({ ...config, frame_mode: 'embedded' }, method),

    /** Makes a widget that opens when it is told to. */
    create: (config, method) => library.bind(null, config, method),

    /** Makes a widget that opens when a button is pressed. */
    bind(buttonId, config, method) {
      if (document.body) library.appendHtml();
      return new PayWidget(document.getElementById(buttonId) ?? document.createElement('button'), config, method);
    },

    /** Puts the modal window into the page, once, hidden. */
    appendHtml() {
      if (document.getElementById('ep-modal-container')) return;
      const element = (kind, id) => Object.assign(document.createElement(kind), { id });
      const wrap = element('div', 'ep-modal-wrap');
      const close = element('button', 'ep-modal-close');
      const container = element('div', 'ep-modal-container');
      wrap.className = 'ep-modal-wrap';
      close.type = 'button';
      wrap.append(element('div', 'ep-modal-body'), close);
      container.append(wrap);
      document.body.append(container);
    },

    /** Shows the modal window. */
    showModal() {
      library.appendHtml();
      document.getElementById('ep-modal-container').classList.add('shown');
    },

    /** `count` blocks of four hexadecimal digits. */
    guid(count) {
      const blocks = crypto.getRandomValues(new Uint16Array(count));
      return Array.from(blocks, (block) => block.toString(16).padStart(4, '0')).join('-');
    },

    /** The origin of the first script of the page that is called like this one, with its port; or else of this one. */
    getBaseUrl() {
      if (library.baseUrl === null) {
        const named = Array.from(document.scripts, (script) => script.src).find((src) => src.endsWith('/merchant.js'));
        const own = named ?? OWN_ADDRESS;
        if (own) library.baseUrl = new URL(own).origin;
      }
      return library.baseUrl;
    },

    isMobile: () => MOBILE.test(navigator.userAgent),

    /** Copies the properties of objects into the first one, also within objects that they share. */
    cfgExtend(out, ...others) {
      const whole = out || {};
      for (const [key, value] of others.flatMap((other) => Object.entries(other ?? {}))) {
        // Anything else would change every object of the shop's page.
        if (key === '__proto__') continue;
        whole[key] = value !== null && typeof value === 'object' ? library.cfgExtend(whole[key], value) : value;
      }
      return whole;
    },

    /** Adds a parameter to an address, unless it is undefined. */
    addGetParam(url, key, value) {
      if (value === undefined) return url;
      return `${url}${url.includes('?') ? '&' : '?'}${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
    },
  };

  window.addEventListener('message', (event) => {
    if (typeof event.data !== 'string') return;
    let message;
    try { message = JSON.parse(event.data); } catch { return; }
    if (typeof message?.message !== 'string') return;
    for (const widget of Object.values(library.activeWidgets)) widget.hear(event, message);
  });
  window.addEventListener('resize', () => {
    for (const widget of Object.values(library.activeWidgets)) widget.sendPostMessage({ message: 'resize' });
  });

  window.EPayWidget = library;
})();
