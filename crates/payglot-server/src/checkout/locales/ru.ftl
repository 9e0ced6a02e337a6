# Каждый текст говорит, что произошло, что с деньгами и что можно сделать дальше.

## На каждой странице
test-banner = Тест: деньги не списываются
secured = Защищено payglot
language-label = Язык
order = Заказ № { $number }
time-left = Осталось времени на оплату
minutes-left = { $count ->
    [one] На оплату осталась { $count } минута
    [few] На оплату осталось { $count } минуты
   *[many] На оплату осталось { $count } минут
}
moment = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
} { $year }, { $clock } UTC
return-to-shop = Вернуться в «{ $shop }»
return-to-the-shop = Вернуться в магазин
try-again = Попробовать ещё раз
error-prefix = Ошибка
copy = Копировать
copied = Скопировано

## Форма карты
card-title = Оплата { $amount } — { $shop }
card-heading = Оплата картой
accepted-cards = Принимаются карты
number-label = Номер карты
expiry-label = Срок действия
expiry-placeholder = ММ / ГГ
expiry-hint = Месяц / год
code-label = Код CVC
code-hint = 3 цифры сзади
code-hint-amex = 4 цифры спереди
holder-label = Имя на карте
optional = необязательно
pay-button = Оплатить { $amount }
hold-button = Зарезервировать { $amount }
busy = Секунду…
cancel-button = Отменить и вернуться в магазин
back-to-shop = Вернуться в магазин
pay-button-mobile = Оплатить
hold-button-mobile = Зарезервировать
cancel-button-mobile = Отменить
code-hint-mobile = 3 цифры
another-way-button-mobile = Другой способ
test-cards = Подставить тестовую карту
test-cards-note = Настоящие карты здесь не работают.
test-card-paid = Оплата пройдёт
test-card-paid-3ds = Оплата после 3-D Secure
test-card-no-money = Недостаточно средств
test-card-no-answer = Банк не ответит
test-card-declined = Банк откажет
errors-summary = { $count ->
    [one] Исправьте { $count } поле. Деньги не списаны.
    [few] Исправьте { $count } поля. Деньги не списаны.
   *[many] Исправьте { $count } полей. Деньги не списаны.
}
error-number-missing = Введите номер карты
error-number-invalid = Не хватает цифры или есть опечатка
error-number-brand = Магазин не принимает такие карты
error-number-two-cards = Выбрана сохранённая карта и введён номер другой. Выберите сохранённую или введите другую ещё раз.
error-expiry-missing = Введите месяц и год
error-expiry-invalid = По две цифры, например 08 / 29
error-expiry-past = Срок карты истёк
error-code-missing = Введите код
error-code-invalid = Введите 3 цифры
error-code-invalid-amex = Введите 4 цифры
error-holder-invalid = Введите имя латинскими буквами, как на карте
declined-title = Банк не одобрил платёж
nothing-taken = Деньги с карты не списаны.
tries-left = { $count ->
    [one] Осталась { $count } попытка.
    [few] Осталось { $count } попытки.
   *[many] Осталось { $count } попыток.
}
stale-title = Эта форма устарела
stale-body = Деньги не списаны. Введите данные карты ещё раз.
switched-title = Выберите другую карту
switched-body = Предыдущая попытка остановлена, деньги не списаны. Введите данные другой карты.

## Сохранённые карты
saved-title = Чем оплатить
saved-another = Другая карта
saved-or-typed = Номер, срок и имя нужны только для другой карты. Для сохранённой достаточно кода с карты.
saved-until = до { $date }
saved-remove = Удалить
saved-remove-card = Удалить { $card }
removed-title = Карта удалена. Деньги не списаны.
saved-gone-title = Этот заказ нельзя оплатить здесь
saved-gone-body = Магазин выбрал сохранённую карту, которой больше нет. Деньги не списаны. Вернитесь в магазин и оформите заказ снова.
save-label = Сохранить карту
save-note = В следующий раз в { $shop } понадобится только код с карты: его мы не храним.
save-always = Карта будет сохранена для следующих платежей в { $shop }. Код с карты не хранится.

