"""PyPI `ecommpay-sdk` against a running payglot."""

import itertools
import json
import os
import threading
import time
import unittest
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from payment_page_sdk.callback import Callback
from payment_page_sdk.gate import Gate
from payment_page_sdk.payment import Payment
from payment_page_sdk.process_exception import ProcessException
from payment_page_sdk.signature_handler import SignatureHandler

from payer import pay, pay_from_wallet

DEMO = json.loads(os.environ["PAYGLOT_DEMO_JSON"])
BASE = DEMO["base_url"]
CREDENTIALS = next(p["credentials"] for p in DEMO["projects"] if p["protocol"] == "monetix")
PROJECT, SECRET = CREDENTIALS["project_id"], CREDENTIALS["secret_key"]
DESCRIPTION = "Top-up of personal account №<01234567890> on the website <https://merchant.example.com>."
CUSTOMER = {
    "id": "customer_123",
    "ip_address": "198.51.100.47",
    "first_name": "John",
    "last_name": "Doe",
    "email": "johndoe@example.com",
}
CARD = {"pan": "4000000000000077", "year": 2034, "month": 12, "card_holder": "JOHN DOE", "cvv": "123"}
COUNT = itertools.count(1)


def fresh():
    return f"P-{int(time.time() * 1000)}-{next(COUNT)}"


class Shop(ThreadingHTTPServer):
    """Listens for callbacks and keeps their bodies, by the path that they came to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Listener)
        self.bodies, self.arrived = defaultdict(list), threading.Condition()

    def url(self, payment):
        return f"http://127.0.0.1:{self.server_port}/{payment}"

    def told(self, payment, n=1):
        """The body of the n-th callback about a payment, once it has come."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.bodies[payment]) >= n, timeout=15):
                raise AssertionError(f"no callback {n} about {payment}")
            return self.bodies[payment][n - 1]


