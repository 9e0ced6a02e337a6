# Every text says what happened, what it means for the money, and what can be done next.

## Around every page
test-banner = Test mode: no money moves
secured = Secured by payglot
language-label = Language
order = Order { $number }
time-left = Time left to pay
minutes-left = { $count ->
    [one] One minute left to pay
   *[other] { $count } minutes left to pay
}
moment = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }, { $clock } UTC
return-to-shop = Return to { $shop }
return-to-the-shop = Return to the shop
try-again = Try again
error-prefix = Error
copy = Copy
copied = Copied

## Card form
card-title = Pay { $amount } to { $shop }
card-heading = Pay by card
accepted-cards = Accepted cards
number-label = Card number
expiry-label = Expires
expiry-placeholder = MM / YY
expiry-hint = Month / year
code-label = Security code
code-hint = 3 digits on the back
code-hint-amex = 4 digits on the front
holder-label = Name on card
optional = optional
pay-button = Pay { $amount }
hold-button = Reserve { $amount }
busy = One moment…
cancel-button = Cancel and return to the shop
back-to-shop = Back to the shop
pay-button-mobile = Pay
hold-button-mobile = Reserve
cancel-button-mobile = Cancel
code-hint-mobile = 3 digits
another-way-button-mobile = Another way
test-cards = Fill in a test card
test-cards-note = Real cards do not work here.
test-card-paid = Paid
test-card-paid-3ds = Paid after 3-D Secure
test-card-no-money = Not enough money
test-card-no-answer = Bank does not answer
test-card-declined = Declined
errors-summary = { $count ->
    [one] One field needs correcting. Nothing has been taken.
   *[other] { $count } fields need correcting. Nothing has been taken.
}
error-number-missing = Enter the card number
error-number-invalid = A digit is wrong or missing
error-number-brand = The shop does not accept this kind of card
error-number-two-cards = A saved card was chosen and a number typed, too. Choose the saved card, or type the other one again.
error-expiry-missing = Enter month and year
error-expiry-invalid = Two digits each, like 08 / 29
error-expiry-past = This card has expired
error-code-missing = Enter the code
error-code-invalid = Enter 3 digits
error-code-invalid-amex = Enter 4 digits
error-holder-invalid = Use Latin letters, as printed on the card
declined-title = The bank did not approve the payment
nothing-taken = Nothing was taken from your card.
tries-left = { $count ->
    [one] You can try once more.
   *[other] You can try { $count } more times.
}
stale-title = This form was out of date
stale-body = Nothing was taken. Please enter your card again.
switched-title = Choose another card
switched-body = The previous attempt was stopped and nothing was taken. Enter another card below.

## Saved cards
saved-title = Pay with
saved-another = Another card
saved-or-typed = The number, date and name are only for another card. A saved one needs its security code.
saved-until = until { $date }
saved-remove = Remove
saved-remove-card = Remove { $card }
removed-title = The card was removed. Nothing was taken.
saved-gone-title = This order cannot be paid here
saved-gone-body = The shop chose a saved card that is no longer there. Nothing was taken. Return to the shop and order again.
save-label = Save this card
save-note = Next time at { $shop } you type only the security code, which is never kept.
save-always = This card will be saved for your next payments at { $shop }. The security code is never kept.

## Why a payment was declined
reason-funds = There is not enough money on this card. Use another card or top this one up.
reason-limit = The payment is over a limit set for this card. Use another card, or ask your bank to raise the limit.
reason-details = Check the card number, the date and the security code, and that there is enough money on the card.
reason-expired-card = The bank says that this card has expired. Use another card.
reason-shop = This payment could not be accepted. Use another card or contact the shop.
reason-bank = The bank that issued the card refused without telling us why. Use another card or call your bank.
reason-authentication = Your bank did not receive the right confirmation. Try again, or use another card.
reason-connection = Your bank could not be reached. Try again in a few minutes or use another card.
reason-impossible = This card cannot be used for this payment. Use another card.
reason-not-a-test-card = This is a test environment, and it refuses real cards. Use one of the test cards.

