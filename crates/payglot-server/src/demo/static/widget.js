// The page with the gateway's widget: gives it the signed parameters, and shows what it tells.
"use strict";

(() => {
  const button = document.querySelector("[data-widget]");
  const list = document.querySelector("[data-events]");
  const NAMES = [
    "onRun", "onLoaded", "onPaymentMethodSelect", "onPaymentSent", "onPaymentSubmitResult", "onPaymentSuccess", "onPaymentFail",
    "onPaymentTryAgain", "onRedirect", "onFailLoading", "onDestroy", "onExit",
  ];
  let heard = 0;

  /** The part that a page would look at. */
  const brief = (data) => {
    if (data?.payment?.status) return `payment.status ${data.payment.status}`;
    if (data?.height) return `${data.width} × ${data.height}`;
    return data?.message ?? "";
  };

  const element = (name, text, kind = "") => Object.assign(document.createElement(name), { textContent: text, className: kind });

  const show = (name, data) => {
    if (heard === 0) list.replaceChildren();
    heard += 1;
    const line = document.createElement("li");
    const now = new Date();
    const clock = Object.assign(element("time", now.toISOString().slice(11, 23)), { dateTime: now.toISOString() });
    line.append(element("b", name), element("span", brief(data)), clock);
    if (data?.payment) {
      const whole = document.createElement("details");
      whole.append(element("summary", "All that it was given"), element("pre", JSON.stringify(data, null, 2)));
      line.append(whole);
    }
    list.append(line);
    if (name === "onPaymentSuccess") settle();
  };

  /** There is nothing more to pay: what is left is the order. */
  const settle = () => {
    button.hidden = true;
    document.querySelector("[data-order]").classList.remove("quiet");
  };

  const trouble = (words) => {
    const place = document.querySelector("[data-trouble]");
    place.textContent = words;
    place.hidden = false;
  };

  if (!window.EPayWidget) {
    trouble("The gateway's script did not load, so there is no widget.");
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    const config = JSON.parse(button.dataset.widget);
    for (const name of NAMES) config[name] = (data) => show(name, data);
    try {
      EPayWidget.run(config, "get");
    } catch (error) {
      trouble(`The widget refuses: ${error}`);
    }
  });
})();