class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.arrived:
            self.server.bodies[self.path.removeprefix("/")].append(body)
            self.server.arrived.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class TestEcommpaySdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop()
        threading.Thread(target=cls.shop.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.shop.server_close)
        cls.addClassCleanup(cls.shop.shutdown)

    def page(self, payment_id, **more):
        """A page's address as the library writes it: booleans as `True`, `interface_type` as JSON with a space."""
        payment = Payment(PROJECT, payment_id)
        payment.payment_amount = 1001
        payment.payment_currency = "EUR"
        payment.payment_description = DESCRIPTION
        payment.customer_id = "customer_123"
        payment.customer_first_name = "John"
        payment.customer_last_name = "Doe"
        payment.customer_email = "johndoe@example.com"
        payment.close_on_missclick = True
        payment.redirect = False
        payment.merchant_callback_url = self.shop.url(payment_id)
        payment.merchant_success_url = "http://shop.invalid/thanks?a=1"
        for name, value in more.items():
            setattr(payment, name, value)
        return Gate(SECRET, BASE + "/payment").get_purchase_payment_page_url(payment)

    def proven(self, body):
        """What the library believes, and does not believe once anything is changed."""
        callback = Gate(SECRET).handle_callback(body)
        changed = json.loads(body)
        if "payment" in changed:
            changed["payment"]["sum"]["amount"] += 1
        else:  # A card that was saved without a payment.
            changed["account"]["token"] += "0"
        for key, text in [(SECRET, json.dumps(changed)), (SECRET + "x", body)]:
            with self.assertRaises(ProcessException):
                Callback(text, SignatureHandler(key))
        return callback

    def states(self, body):
        paths = ["payment.status", "payment.sum.amount", "operation.type", "operation.status", "operation.code"]
        callback = self.proven(body)
        return [callback.get_value(path) for path in paths]

    def gate(self, path, body):
        """Calls Gate as a shop with this library does: it has a signer and no more."""
        body["general"]["signature"] = SignatureHandler(SECRET).sign(body)
        return requests.post(f"{BASE}/v2/{path}", json=body, timeout=5)

    def general(self, payment_id):
        return {"project_id": int(PROJECT), "payment_id": payment_id, "merchant_callback_url": self.shop.url(payment_id)}

    def accepted(self, path, payment_id, **rest):
        answer = self.gate(path, {"general": self.general(payment_id), **rest})
        self.assertEqual((answer.status_code, answer.json()["status"]), (200, "success"), answer.text)
        return answer.json()["request_id"]

    def test_a_payer_pays_from_a_wallet(self):
        payment_id = fresh()
        back = pay_from_wallet(self.page(payment_id, force_payment_method="webmoney"))
        self.assertEqual(back, "http://shop.invalid/thanks?a=1")
        body = self.shop.told(payment_id)
        callback = self.proven(body)
        self.assertEqual((callback.get_payment_status(), callback.get_payment_id()), (Callback.SUCCESS_STATUS, payment_id))
        self.assertEqual(callback.get_payment()["sum"], {"amount": 1001, "currency": "EUR"})
        self.assertEqual(callback.get_payment()["description"], DESCRIPTION)
        self.assertEqual(callback.get_value("account.number"), "123456789012")

    def test_a_payer_pays_with_a_card(self):
        paid, declined = fresh(), fresh()
        pay(self.page(paid, force_payment_method="card"), number="4000 0000 0000 0077")
        self.assertEqual(self.states(self.shop.told(paid)), ["success", 1001, "sale", "success", "0"])
        self.assertEqual(self.proven(self.shop.told(paid)).get_value("account.number"), "400000******0077")
        fail = "http://shop.invalid/no"
        page = self.page(declined, force_payment_method="card", merchant_fail_url=fail)
        self.assertEqual(pay(page, number="4111 1111 1111 1111"), fail)
        self.assertEqual(self.states(self.shop.told(declined)), ["decline", 1001, "sale", "decline", "10000"])

    def test_the_page_takes_the_values_that_the_library_writes_in_its_own_way(self):
        deadline = datetime.now(timezone.utc) + timedelta(minutes=30)  # With microseconds.
        page = self.page(
            fresh(), best_before=deadline, customer_phone=None, recurring=json.dumps({"register": True}), frame_mode="iframe"
        )
        self.assertIn("customer_phone=None", page)
        self.assertIn("redirect=False", page)
        answer = requests.get(page, timeout=5)
        self.assertEqual(answer.status_code, 200)
        self.assertIn('role="timer"', answer.text, "the deadline is understood")
        self.assertNotIn('role="timer"', requests.get(self.page(fresh()), timeout=5).text)
        for old, new in [("payment_amount=1001", "payment_amount=101"), ("redirect=False", "redirect=True")]:
            self.assertIn(old, page)
            self.assertEqual(requests.get(page.replace(old, new), timeout=5).status_code, 400)

    def test_a_sale_through_gate_is_told_and_refunded_in_part_and_no_further(self):
        payment_id = fresh()
        request_id = self.accepted(
            "payment/webmoney/sale",
            payment_id,
            # The library signs a None as the word, and more than ten positions in an order of its own.
            customer={**CUSTOMER, "middle_name": None},
            account={"number": "123456789012"},
            payment={"amount": 100, "currency": "RUB", "description": DESCRIPTION},
            receipt_data={"positions": [{"quantity": "1", "amount": str(n), "description": "A;B"} for n in range(12)]},
            callback={"force_disable": False},
            interface_type={"id": 24},
        )
        told = self.shop.told
        waits = ["awaiting customer action", 100, "sale", "awaiting customer action", "9999"]
        self.assertEqual(self.states(told(payment_id)), waits)
        self.assertEqual(self.states(told(payment_id, 2)), ["success", 100, "sale", "success", "0"])
        self.assertEqual(self.proven(told(payment_id, 2)).get_value("operation.request_id"), request_id)

        refund = {"amount": 60, "currency": "RUB", "description": "Refund."}
        self.accepted("payment/webmoney/refund", payment_id, payment=refund)
        self.assertEqual(self.states(told(payment_id, 3)), ["partially refunded", 40, "refund", "success", "0"])
        self.accepted("payment/webmoney/refund", payment_id, payment={**refund, "amount": 41})
        self.assertEqual(self.states(told(payment_id, 4)), ["partially refunded", 40, "refund", "decline", "3283"])
        status = self.proven(self.gate("payment/status", {"general": self.general(payment_id)}).text)
        self.assertEqual(status.get_payment_status(), Callback.PART_REFUNDED_STATUS)
        self.assertEqual(status.get_value("payment.sum.amount"), 40)
        self.assertEqual([o["type"] for o in status.get_value("operations")], ["sale", "refund"])

    def test_a_subscription_is_registered_charged_and_cancelled(self):
        first, june, july = fresh(), fresh(), fresh()
        told = self.shop.told
        fee = {"amount": 900, "currency": "EUR", "description": "One month"}
        self.accepted(
            "payment/card/sale",
            first,
            customer=CUSTOMER,
            card={**CARD, "save": True},
            payment=fee,
            recurring={"register": True, "type": "U", "expiry_year": 2030, "expiry_month": 6},
        )
        self.assertEqual(self.states(told(first)), ["success", 900, "sale", "success", "0"])
        callback = self.proven(told(first))
        self.assertRegex(callback.get_value("account.token"), "^[0-9a-f]{32}$")
        number = callback.get_value("recurring.id")
        registered = {"id": number, "currency": "EUR", "valid_thru": "2030-06-30T23:59:59+0000"}
        self.assertEqual(callback.get_value("recurring"), registered)

        # As the WooCommerce plugin sends it, with the number twice.
        by = {"customer": CUSTOMER, "recurring": {"id": number}, "recurring_id": number}
        self.accepted("payment/card/recurring", june, payment=fee, **by)
        self.assertEqual(self.states(told(june)), ["success", 900, "recurring", "success", "0"])
        self.assertEqual(self.proven(told(june)).get_value("payment.type"), "recurring")

        cancel = self.accepted("payment/card/recurring/cancel", first, recurring={"id": number})
        self.assertEqual(self.states(told(first, 2)), ["success", 900, "recurring cancel", "success", "0"])
        callback = self.proven(told(first, 2))
        self.assertEqual((callback.get_value("recurring"), callback.get_value("operation.request_id")), (registered, cancel))
        info = {"general": {"project_id": int(PROJECT)}, "recurring": {"id": number}}
        info = self.gate("payment/card/recurring/info", info).json()["recurring"]
        self.assertEqual((info["id"], info["status"]), (number, "canceled"))

        self.accepted("payment/card/recurring", july, payment=fee, **by)
        self.assertEqual(self.states(told(july)), ["error", 900, "recurring", "error", "3184"])

    def test_a_card_is_saved_without_a_payment_and_pays_on_the_page_and_through_gate(self):
        saved, paid = fresh(), fresh()
        customer = {**CUSTOMER, "id": saved}
        general = {"project_id": int(PROJECT), "merchant_callback_url": self.shop.url(saved)}
        answer = self.gate("customer/card/tokenize", {"general": general, "customer": customer, "card": CARD})
        self.assertEqual(answer.status_code, 200, answer.text)
        token = answer.json()["token"]
        callback = self.proven(self.shop.told(saved))
        self.assertEqual((callback.get_value("account.token"), callback.get_value("customer.id")), (token, saved))
        self.assertIsNone(callback.get_value("payment"))

        page = self.page(fresh(), account_token=token, customer_id=saved)
        answer = requests.get(page, timeout=5)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("0077", answer.text, "the saved card is offered")
        self.assertEqual(requests.get(page.replace(token, token[::-1]), timeout=5).status_code, 400)

        payment = {"amount": 500, "currency": "EUR", "description": ""}
        self.accepted("payment/card/sale/token", paid, customer=customer, token=token, payment=payment)
        self.assertEqual(self.states(self.shop.told(paid)), ["success", 500, "sale", "success", "0"])
        self.assertEqual(self.proven(self.shop.told(paid)).get_value("account.token"), token)

    def test_the_page_registers_a_card_that_pays_or_is_only_verified(self):
        paid, verified = fresh(), fresh()
        pay(self.page(paid, recurring_register=1, force_payment_method="card"), number="4000 0000 0000 0077")
        self.assertEqual(self.states(self.shop.told(paid)), ["success", 1001, "sale", "success", "0"])
        page = self.page(verified, mode="card_verify", payment_amount=0, recurring_register=1)
        self.assertEqual(requests.get(page.replace("card_verify", "payout"), timeout=5).status_code, 400)
        pay(page, number="4000 0000 0000 0077")
        body = self.shop.told(verified)
        self.assertEqual(self.states(body), ["success", 0, "account verification", "success", "0"])
        self.assertEqual(self.proven(body).get_value("payment.type"), "account verification")
        numbers = [self.proven(self.shop.told(payment)).get_value("recurring.id") for payment in (paid, verified)]
        self.assertTrue(all(numbers), numbers)
        self.assertEqual(len(set(numbers)), 2, numbers)

    def test_amounts_of_the_test_table_are_declined(self):
        payment_id = fresh()
        payment = {"amount": 40000, "currency": "RUB", "description": ""}
        self.accepted(
            "payment/webmoney/sale", payment_id, customer=CUSTOMER, account={"number": "123456789012"}, payment=payment
        )
        self.assertEqual(self.states(self.shop.told(payment_id, 2)), ["decline", 40000, "sale", "decline", "20000"])

    def test_gate_refuses_what_the_library_did_not_sign(self):
        body = {"general": self.general(fresh())}
        self.assertEqual(self.gate("payment/status", body).json()["code"], "3061")
        body["general"]["payment_id"] += "x"
        answer = requests.post(f"{BASE}/v2/payment/status", json=body, timeout=5)
        self.assertEqual((answer.status_code, answer.json()["code"]), (400, "3261"))


if __name__ == "__main__":
    unittest.main()