## Почему платёж отклонён
reason-funds = На карте недостаточно денег. Возьмите другую карту или пополните эту.
reason-limit = Платёж превышает лимит по карте. Возьмите другую карту или попросите банк увеличить лимит.
reason-details = Проверьте номер карты, срок действия, код CVC и хватает ли на карте денег.
reason-expired-card = По данным банка, срок действия карты истёк. Возьмите другую карту.
reason-shop = Этот платёж не удалось принять. Возьмите другую карту или обратитесь в магазин.
reason-bank = Банк, выпустивший карту, отказал и не сообщил причину. Возьмите другую карту или позвоните в банк.
reason-authentication = Банк не получил верного подтверждения. Попробуйте ещё раз или возьмите другую карту.
reason-connection = Не удалось связаться с банком. Повторите через несколько минут или возьмите другую карту.
reason-impossible = Эта карта не подходит для такого платежа. Возьмите другую карту.
reason-not-a-test-card = Это тестовая среда, настоящие карты здесь не принимаются. Возьмите одну из тестовых карт.

## Подтверждение в банке
challenge-title = Подтвердите платёж в банке
challenge-body = Банк хочет убедиться, что платите именно вы. До подтверждения деньги не списываются.
challenge-back = Вы вернулись, не закончив подтверждение. Продолжите с того же места или возьмите другую карту.
challenge-button = Продолжить на странице банка
another-card-button = Оплатить другой картой

## Ожидание
wait-title = Банк обрабатывает платёж
wait-body = Обычно это занимает несколько секунд. Не закрывайте страницу: она обновится сама.
wait-again = Проверить сейчас
unknown-title = Ждём ответа банка
unknown-body = Банк ещё не ответил, поэтому мы не знаем, списаны ли деньги. Пожалуйста, не платите повторно.
unknown-next = Мы продолжаем запрашивать банк. Страницу можно закрыть: магазин узнает результат, а если платёж не пройдёт, деньги не спишутся.

## Выбор способа оплаты
choice-title = Как вам удобно заплатить?
choice-country = Страна
choice-country-button = Показать
choice-none = Для этого заказа здесь нет подходящего способа оплаты. Выберите другую страну или вернитесь в магазин.
choice-nothing-title = Нет доступных способов оплаты
choice-nothing = Этот заказ здесь оплатить нельзя. Деньги не списаны. Вернитесь в магазин и сообщите ему об этом.
choice-declined-title = Оплата не прошла
choice-left-title = Вы ушли, не заплатив
choice-left-body = Деньги не списаны. Выберите способ оплаты.
choice-stale-title = Страница устарела
choice-stale-body = Деньги не списаны. Выберите ещё раз.
tile-bank = Ваш интернет-банк
tile-wallet = Ваш счёт там
tile-phone = Подтверждение по СМС
tile-card = Visa, Mastercard, Maestro
tile-cash = Наличными по коду
tile-coin = Из своего кошелька
email-label = Ваша электронная почта
email-hint = Для чека и сообщений об этом платеже.
email-missing = Укажите адрес электронной почты
email-invalid = Адрес указан не полностью
another-way-button = Другой способ оплаты
place-title = Продолжите: { $place }
place-body = Платёж ждёт вас там. Пока вы не подтвердите, ничего не спишется.
place-button = Перейти: { $place }
place-nothing-taken = Деньги не списаны.
reason-account-funds = На этом счёте недостаточно денег. Выберите другой способ или пополните счёт.
reason-wrong-codes = Код слишком много раз введён неверно.
reason-place = Там платёж отклонили. Выберите другой способ или узнайте причину там.
reason-place-final = Там платёж отклонили. Узнайте причину там.
declined-final-next-place = Этот заказ здесь больше нельзя оплатить. Чтобы попробовать снова, вернитесь в магазин и оформите его заново.
refunded-body-place = Деньги отправлены туда, откуда вы платили. Обычно они приходят за несколько рабочих дней.
part-refunded-body-place = Заказ оплачен, а часть денег отправлена туда, откуда вы платили. Обычно они приходят за несколько рабочих дней.
accepted-title = Платёж в пути
accepted-body = Он принят и будет подтверждён позже. Пожалуйста, не платите ещё раз.
accepted-next = Страницу можно закрыть: магазин узнает результат сам.
accepted-simulator = Открыть симулятор
fact-place = Способ оплаты
fact-place-tried = Способ оплаты