## Confirmation at the bank
challenge-title = Confirm at your bank
challenge-body = Your bank wants to make sure that it is you. Nothing is taken until you confirm.
challenge-back = You came back before confirming. Continue where you stopped, or use another card.
challenge-button = Continue at your bank
another-card-button = Use another card

## Waiting
wait-title = Your bank is working on it
wait-body = This usually takes a few seconds. Please keep this page open: it changes by itself.
wait-again = Check now
unknown-title = Waiting for the bank’s answer
unknown-body = The bank has not answered yet, so we do not know whether the money was taken. Please do not pay again.
unknown-next = We keep asking the bank. You may close this page: the shop will learn the result, and if the payment fails, nothing will be taken.

## The choice of a way to pay
choice-title = How would you like to pay?
choice-country = Country
choice-country-button = Show
choice-none = No way to pay fits this order here. Choose another country, or return to the shop.
choice-nothing-title = No way to pay is available
choice-nothing = There is no way to pay this order here. Nothing was taken. Return to the shop and tell it.
choice-declined-title = The payment was not made
choice-left-title = You left before paying
choice-left-body = Nothing was taken. Choose how to pay.
choice-stale-title = This page was out of date
choice-stale-body = Nothing was taken. Please choose again.
tile-bank = Your internet bank
tile-wallet = Your account there
tile-phone = Confirm by text message
tile-card = Visa, Mastercard, Maestro
tile-cash = In cash, with a code
tile-coin = From your own wallet
email-label = Your e-mail
email-hint = For the receipt and messages about this payment.
email-missing = Enter your e-mail address
email-invalid = That is not a complete e-mail address
another-way-button = Another way to pay
place-title = Continue at { $place }
place-body = The payment waits for you there. Nothing is taken until you confirm it.
place-button = Go to { $place }
place-nothing-taken = Nothing was taken.
reason-account-funds = There is not enough money on that account. Choose another way to pay, or top it up.
reason-wrong-codes = The code was wrong too many times.
reason-place = The payment was refused there. Choose another way to pay, or ask there for the reason.
reason-place-final = The payment was refused there. Ask there for the reason.
declined-final-next-place = This order can no longer be paid here. To try again, return to the shop and order once more.
refunded-body-place = The money was sent back to where you paid from. It usually arrives within a few working days.
part-refunded-body-place = The order is paid, and a part of the money was sent back to where you paid from. It usually arrives within a few working days.
accepted-title = Your payment is on its way
accepted-body = It was accepted and will be confirmed later. Please do not pay again.
accepted-next = You may close this page: the shop learns the result by itself.
accepted-simulator = Open the simulator
fact-place = Paid with
fact-place-tried = Tried with

## The sandbox's banks, wallets and telephones
errand-banner = Simulator: this is not the real { $place }
errand-test-banner = Test payment: no money moves
errand-title = Pay with { $place }
errand-test-title = Test payment
errand-body = Your bank or wallet would now ask you to confirm. Here you choose what happens.
errand-test-body = The shop marked this order as a test. Choose how it shall end.
errand-phone-body = You would get a text message on this phone. Here it is shown on this page, and nothing is sent.
errand-code-body = Type the code of the message to pay.
errand-pay = Pay { $amount }
errand-later = Pay, confirmed later
errand-unconfirmed = Pay, never confirmed by the bank
errand-person-label = Who pays
errand-person-nobody = Somebody whom the bank does not name
errand-person-hint = What the bank tells the shop: name, account, and whether the national number is right.
errand-decline = Not enough money
errand-leave = Leave without paying
errand-accepted-title = { $place } has taken the payment
errand-accepted-body = Until it is confirmed, the shop sees it as accepted and not as paid.
errand-confirm = Confirm it now
errand-refuse = Refuse it after all
errand-back = Back to the payment page
errand-late-title = This payment has ended
errand-late-body = Its time ran out, or it was begun anew in another tab. What is paid now comes too late: it goes back to you, unless the shop has agreed to take late money.
errand-phone-label = Mobile number
errand-phone-hint = With the country code. Any number will do.
errand-phone-wrong = Enter a number such as +370 612 34567
errand-phone-button = Send me the code
errand-sent = Message to { $phone }
errand-message = { $code } is your code to pay { $amount }. Do not tell it to anybody.
errand-code-label = Code from the message
errand-other-phone = Another number

