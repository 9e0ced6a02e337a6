"""A payer without a browser: reads the form on a page, fills it in and follows where it leads."""

import time
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


class Page(HTMLParser):
    """The forms and links of a page."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.links = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((attrs.get("action") or "", {}, set()))
        elif tag == "input" and self.forms and attrs.get("name"):
            _, hidden, names = self.forms[-1]
            names.add(attrs["name"])
            if attrs.get("type") == "hidden":
                hidden[attrs["name"]] = attrs.get("value") or ""
        elif tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])

    def form(self, *fields):
        """Where the form with these fields goes, and its hidden values."""
        return next(((action, hidden) for action, hidden, names in self.forms if names.issuperset(fields)), None)


def origin(address):
    return urlsplit(address)[:2]


def pay(form_url, number="4444 5555 1111 3333", expiry="12 / 34", cvc="123", holder="JOHN DOE"):
    """Pays with a card that needs no 3-D Secure; returns the address to which the payer is sent back."""
    return fill_in(form_url, {"number": number, "expiry": expiry, "cvc": cvc}, holder=holder)


def pay_from_wallet(form_url, account="1234 5678 9012"):
    """Has an invoice sent to a wallet and waits until its owner has paid; returns as `pay` does."""
    return fill_in(form_url, {"account": account})


def fill_in(form_url, typed, **if_asked):
    """Fills in the form with these fields and goes where it leads, until the shop."""
    session = requests.Session()
    answer = session.get(form_url, timeout=10)
    answer.raise_for_status()
    form = Page(answer.text).form(*typed)
    if form is None:
        raise AssertionError(f"no form with {list(typed)} at {form_url}: {answer.text[:3000]}")
    action, values = form
    address = urljoin(answer.url, action or form_url)
    answer = session.post(address, data={**values, **typed, **if_asked}, allow_redirects=False, timeout=30)
    for _ in range(100):
        if "location" in answer.headers:
            address = urljoin(address, answer.headers["location"])
            if origin(address) != origin(form_url):
                return address
        else:
            page = Page(answer.text)
            if page.form(next(iter(typed))):
                raise AssertionError(f"what was typed was not accepted: {answer.text[:3000]}")
            back = next((link for link in page.links if "orderId=" in link or "/return" in link), None)
            if back:
                address = urljoin(address, back)  # The way back may lead over the gateway once more.
                if origin(address) != origin(form_url):
                    return address
            else:
                time.sleep(0.1)  # A waiting page: ask again, as its refresh would.
        answer = session.get(address, allow_redirects=False, timeout=30)
    raise AssertionError("the payment did not end")