## Банки, кошельки и телефоны песочницы
errand-banner = Симулятор: это не настоящий { $place }
errand-test-banner = Тестовый платёж: деньги не движутся
errand-title = Оплата: { $place }
errand-test-title = Тестовый платёж
errand-body = Сейчас банк или кошелёк попросил бы подтвердить оплату. Здесь вы сами решаете, что произойдёт.
errand-test-body = Магазин пометил этот заказ как тестовый. Выберите, чем он закончится.
errand-phone-body = На этот телефон пришло бы СМС. Здесь оно показано на странице, ничего не отправляется.
errand-code-body = Чтобы заплатить, введите код из сообщения.
errand-pay = Заплатить { $amount }
errand-later = Заплатить, подтверждение позже
errand-unconfirmed = Заплатить, банк никогда не подтвердит
errand-person-label = Кто платит
errand-person-nobody = Кто-то, кого банк не называет
errand-person-hint = Что банк сообщает магазину: имя, счёт и верен ли личный код.
errand-decline = Недостаточно денег
errand-leave = Уйти, не заплатив
errand-accepted-title = { $place }: платёж принят
errand-accepted-body = Пока он не подтверждён, магазин видит его принятым, но не оплаченным.
errand-confirm = Подтвердить сейчас
errand-refuse = Всё-таки отказать
errand-back = Назад на страницу оплаты
errand-late-title = Этот платёж завершён
errand-late-body = Его время вышло, или он начат заново в другой вкладке. Деньги, уплаченные сейчас, опоздают: они вернутся к вам, если только магазин не согласился принимать опоздавшие.
errand-phone-label = Номер мобильного
errand-phone-hint = С кодом страны. Подойдёт любой номер.
errand-phone-wrong = Укажите номер, например +370 612 34567
errand-phone-button = Прислать код
errand-sent = Сообщение на { $phone }
errand-message = { $code } — ваш код для оплаты { $amount }. Никому его не сообщайте.
errand-code-label = Код из сообщения
errand-other-phone = Другой номер

## Кошелёк-симулятор
inbox-title = Счета
inbox-invoice = Счёт { $number }
inbox-number = Счёт
inbox-purse = Из кошелька
inbox-until = Оплатить до
inbox-refuse = Отказаться
inbox-left-alone = { $count ->
    [one] Ничего не делайте, и владелец-симулятор сам заплатит через { $count } секунду.
    [few] Ничего не делайте, и владелец-симулятор сам заплатит через { $count } секунды.
   *[other] Ничего не делайте, и владелец-симулятор сам заплатит через { $count } секунд.
}
inbox-doomed-hint = Счёт на { $amount } проверяет отказ: кошелёк его не оплатит.
inbox-open = ждёт
inbox-paid = оплачен
inbox-refused = отказ
inbox-expired = просрочен
inbox-paid-title = Оплачено
inbox-paid-body = { $shop } об этом знает.
inbox-refused-title = Вы отказались платить
inbox-refused-body = Деньги не списаны, { $shop } об этом знает.
inbox-doomed-title = Кошелёк отказал в оплате
inbox-doomed-body = Счёт на { $amount } проверяет отказ. Деньги не списаны.
inbox-expired-title = Время вышло
inbox-expired-body = Счёт не оплатили вовремя, и теперь его оплатить нельзя. Деньги не списаны.
inbox-others = Другие счета
inbox-empty-title = Счетов нет
inbox-empty-body = Ни один магазин не выставил счёт этому WMID.