## The simulated wallet
inbox-title = Invoices
inbox-invoice = Invoice { $number }
inbox-number = Invoice
inbox-purse = From your purse
inbox-until = Pay until
inbox-refuse = Refuse
inbox-left-alone = { $count ->
    [one] Leave it alone, and this simulated owner pays within a second.
   *[other] Leave it alone, and this simulated owner pays within { $count } seconds.
}
inbox-doomed-hint = An invoice of { $amount } tests a refusal: the wallet will not pay it.
inbox-open = open
inbox-paid = paid
inbox-refused = refused
inbox-expired = expired
inbox-paid-title = Paid
inbox-paid-body = { $shop } has been told.
inbox-refused-title = You refused to pay
inbox-refused-body = Nothing was taken, and { $shop } has been told.
inbox-doomed-title = The wallet refused to pay
inbox-doomed-body = An invoice of { $amount } tests a refusal. Nothing was taken.
inbox-expired-title = Its time is over
inbox-expired-body = The invoice was not paid in time, and cannot be paid any more. Nothing was taken.
inbox-others = Other invoices
inbox-empty-title = No invoices
inbox-empty-body = No shop has sent this WMID an invoice.

## The sandbox's telephone
telephone-banner = Simulator: this is not a real telephone
telephone-name = Telephone
telephone-title = Send a premium message
telephone-body = A message that begins with one of these words is paid for by this telephone. What the shop answers comes back here.
telephone-no-keyword = No test project has a keyword. Give one to a project: payglot project set NAME paysera.keywords=TEA:50:https://shop.example/sms
telephone-from-label = This telephone’s number
telephone-text-label = Message
telephone-text-hint = Begin with a keyword, then write what you like.
telephone-send = Send
telephone-keyword-wrong = Begin with one of the keywords above. Nothing was charged.
telephone-too-long = That is longer than a message can be. Nothing was charged.
telephone-not-charged = The message could not be sent now. Try once more.
telephone-sent-title = Your message
telephone-sent = To { $to }, { $price }
telephone-waiting = { $shop } has not answered yet. This page looks again by itself.
telephone-nothing = { $shop } has received it and answers nothing.
telephone-text = { $shop } answers:
telephone-later = { $shop } has received it and will answer later. This page looks again by itself.
telephone-push = { $shop } sends a link:
telephone-given-up = { $shop } could not be reached. It was told in vain several times.
telephone-another = Write another message

## Results
paid-title = Paid. Thank you!
paid-body = Your payment went through. There is nothing more to do.
paid-status = paid
held-title = Reserved. Thank you!
held-body = The amount is reserved on your card. It is taken when the shop confirms the order, and released if it does not.
held-status = reserved
declined-final-title = The payment did not go through
declined-final-next = This order can no longer be paid here. To pay with another card, return to the shop and order again.
declined-status = not paid
expired-title = The time to pay has run out
expired-body = Nothing was taken. Return to the shop and place the order again.
expired-status = expired
cancelled-title = You cancelled the payment
cancelled-body = Nothing was taken. If you change your mind, place the order again in the shop.
cancelled-status = cancelled
already-paid-title = This order is already paid
already-paid-body = The money was taken once; you need not pay again.
already-held-title = The amount is already reserved
already-held-body = You need not pay again. It is taken when the shop confirms the order.
voided-title = The reservation was released
voided-body = The shop gave the reserved amount free. It was never taken; your bank may show it for a few more days.
voided-status = released
refunded-title = This order was refunded
refunded-body = The money was sent back to the card. It usually arrives within a few working days; ask your bank if it does not.
refunded-status = refunded
part-refunded-title = Part of this order was refunded
part-refunded-body = The order is paid, and a part of the money was sent back to the card. It usually arrives within a few working days.
fact-card = Card
fact-paid-at = Paid
fact-held-at = Reserved
fact-refunded-at = Refunded
fact-refunded = Sent back
fact-time = Time
fact-reference = Reference
copy-reference = Copy the reference
returning-in = { $count ->
    [one] Taking you back in { $count } second
   *[other] Taking you back in { $count } seconds
}
stay-here = Stay here
staying = You stay on this page.

