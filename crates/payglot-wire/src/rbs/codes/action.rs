//! Action codes: what came of the last authorization. Negative ones are the gateway's own, positive ones come from the processing.

use crate::rbs::language::Language;
use BuyerText::{M0, M1, M2, M3, M4, M5, M6, M7, M8};
use payglot_core::DeclineReason;

/// Nothing was tried yet.
pub const NO_ATTEMPT: i32 = -100;
/// Approved.
pub const APPROVED: i32 = 0;
/// The life time elapsed.
pub const TIME_OVER: i32 = -2007;
/// The payer cancelled.
pub const CANCELLED_BY_PAYER: i32 = 2022;
/// The merchant cancelled.
pub const CANCELLED_BY_MERCHANT: i32 = 4005;

/// The code of a reason. A new reason in the core does not compile before it has a code here.
pub const fn of_reason(reason: DeclineReason) -> i32 {
    match reason {
        DeclineReason::InsufficientFunds => 116,
        DeclineReason::CardExpired => 101,
        DeclineReason::WrongSecurityCode | DeclineReason::WrongCardData => 71_015,
        DeclineReason::UnknownCard => 111,
        DeclineReason::CardRestricted => 104,
        DeclineReason::CardLimit => 209,
        DeclineReason::IssuerLimit => -20_010,
        DeclineReason::NetworkRefused => 5,
        DeclineReason::IssuerRefused => 903,
        DeclineReason::IssuerUnavailable => 907,
        DeclineReason::AuthenticationFailed
        | DeclineReason::AuthenticationRefused
        | DeclineReason::AuthenticationAbandoned => -2006,
        DeclineReason::AuthenticationError => 151_017,
        DeclineReason::Fraud => 2001,
        DeclineReason::NotReceived => 151_018,
        DeclineReason::SystemError => 341_014,
        DeclineReason::CancelledByPayer => CANCELLED_BY_PAYER,
        DeclineReason::CancelledByMerchant => CANCELLED_BY_MERCHANT,
        DeclineReason::TimeRanOut => TIME_OVER,
        DeclineReason::Other => 9001,
    }
}

/// `actionCodeDescription`: empty for success, for no attempt, and for a code that is not in the list.
pub fn description(code: i32, language: Language) -> &'static str {
    row(code).map_or("", |&(_, _, ru, en)| language.pick(ru, en))
}

/// What the payer is told about a code. One that is not in the list gets [`BuyerText::M8`].
pub fn buyer_text(code: i32) -> Option<BuyerText> {
    row(code).map_or(Some(M8), |&(_, text, ..)| text)
}

/// The texts for payers, numbered as in the vendor's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the texts below say what each means")]
pub enum BuyerText {
    M0,
    M1,
    M2,
    M3,
    M4,
    M5,
    M6,
    M7,
    M8,
}

impl BuyerText {
    /// The text in a language.
    pub fn text(self, language: Language) -> &'static str {
        let (ru, en) = self.texts();
        language.pick(ru, en)
    }

    /// The text as `info` of the payment page's answers has it, which says that the browser moves on.
    pub fn info(self, language: Language) -> String {
        match (self, language == Language::RU) {
            (M0, true) => format!("{}, происходит переадресация...", self.text(language)),
            (_, true) => format!("{}. Происходит переадресация...", self.text(language)),
            (_, false) => format!("{}, redirecting...", self.text(language)),
        }
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            M0 => ("Ваш платёж обработан", "Your order is proceeded"),
            M1 => (
                "Операция отклонена. Проверьте введённые данные, достаточность средств на карте и повторите операцию",
                "Operation declined. Please check the data and available balance of the account",
            ),
            M2 => ("Операция отклонена. Обратитесь в магазин", "Operation declined. Please contact the shop"),
            M3 => (
                "Операция отклонена. Обратитесь в банк, выпустивший карту",
                "Operation declined. Please contact the bank that issued the card",
            ),
            M4 => (
                "Операция невозможна. Аутентификация держателя карты завершена неуспешно",
                "Impossible operation. Cardholder authentication finished unsuccessfully",
            ),
            M5 => ("Нет связи с банком. Повторите позже", "No connection with bank. Try again later"),
            M6 => ("Истёк срок ожидания ввода данных", "Input time expired"),
            M7 => ("Не получен ответ от банка. Повторите позже", "No response from bank received. Try again later"),
            M8 => ("Извините, платёж не может быть совершён", "Sorry, payment cannot be completed"),
        }
    }
}

type Row = (i32, Option<BuyerText>, &'static str, &'static str);