## Телефон песочницы
telephone-banner = Симулятор: это не настоящий телефон
telephone-name = Телефон
telephone-title = Отправить платное сообщение
telephone-body = Сообщение, которое начинается с одного из этих слов, оплачивает этот телефон. Ответ магазина придёт сюда.
telephone-no-keyword = Ни у одного тестового проекта нет ключевого слова. Задайте его: payglot project set NAME paysera.keywords=TEA:50:https://shop.example/sms
telephone-from-label = Номер этого телефона
telephone-text-label = Сообщение
telephone-text-hint = Начните с ключевого слова, дальше пишите что хотите.
telephone-send = Отправить
telephone-keyword-wrong = Начните с одного из ключевых слов выше. Деньги не списаны.
telephone-too-long = Сообщение слишком длинное. Деньги не списаны.
telephone-not-charged = Сейчас отправить не удалось. Попробуйте ещё раз.
telephone-sent-title = Ваше сообщение
telephone-sent = На { $to }, { $price }
telephone-waiting = { $shop } ещё не ответил. Страница обновится сама.
telephone-nothing = { $shop } получил сообщение и ничего не отвечает.
telephone-text = { $shop } отвечает:
telephone-later = { $shop } получил сообщение и ответит позже. Страница обновится сама.
telephone-push = { $shop } присылает ссылку:
telephone-given-up = { $shop } недоступен: его несколько раз пытались известить.
telephone-another = Написать ещё

## Результаты
paid-title = Оплачено. Спасибо!
paid-body = Платёж прошёл. Больше ничего делать не нужно.
paid-status = оплачено
held-title = Сумма зарезервирована. Спасибо!
held-body = Деньги заблокированы на карте. Они спишутся, когда магазин подтвердит заказ, или снова станут доступны, если не подтвердит.
held-status = резерв
declined-final-title = Платёж не прошёл
declined-final-next = Оплатить этот заказ здесь больше нельзя. Чтобы заплатить другой картой, вернитесь в магазин и оформите его заново.
declined-status = не оплачено
expired-title = Время на оплату вышло
expired-body = Деньги не списаны. Вернитесь в магазин и оформите заказ заново.
expired-status = просрочено
cancelled-title = Вы отменили платёж
cancelled-body = Деньги не списаны. Если передумаете, оформите заказ в магазине ещё раз.
cancelled-status = отменено
already-paid-title = Этот заказ уже оплачен
already-paid-body = Деньги списаны один раз, платить повторно не нужно.
already-held-title = Сумма уже зарезервирована
already-held-body = Платить повторно не нужно. Деньги спишутся, когда магазин подтвердит заказ.
voided-title = Резерв снят
voided-body = Магазин отменил резерв, деньги не списаны. В выписке банка он может быть виден ещё несколько дней.
voided-status = снято
refunded-title = Деньги за заказ возвращены
refunded-body = Деньги отправлены обратно на карту. Обычно они приходят за несколько рабочих дней; если их нет, обратитесь в свой банк.
refunded-status = возврат
part-refunded-title = Часть денег возвращена
part-refunded-body = Заказ оплачен, часть денег отправлена обратно на карту. Обычно они приходят за несколько рабочих дней.
fact-card = Карта
fact-paid-at = Оплачено
fact-held-at = Резерв
fact-refunded-at = Возвращено
fact-refunded = Сумма возврата
fact-time = Время
fact-reference = Номер платежа
copy-reference = Копировать номер платежа
returning-in = { $count ->
    [one] Вернём вас в магазин через { $count } секунду
    [few] Вернём вас в магазин через { $count } секунды
   *[many] Вернём вас в магазин через { $count } секунд
}
stay-here = Остаться здесь
staying = Вы остаётесь на этой странице.

## Когда платить нечего
not-found-title = Такой заказ не найден
not-found-body = Возможно, ссылка неполная или устарела. При её открытии деньги не списывались. Вернитесь в магазин и нажмите «Оплатить» ещё раз.
technical-title = У нас произошёл сбой
technical-body = Не удалось показать страницу. Если вы уже нажали «Оплатить», пока не платите повторно: откройте эту страницу через минуту и посмотрите, что с платежом.
technical-reference = Если это повторится, сообщите магазину номер:
too-many-title = Слишком много попыток
too-many-body = Чтобы защитить карты, мы делаем паузу после многих попыток подряд. Эта попытка не выполнена.
too-many-wait = { $count ->
    [one] Повторите через { $count } минуту.
    [few] Повторите через { $count } минуты.
   *[many] Повторите через { $count } минут.
}

