"""PyPI `gocream-pysberbank` and `sber-payments` against a running payglot."""

import itertools
import json
import os
import time
import unittest
from urllib.parse import parse_qs, urlsplit

from gocream_pysberbank import SberbankClient
from gocream_pysberbank.errors import SberbankApiException
from sber_payments import Client

from payer import pay

DEMO = json.loads(os.environ["PAYGLOT_DEMO_JSON"])
BASE = DEMO["base_url"]
CREDENTIALS = next(p["credentials"] for p in DEMO["projects"] if p["protocol"] == "rbs")
USER, PASSWORD = CREDENTIALS["userName"], CREDENTIALS["password"]
DONE = {"errorCode": "0", "errorMessage": "Успешно"}
NOWHERE = "00000000-0000-0000-0000-000000000000"
BACK = "http://shop.invalid/back?a=1"
COUNT = itertools.count(1)


def fresh(prefix):
    return f"{prefix}-{int(time.time() * 1000)}-{next(COUNT)}"


class TestGocreamPysberbank(unittest.TestCase):
    def client(self, password=PASSWORD):
        return SberbankClient(USER, password, url=BASE + "/payment/{api_type}/{method}")

    def refused(self, code, call, *args, **kwargs):
        with self.assertRaises(SberbankApiException) as caught:
            call(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)
        return caught.exception.message

    def test_an_order_is_registered_paid_and_found_paid(self):
        shop, number = self.client(), fresh("py")
        order = shop.register(number, 2000, BACK, description="Чашка", jsonParams={"table": "4"})
        self.assertEqual(order["formUrl"], f"{BASE}/payment/merchants/payment_ru.html?mdOrder={order['orderId']}")
        before = shop.order_status_extended(orderNumber=number)
        self.assertEqual((before["errorCode"], before["orderStatus"], before["actionCode"]), ("0", 0, -100))
        self.assertEqual(before["merchantOrderParams"], [{"name": "table", "value": "4"}])
        self.assertEqual(before["orderDescription"], "Чашка")

        back = urlsplit(pay(order["formUrl"]))
        self.assertEqual(back.netloc, "shop.invalid")
        self.assertEqual(parse_qs(back.query), {"a": ["1"], "orderId": [order["orderId"]], "lang": ["ru"]})

        after = shop.order_status_extended(order["orderId"])
        self.assertEqual((after["orderStatus"], after["actionCode"], after["amount"]), (2, 0, 2000))
        self.assertEqual(after["paymentAmountInfo"]["paymentState"], "DEPOSITED")
        old = shop.order_status(order["orderId"])
        self.assertEqual((old["ErrorCode"], old["OrderStatus"], old["depositAmount"]), ("0", 2, 2000))
        self.assertEqual(old["Pan"], "444455**3333")

    def paid(self, shop):
        order = shop.register(fresh("py"), 2000, BACK)
        pay(order["formUrl"])
        return order["orderId"]

    def sums(self, shop, order):
        told = shop.order_status_extended(order)
        sums = told["paymentAmountInfo"]
        return told["orderStatus"], sums["approvedAmount"], sums["depositedAmount"], sums["refundedAmount"]

    def test_a_payment_is_refunded_in_parts_and_no_further(self):
        shop = self.client()
        order = self.paid(shop)
        self.assertEqual(shop.refund(order, 500)["errorCode"], "0")
        self.assertEqual(self.sums(shop, order), (4, 2000, 1500, 500))
        self.assertEqual(self.refused("7", shop.refund, order, 1501), "Сумма возврата превышает сумму списания")
        shop.refund(order, 1500)
        self.assertEqual(self.sums(shop, order), (4, 2000, 0, 2000))
        self.refused("7", shop.reverse, order)

    def test_a_payment_is_reversed_once(self):
        shop = self.client()
        order = self.paid(shop)
        self.assertEqual(shop.reverse(order), {"errorCode": "0", "errorMessage": "Успешно"})
        self.assertEqual(self.sums(shop, order), (3, 0, 0, 0))
        again = self.refused("7", shop.reverse, order, language="en")
        self.assertEqual(again, "Invalid operation for the current order status")
        self.refused("7", shop.refund, order, 1)
        self.refused("6", shop.reverse, NOWHERE)

    def test_a_repeated_order_number_is_error_1(self):
        shop, number = self.client(), fresh("py")
        order = shop.register(number, 2000, BACK)
        unpaid = self.refused("1", shop.register, number, 2000, BACK, language="en")
        self.assertEqual(unpaid, "Order with this number was registered, but was not paid off")
        pay(order["formUrl"])
        paid = self.refused("1", shop.register, number, 2000, BACK, language="en")
        self.assertEqual(paid, "Order number is duplicated, order with given order number is processed already")

    def test_a_wrong_password_is_error_5(self):
        shop = self.client(PASSWORD + "x")
        self.assertEqual(self.refused("5", shop.register, fresh("py"), 2000, BACK), "Доступ запрещён")
        self.refused("5", shop.order_status_extended, NOWHERE)
        self.refused("5", shop.order_status, NOWHERE)

    def test_an_unknown_order_is_error_6(self):
        self.assertEqual(self.refused("6", self.client().order_status_extended, NOWHERE), "Заказ не найден")
        self.refused("6", self.client().order_status, NOWHERE)