fn row(code: i32) -> Option<&'static Row> {
    TABLE.binary_search_by_key(&code, |&(known, ..)| known).ok().map(|at| &TABLE[at])
}

/// Code, text for the payer, description in Russian and English; sorted by code.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    (-20_010, Some(M3), "Превышены лимиты эмитента", "BLOCKED_BY_LIMIT"),
    (-9000, Some(M2), "Начало транзакции", "Started"),
    (-3003, Some(M8), "Неизвестная ошибка", "Unknown"),
    (-2102, Some(M2), "Блокировка по имени пассажира", "Blocked by passenger name"),
    (-2101, Some(M2), "Блокировка по e-mail", "Blocked by e-mail"),
    (-2029, Some(M8), "СБП", "SBP C2B"),
    (-2028, Some(M8), "СБП", "SBP C2B"),
    (-2027, Some(M8), "СБП", "SBP C2B"),
    (-2026, Some(M4), "Статус RReq не «Y»", "Decline. RReq status not Y"),
    (-2025, Some(M4), "Статус RReq не «Y»", "Decline. RReq status not Y"),
    (-2024, Some(M2), "Frictionless 3DS2 запрещён", "Decline. Frictionless forbidden"),
    (-2023, Some(M3), "Неизвестный статус ARes", "Decline. U in ARes"),
    (-2020, Some(M3), "Неверный ECI", "Decline. Invalid ECI"),
    (-2019, Some(M3), "iReq в PARes", "Decline. iReq in PARes"),
    (-2018, Some(M3), "Таймаут DS", "Decline. DS connection timeout"),
    (-2017, Some(M2), "Статус PARes не «Y»", "Decline. PARes status not Y"),
    (-2016, Some(M3), "Статус VERes неизвестен", "Decline. VERes status unknown"),
    (-2015, Some(M3), "iReq в VERes", "Decline. iReq in VERes"),
    (-2013, Some(M1), "Исчерпаны попытки оплаты", "Payment attempts exhausted"),
    (-2012, Some(M3), "Операция не поддерживается", "Operation not supported"),
    (-2011, Some(M3), "Статус PaRes неизвестен", "Decline. PaRes status unknown"),
    (-2010, Some(M2), "Несовпадение XID", "XID mismatch"),
    (-2007, Some(M6), "Истекло время оплаты", "Decline. Payment time limit"),
    (-2006, Some(M4), "Отказ 3DS", "Decline. 3DSec decline"),
    (-2005, Some(M3), "Ошибка подписи 3DS", "Decline. 3DSec sign error"),
    (-2003, Some(M2), "Блокировка по порту", "Blocked by port"),
    (-2002, Some(M2), "Превышен лимит", "Decline. Payment over limit"),
    (-2001, Some(M2), "IP-адрес в чёрном списке", "Decline. IP blacklisted"),
    (-2000, Some(M2), "Карта в чёрном списке", "Decline. PAN blacklisted"),
    (-999, Some(M2), "Платёж СБОЛ отклонён", "Declined by SBOL"),
    (-100, None, "", ""),
    (-1, Some(M7), "Процессинг недоступен", "Processing unavailable"),
    (0, Some(M0), "", ""),
    (1, Some(M3), "Требуется удостоверение личности", "Decline. Honor with id"),
    (5, Some(M3), "Отказ сети", "Decline. Unable to process"),
    (15, Some(M8), "Эмитент не найден", "Decline. No such issuer"),
    (53, Some(M2), "Карта не найдена", "Card not found"),
    (81, Some(M3), "Неверный CVC", "Decline. Wrong CVC"),
    (82, Some(M1), "Неверный CVC", "Decline. Wrong CVC"),
    (100, Some(M3), "Ограничение по карте", "Decline. Card declined"),
    (101, Some(M1), "Истёк срок действия карты", "Decline. Expired card"),
    (103, Some(M3), "Свяжитесь с эмитентом", "Decline. Call issuer"),
    (104, Some(M3), "Ограничения по счёту", "Decline. Card declined"),
    (106, Some(M2), "Превышено число попыток PIN", "Decline. PIN tries exceeded"),
    (107, Some(M3), "Обратитесь к эмитенту", "Decline. Call issuer"),
    (109, Some(M2), "Неверный терминал", "Decline. Invalid merchant"),
    (110, Some(M2), "Неверная сумма", "Decline. Invalid amount"),
    (111, Some(M3), "Неверный номер карты", "Decline. Wrong PAN"),
    (116, Some(M1), "Недостаточно средств", "Decline. Not enough money"),
    (118, Some(M3), "Сервис не разрешён", "Decline. Service not allowed"),
    (119, Some(M3), "Транзакция незаконна", "Decline. Illegal transaction"),
    (120, Some(M3), "Не разрешено эмитентом", "Decline. Not allowed"),
    (121, Some(M3), "Превышен дневной лимит", "Decline. Exceeds withdrawal limit"),
    (123, Some(M3), "Превышен лимит числа операций", "Decline. Exceeds withdrawal frequency"),
    (125, Some(M1), "Неверный номер карты", "Decline. Card invalid"),
    (208, Some(M2), "Карта утеряна", "Decline. Card is lost"),
    (209, Some(M2), "Превышены ограничения по карте", "Decline. Card limitations exceeded"),
    (400, None, "Отмена обработана", "Reversal processed"),
    (433, Some(M8), "Ошибка обработки", "Processing error"),
    (434, Some(M8), "Ошибка обработки", "Processing error"),
    (435, Some(M8), "Ошибка обработки", "Processing error"),
    (902, Some(M3), "Недопустимая операция", "Decline. Invalid transaction"),
    (903, Some(M3), "Превышен лимит", "Decline. Re-enter transaction"),
    (904, Some(M3), "Ошибка формата", "Decline. Format error"),
    (907, Some(M5), "Нет связи с эмитентом", "Decline. Issuer not available"),
    (909, Some(M3), "Системный сбой", "Decline. System malfunction"),
    (910, Some(M5), "Эмитент недоступен", "Decline. Issuer unavailable"),
    (913, Some(M3), "Ошибка формата", "Decline. Format error"),
    (914, Some(M2), "Исходная операция не найдена", "Decline. Original not found"),
    (999, Some(M2), "Подозрение на мошенничество", "Declined by fraud"),
    (1001, Some(M7), "Пусто", "Decline. Data input timeout"),
    (2001, Some(M2), "Отклонено антифродом", "Decline. Fraud"),
    (2002, Some(M2), "Неверная операция", "Decline. Invalid operation"),
    (2003, Some(M2), "SSL запрещён", "Decline. SSL restricted"),
    (2004, Some(M2), "SSL без CVC запрещён", "SSL without CVC forbidden"),
    (2005, Some(M2), "Правило 3DS", "3DS rule failed"),
    (2006, Some(M2), "Одностадийные платежи запрещены", "One-phase payments forbidden"),
    (2008, Some(M2), "Транзакция не завершена", "Transaction is not completed"),
    (2009, Some(M2), "Возврат больше оплаты", "Refund exceeds payment"),
    (2014, Some(M2), "Ошибка правила 3DS", "3DS rule error"),
    (2015, Some(M2), "Ошибка выбора терминала", "Terminal rule error"),
    (2016, Some(M2), "Нет права на 3DS", "Merchant lacks 3DS permission"),
    (2022, Some(M2), "Заказ отклонён", "Order declined"),
    (2023, Some(M8), "Очередь переполнена", "Queue overflow"),
    (4005, Some(M2), "Отклонено продавцом", "Declined by merchant"),
    (8204, Some(M2), "Такой заказ уже был", "Duplicate order"),
    (9001, Some(M2), "Внутренний код отказа РБС", "RBS internal error"),
    (71_015, Some(M1), "Введены неправильные параметры карты", "Decline. Input error"),
    (151_017, Some(M4), "Ошибка связи 3DS", "3DSec comm error"),
    (151_018, Some(M7), "Таймаут в процессинге", "Decline. Processing timeout"),
    (151_019, Some(M7), "Таймаут в процессинге", "Decline. Processing timeout"),
    (341_014, Some(M2), "Код отказа РБС", "Decline. General error"),
    (341_041, Some(M2), "Возврат не выполнен", "Refund failed"),
];

/// How many codes have texts.
#[cfg(test)]
pub(in crate::rbs) const fn rows() -> usize {
    TABLE.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_reason_has_a_row() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        for reason in DeclineReason::ALL {
            assert!(row(of_reason(*reason)).is_some(), "{reason:?}");
        }
        assert_eq!((description(116, Language::RU), buyer_text(116)), ("Недостаточно средств", Some(M1)));
        assert_eq!((description(123_456, Language::RU), buyer_text(123_456)), ("", Some(M8)));
        assert_eq!((description(NO_ATTEMPT, Language::EN), buyer_text(NO_ATTEMPT)), ("", None));
        assert_eq!(M0.info(Language::RU), "Ваш платёж обработан, происходит переадресация...");
    }
}