## Страница подтверждения тестового банка
acs-bank = Тестовый банк
acs-banner = Симулятор: это не настоящий банк
acs-title = Подтвердите платёж
acs-body = Настоящий банк сейчас прислал бы код в сообщении или спросил бы в приложении.
acs-shop = Магазин
acs-amount = Сумма
acs-card = Карта
acs-code-label = Код подтверждения
acs-hint = Здесь подойдут коды:
acs-fail-hint = Любой другой код — неверный.
acs-button = Подтвердить
acs-cancel = Не подтверждать
acs-wrong = { $count ->
    [one] Неверный код. Деньги не списаны. Осталась { $count } попытка.
    [few] Неверный код. Деньги не списаны. Осталось { $count } попытки.
   *[many] Неверный код. Деньги не списаны. Осталось { $count } попыток.
}
acs-missing = Введите код. Деньги не списаны.
acs-done-title = Возвращаемся в магазин
acs-done-body = Банк закончил проверку. Сейчас вы вернётесь в магазин.
acs-done-button = Продолжить

refused-title = Этот платёж нельзя начать
refused-body = Деньги не списаны. Магазин должен исправить свой запрос; сообщите ему этот код.
refused-code = Код:
refused-developer = Для разработчика магазина
refused-parameter = Неверный параметр:
refused-signed = Что должна покрывать подпись (MD5, вместо последнего слова — ваш пароль):
refused-signed-hmac = Что должна покрывать подпись (base64 от HMAC-SHA512 с вашим секретным ключом):
refused-sign = Полученная подпись:
refused-fields = Запрос, как мы его прочитали:

## Кошельки, в которые приходит счёт
wallet-title = Оплата через { $wallet }
wallet-body = Мы выставим счёт вашему кошельку, оплатите его там.
wallet-account-label = Ваш WMID
wallet-account-hint = 12 цифр, как в вашем кошельке
wallet-account-missing = Введите ваш WMID
wallet-account-invalid = В WMID 12 цифр
wallet-first-name-label = Имя
wallet-first-name-missing = Введите имя
wallet-last-name-label = Фамилия
wallet-last-name-missing = Введите фамилию
wallet-units = В вашем кошельке
invoice-title = Оплатите счёт в { $wallet }
invoice-body = Счёт уже в вашем кошельке. Деньги спишутся, только когда вы его оплатите.
invoice-number = Счёт
invoice-copy-number = Копировать номер счёта
invoice-qr = Адрес счёта для камеры телефона
invoice-waits = Ждём вашей оплаты. Страница обновится сама.

## Карты, которые магазин хранит на будущее
card-registers = Оплачивая, вы разрешаете { $shop } списывать деньги с этой карты и в дальнейшем, как вы договорились.

## Вместо слов об оплате
plain-time-left = Осталось времени
plain-minutes-left = { $count ->
    [one] Осталась { $count } минута
    [few] Осталось { $count } минуты
   *[many] Осталось { $count } минут
}
plain-expired-title = Время вышло
plain-reason-limit = Лимит карты этого не позволяет. Возьмите другую карту или обратитесь в банк.
plain-reason-details = Проверьте номер карты, срок действия и код CVC.
plain-reason-shop = Эту карту не удалось принять. Возьмите другую карту или обратитесь в магазин.
plain-reason-impossible = Эта карта здесь не подходит. Возьмите другую карту.
plain-another-card = Взять другую карту
plain-reference = Номер операции
plain-copy-reference = Копировать номер операции

## Проверка карты
verify-title = Проверка карты — { $shop }
verify-heading = Проверка карты
verify-lead = Банк проверит, что карта действует. Деньги не списываются.
verify-button = Проверить карту
verify-registers = Проверяя карту, вы разрешаете { $shop } списывать с неё деньги в дальнейшем, как вы договорились.
verify-test-card = Проверка пройдёт
verify-test-card-3ds = Проверка после 3-D Secure
verify-refused-title = Банк не подтвердил карту
verify-challenge-title = Подтвердите карту в банке
verify-challenge-body = Банк хочет убедиться, что карта ваша. Деньги не списываются.
verify-acs-title = Подтвердите, что это вы
verify-wait-title = Банк проверяет карту
verify-unknown-body = Банк ещё не ответил, поэтому мы не знаем, подтверждена ли карта. Деньги не списываются.
verify-unknown-next = Мы продолжаем запрашивать банк. Страницу можно закрыть: магазин узнает результат.
verified-title = Карта проверена
verified-body = Банк подтвердил, что она действует. Деньги не списаны.
verified-status = проверена
verify-declined-title = Карта не прошла проверку
verify-declined-next = Чтобы попробовать ещё раз или с другой картой, вернитесь в магазин.
verify-declined-status = не проверена
verify-expired-body = Карта не проверена, деньги не списаны. Чтобы попробовать ещё раз, вернитесь в магазин.
verify-cancelled-title = Вы отменили проверку
verify-cancelled-body = Деньги не списаны. Если передумаете, начните заново в магазине.