class TestSberPayments(unittest.TestCase):
    """This client posts an empty body of type JSON, with everything in the query, and hands errors through."""

    def client(self, password=PASSWORD):
        client = Client(USER, password)
        client.URL = BASE + "/payment/rest/"
        return client

    def test_an_order_is_registered_paid_and_found_paid(self):
        shop = self.client()
        order = shop.register_order(fresh("sp"), 2000, BACK)
        self.assertEqual(set(order), {"orderId", "formUrl"})
        self.assertEqual(shop.get_order_status(order["orderId"])["orderStatus"], 0)
        pay(order["formUrl"])
        self.assertEqual(shop.get_order_status(order["orderId"])["orderStatus"], 2)

    def held(self, shop):
        order = shop.register_order_pre_auth(fresh("sp"), 10000, BACK, description="Hold")
        pay(order["formUrl"])
        self.assertEqual(self.sums(shop, order["orderId"]), (1, "APPROVED", 10000, 0, 0))
        return order["orderId"]

    def sums(self, shop, order):
        told = shop.get_order_status(order)
        sums = told["paymentAmountInfo"]
        names = ("paymentState", "approvedAmount", "depositedAmount", "refundedAmount")
        return (told["orderStatus"], *(sums[name] for name in names))

    def test_a_hold_is_captured_in_part_and_that_refunded_in_part(self):
        shop = self.client()
        order = self.held(shop)
        self.assertEqual(shop.refund(order, 100)["errorCode"], "7")
        self.assertEqual(shop.deposit(order, 4000), DONE)
        self.assertEqual(self.sums(shop, order), (2, "DEPOSITED", 10000, 4000, 0))
        self.assertEqual(shop.deposit(order)["errorCode"], "7")
        self.assertEqual(shop.refund(order, 1500), DONE)
        self.assertEqual(self.sums(shop, order), (4, "REFUNDED", 10000, 2500, 1500))
        self.assertEqual(shop.refund(order, 2501)["errorCode"], "7")
        self.assertEqual(shop.refund(order), DONE)
        self.assertEqual(self.sums(shop, order), (4, "REFUNDED", 10000, 0, 4000))

    def test_a_hold_is_captured_whole_with_amount_0(self):
        shop = self.client()
        order = self.held(shop)
        self.assertEqual(shop.deposit(order), DONE)
        self.assertEqual(self.sums(shop, order), (2, "DEPOSITED", 10000, 10000, 0))

    def test_a_hold_is_reversed_once(self):
        shop = self.client()
        order = self.held(shop)
        self.assertEqual(shop.reverse(order), DONE)
        self.assertEqual(self.sums(shop, order), (3, "REVERSED", 0, 0, 0))
        again = {"errorCode": "7", "errorMessage": "Операция невозможна для текущего состояния платежа"}
        self.assertEqual(shop.reverse(order), again)
        self.assertEqual(shop.deposit(order)["errorCode"], "7")

    def test_errors_are_handed_through(self):
        shop, number = self.client(), fresh("sp")
        shop.register_order(number, 2000, BACK)
        again = shop.register_order(number, 2000, BACK)
        self.assertEqual(again["errorCode"], "1")
        self.assertNotIn("orderId", again)
        denied = self.client(PASSWORD + "x").get_order_status(NOWHERE)
        self.assertEqual(denied, {"errorCode": "5", "errorMessage": "Доступ запрещён"})
        self.assertEqual(shop.get_order_status(NOWHERE), {"errorCode": "6", "errorMessage": "Заказ не найден"})


if __name__ == "__main__":
    unittest.main()