## When there is nothing to pay
not-found-title = We could not find this order
not-found-body = The link may be incomplete or too old. No money was taken by opening it. Go back to the shop and press “Pay” again.
technical-title = Something went wrong on our side
technical-body = We could not show this page. If you had already pressed “Pay”, do not pay again yet: open this page once more in a minute to see what became of it.
technical-reference = If it happens again, give the shop this number:
too-many-title = Too many attempts
too-many-body = To protect cards, we pause after many attempts in a row. This attempt was not made.
too-many-wait = { $count ->
    [one] Try again in one minute.
   *[other] Try again in { $count } minutes.
}

## The sandbox bank's confirmation page
acs-bank = Sandbox Bank
acs-banner = Simulator: this is not a real bank
acs-title = Confirm the payment
acs-body = A real bank would now send you a code by message or ask in its app.
acs-shop = Shop
acs-amount = Amount
acs-card = Card
acs-code-label = Confirmation code
acs-hint = Codes that work here:
acs-fail-hint = Any other code is wrong.
acs-button = Confirm
acs-cancel = Do not confirm
acs-wrong = { $count ->
    [one] That code is wrong. Nothing was taken. One try is left.
   *[other] That code is wrong. Nothing was taken. { $count } tries are left.
}
acs-missing = Enter the code. Nothing has been taken.
acs-done-title = Back to the shop
acs-done-body = Your bank is done. You are being sent back to the shop.
acs-done-button = Continue

refused-title = This payment cannot begin
refused-body = Nothing was charged. The shop has to correct its request; please tell it this code.
refused-code = Code:
refused-developer = For the developer of the shop
refused-parameter = Wrong parameter:
refused-signed = What the signature must cover (MD5, with your password in place of the last word):
refused-signed-hmac = What the signature must cover (base64 of HMAC-SHA512 with your secret key):
refused-sign = Signature received:
refused-fields = The request as we read it:

## Wallets that get invoices
wallet-title = Pay with { $wallet }
wallet-body = We send an invoice to your wallet. You pay it there.
wallet-account-label = Your WMID
wallet-account-hint = 12 digits, as your wallet shows them
wallet-account-missing = Enter your WMID
wallet-account-invalid = A WMID has 12 digits
wallet-first-name-label = First name
wallet-first-name-missing = Enter your first name
wallet-last-name-label = Last name
wallet-last-name-missing = Enter your last name
wallet-units = In your wallet
invoice-title = Pay the invoice in { $wallet }
invoice-body = The invoice is in your wallet. Nothing is taken until you pay it there.
invoice-number = Invoice
invoice-copy-number = Copy the number of the invoice
invoice-qr = The address of the invoice, for the camera of your phone
invoice-waits = Waiting for your payment. This page changes by itself.

## Cards that the shop keeps for later
card-registers = By paying you allow { $shop } to charge this card again, as agreed with them.

## In the place of words about paying
plain-time-left = Time left
plain-minutes-left = { $count ->
    [one] One minute left
   *[other] { $count } minutes left
}
plain-expired-title = The time has run out
plain-reason-limit = A limit set for this card does not allow it. Use another card, or ask your bank.
plain-reason-details = Check the card number, the date and the security code.
plain-reason-shop = This card could not be accepted. Use another card or contact the shop.
plain-reason-impossible = This card cannot be used here. Use another card.
plain-another-card = Use another card
plain-reference = Reference
plain-copy-reference = Copy the reference