## Карту сохраняют без оплаты
save-card-title = Сохранение карты — { $shop }
save-card-heading = Сохранение карты
save-card-lead = Для следующих платежей в { $shop }. Сейчас деньги не списываются, код с карты не хранится.
save-card-button = Сохранить карту
save-card-test-card = Можно сохранить
save-card-errors = { $count ->
    [one] Исправьте { $count } поле. Карта не сохранена.
    [few] Исправьте { $count } поля. Карта не сохранена.
   *[many] Исправьте { $count } полей. Карта не сохранена.
}
save-card-refused-title = Карта не сохранена
save-card-expired-body = Карта не сохранена. Вернитесь в магазин и начните заново.
card-saved-title = Карта сохранена
card-saved-body = Магазин сохранил её для ваших следующих платежей. Деньги не списаны.
card-saved-status = сохранена

## Деньги, которые отправляет магазин
payout-test-banner = Тест: деньги не отправляются
payout-title = { $amount } от { $shop }
payout-lead = Эти деньги вам отправляет { $shop }.
payout-choice-title = Куда отправить деньги?
payout-nothing-title = Получить деньги здесь нельзя
payout-nothing = Здесь нет подходящего способа получить эти деньги. Вернитесь в магазин и сообщите ему об этом.
payout-card-heading = Получение на карту
payout-wallet-title = Получение на кошелёк { $wallet }
payout-wallet-body = Деньги придут на кошелёк с этим WMID.
payout-email-hint = Для сообщений об этой выплате.
payout-button = Получить { $amount }
payout-button-mobile = Получить
payout-test-card = Деньги придут
payout-errors = { $count ->
    [one] Исправьте { $count } поле. Деньги не отправлены.
    [few] Исправьте { $count } поля. Деньги не отправлены.
   *[many] Исправьте { $count } полей. Деньги не отправлены.
}
payout-stale-body = Деньги не отправлены. Заполните форму ещё раз.
payout-nothing-sent = Деньги не отправлены.
payout-tile-wallet = На ваш кошелёк
payout-another-way = Другой способ получения
payout-reason-shop = Сейчас магазин не может отправить деньги. Обратитесь в магазин.
payout-reason-details = Проверьте номер карты.
payout-reason-test-card = В тестовой среде деньги отправляются только на тестовые карты для выплат.
payout-reason-impossible = На эту карту нельзя получить деньги. Возьмите другую карту.
payout-reason-place = Кошелёк не принял деньги. Узнайте там причину или обратитесь в магазин.
payout-wait-title = Деньги отправляются
payout-unknown-title = Ждём ответа
payout-unknown-body = Пока неизвестно, отправлены ли деньги. Пожалуйста, не запрашивайте их повторно.
payout-unknown-next = Мы продолжаем это выяснять. Страницу можно закрыть: магазин узнает результат.
paid-out-title = Деньги отправлены
paid-out-body = Обычно они приходят за несколько минут, в некоторых банках — за несколько рабочих дней.
paid-out-status = отправлены
payout-declined-title = Выплата отклонена
payout-declined-next = Вернитесь в магазин и запросите деньги ещё раз.
payout-declined-status = не отправлены
payout-expired-body = Деньги не отправлены. Вернитесь в магазин и запросите их ещё раз.
payout-cancelled-title = Вы отменили выплату
payout-cancelled-body = Деньги не отправлены. Их можно запросить в магазине ещё раз.
fact-paid-out-at = Отправлено
payout-fact-place = Получатель
