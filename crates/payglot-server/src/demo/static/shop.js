// Comfort only: every page works without this file.
"use strict";

const say = (words) => {
  const place = document.querySelector("[data-said]");
  if (place) place.textContent = words;
};

// Copy buttons appear where copying can work.
const addCopying = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const label = button.firstChild;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      label.textContent = "Copied ";
      say("Copied");
      setTimeout(() => { label.textContent = "Copy "; }, 1500);
    });
  }
};

// While news is awaited, ask for the pulse of the order; when it changes, put the fresh page in place of the old one.
const listen = async () => {
  const old = document.querySelector("[data-pulse]");
  if (!old) return;
  let changed = false;
  try {
    const answer = await fetch(old.dataset.pulse);
    changed = answer.ok && (await answer.text()) !== old.dataset.seen;
    if (changed) await refresh(old);
  } catch {
    // The shop may be restarting: the next beat asks again.
  }
  setTimeout(listen, document.hidden ? 5000 : 1000);
};

const refresh = async (old) => {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  const open = [...old.querySelectorAll("article:has(details[open])")].map((card) => card.getAttribute("aria-labelledby"));
  // Whoever reads at a link or button keeps their place, and whoever types keeps the amount.
  const places = "a, button, summary, input";
  const focused = [...old.querySelectorAll(places)].indexOf(document.activeElement);
  const [typed, amount] = [old, fresh].map((side) => side.querySelector("#amount"));
  if (typed && amount && typed.value !== typed.defaultValue) amount.value = typed.value;
  old.replaceWith(fresh);
  for (const card of open) fresh.querySelector(`[aria-labelledby="${card}"] details`)?.setAttribute("open", "");
  if (focused >= 0) fresh.querySelectorAll(places)[focused]?.focus({ preventScroll: true });
  document.title = page.title;
  say(`New message. ${fresh.querySelector("h1").textContent}.`);
};

addCopying();
listen();