## A card is verified
verify-title = Verify your card · { $shop }
verify-heading = Verify your card
verify-lead = Your bank checks that the card works. No money is taken.
verify-button = Verify card
verify-registers = By verifying the card you allow { $shop } to charge it later, as agreed with them.
verify-test-card = Verified
verify-test-card-3ds = Verified after 3-D Secure
verify-refused-title = The bank did not approve the card
verify-challenge-title = Confirm at your bank
verify-challenge-body = Your bank wants to make sure that the card is yours. No money is taken.
verify-acs-title = Confirm that it is you
verify-wait-title = Your bank is checking the card
verify-unknown-body = The bank has not answered yet, so we do not know whether the card is verified. No money is taken.
verify-unknown-next = We keep asking the bank. You may close this page: the shop will learn the result.
verified-title = The card is verified
verified-body = Your bank confirmed that it works. No money was taken.
verified-status = verified
verify-declined-title = The card was not verified
verify-declined-next = To try again or with another card, return to the shop.
verify-declined-status = not verified
verify-expired-body = The card was not verified, and nothing was taken. To try again, return to the shop.
verify-cancelled-title = You cancelled the verification
verify-cancelled-body = Nothing was taken. If you change your mind, begin again in the shop.

## A card is saved without a payment
save-card-title = Save a card · { $shop }
save-card-heading = Save a card
save-card-lead = For your next payments at { $shop }. No money is taken now, and the security code is never kept.
save-card-button = Save card
save-card-test-card = Can be saved
save-card-errors = { $count ->
    [one] One field needs correcting. The card has not been saved.
   *[other] { $count } fields need correcting. The card has not been saved.
}
save-card-refused-title = The card was not saved
save-card-expired-body = The card was not saved. Return to the shop and begin again.
card-saved-title = The card is saved
card-saved-body = The shop keeps it for your next payments. No money was taken.
card-saved-status = saved

## Money that the shop sends
payout-test-banner = Test mode: no money moves
payout-title = { $amount } from { $shop }
payout-lead = { $shop } sends you this money.
payout-choice-title = Where shall the money go?
payout-nothing-title = The money cannot be received here
payout-nothing = There is no way to send you this money here. Return to the shop and tell it.
payout-card-heading = Receive it on a card
payout-wallet-title = Receive it in { $wallet }
payout-wallet-body = The money goes to the wallet with this WMID.
payout-email-hint = For messages about this payout.
payout-button = Receive { $amount }
payout-button-mobile = Receive
payout-test-card = Received
payout-errors = { $count ->
    [one] One field needs correcting. No money has been sent.
   *[other] { $count } fields need correcting. No money has been sent.
}
payout-stale-body = No money was sent. Please fill the form in again.
payout-nothing-sent = No money was sent.
payout-tile-wallet = To your wallet
payout-another-way = Another way to receive it
payout-reason-shop = The shop cannot send the money at the moment. Please contact the shop.
payout-reason-details = Check the card number.
payout-reason-test-card = In this test environment money goes only to the test cards of payouts.
payout-reason-impossible = This card cannot receive money. Use another card.
payout-reason-place = The wallet did not accept the money. Ask there for the reason, or contact the shop.
payout-wait-title = The money is being sent
payout-unknown-title = Waiting for an answer
payout-unknown-body = We do not know yet whether the money has been sent. Please do not ask for it again.
payout-unknown-next = We keep asking. You may close this page: the shop will learn the result.
paid-out-title = The money is on its way
paid-out-body = It usually arrives within minutes; some banks take a few working days.
paid-out-status = sent
payout-declined-title = The payout was declined
payout-declined-next = Return to the shop and ask for the money again.
payout-declined-status = not sent
payout-expired-body = No money was sent. Return to the shop and ask for it again.
payout-cancelled-title = You cancelled the payout
payout-cancelled-body = No money was sent. You can ask for it again in the shop.
fact-paid-out-at = Sent
payout-fact-place = Recipient
