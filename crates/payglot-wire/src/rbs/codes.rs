//! Their words: error codes of calls here, action codes of payments in [`action`].

pub mod action;

use super::language::Language;
use std::borrow::Cow;

/// Why a call was refused. Each has the protocol's code and its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Neither `orderId` nor `orderNumber`.
    NoOrder,
    /// The number was used for an order that is no longer waiting.
    NumberProcessed,
    /// The number was used for an order that is still unpaid.
    NumberUnpaid,
    /// The number is too long or has characters that nobody can type.
    NumberInvalid,
    /// The order was declined: `getOrderStatus.do` says so here.
    OrderDeclined,
    /// The card number is none that the gateway knows.
    PanIncorrect,
    /// `clientId` is required.
    ClientIdEmpty,
    /// A saved card needs its security code.
    CodeRequired,
    /// The list that was asked for is empty.
    NothingFound,
    /// No such saved card of this merchant.
    BindingNotFound,
    /// A saved card is on already.
    BindingActive,
    /// A saved card is off already.
    BindingNotActive,
    /// No such order, in the words of a payment by saved card.
    NoOrderToPay,
    /// The currency is unknown or not enabled.
    UnknownCurrency,
    /// The number is required.
    NumberEmpty,
    /// No login and no token.
    UserNameEmpty,
    /// A login without a password.
    PasswordEmpty,
    /// No amount.
    AmountEmpty,
    /// No `returnUrl`.
    ReturnUrlEmpty,
    /// `returnUrl` or `failUrl` is not an absolute address.
    ReturnUrlInvalid,
    /// Wrong credentials, or no right to do this.
    AccessDenied,
    /// The child merchant is unknown.
    MerchantLoginInvalid,
    /// The amount is not a whole number in the limits.
    AmountInvalid,
    /// The language is unknown.
    LanguageInvalid,
    /// The API user must change its password first.
    MustChangePassword,
    /// A parameter has a value that it cannot have.
    ParameterInvalid(String),
    /// No `orderId` where only that will do.
    OrderIdEmpty,
    /// A parameter is required, named here.
    ParameterEmpty(&'static str),
    /// Less than one rouble cannot be captured.
    DepositTooSmall,
    /// No such order of this merchant.
    OrderNotFound,
    /// The same in the words of deposit, reverse and refund.
    OrderNumberUnknown,
    /// The same in the words of `getOrderStatus.do`.
    OrderUnregistered,
    /// We failed.
    System,
    /// A capture or refund does not fit the state.
    StateMustBeCorrect,
    /// A void or cancellation does not fit the state.
    StateForbids,
    /// A void of a captured payment whose sums differ.
    ReversalImpossible,
    /// More than what remains.
    RefundTooLarge,
    /// Less than one rouble cannot be refunded, where the merchant wants it so.
    RefundTooSmall,
    /// Features contradict each other or need a permission.
    FeatureForbidden,
    /// A feature's name is unknown.
    FeatureUnknown,
    /// Too many card attempts from one address.
    TooManyAttempts,
    /// The request cannot be read at all.
    Malformed,
}

impl Refused {
    /// The protocol's code, a digit or two.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoOrder
            | Self::NumberProcessed
            | Self::NumberUnpaid
            | Self::NumberInvalid
            | Self::ClientIdEmpty
            | Self::CodeRequired
            | Self::PanIncorrect => "1",
            Self::OrderDeclined
            | Self::NothingFound
            | Self::BindingNotFound
            | Self::BindingActive
            | Self::BindingNotActive
            | Self::NoOrderToPay => "2",
            Self::UnknownCurrency => "3",
            Self::NumberEmpty
            | Self::UserNameEmpty
            | Self::PasswordEmpty
            | Self::AmountEmpty
            | Self::ReturnUrlEmpty
            | Self::ReturnUrlInvalid => "4",
            Self::AccessDenied
            | Self::MerchantLoginInvalid
            | Self::AmountInvalid
            | Self::LanguageInvalid
            | Self::MustChangePassword
            | Self::ParameterInvalid(_)
            | Self::OrderIdEmpty
            | Self::ParameterEmpty(_)
            | Self::DepositTooSmall
            | Self::Malformed => "5",
            Self::OrderNotFound | Self::OrderNumberUnknown | Self::OrderUnregistered => "6",
            Self::System
            | Self::StateMustBeCorrect
            | Self::StateForbids
            | Self::ReversalImpossible
            | Self::RefundTooLarge
            | Self::RefundTooSmall
            | Self::TooManyAttempts => "7",
            Self::FeatureForbidden => "13",
            Self::FeatureUnknown => "14",
        }
    }

    /// The same where an answer has an object `error`: a wrong parameter is 10 there, whatever is wrong with it.
    pub const fn wallet_code(&self) -> &'static str {
        match self {
            Self::NumberInvalid
            | Self::ClientIdEmpty
            | Self::CodeRequired
            | Self::PanIncorrect
            | Self::UnknownCurrency
            | Self::NumberEmpty
            | Self::AmountEmpty
            | Self::ReturnUrlEmpty
            | Self::ReturnUrlInvalid
            | Self::AmountInvalid
            | Self::LanguageInvalid
            | Self::ParameterInvalid(_)
            | Self::OrderIdEmpty
            | Self::ParameterEmpty(_)
            | Self::Malformed => "10",
            Self::NoOrder
            | Self::NumberProcessed
            | Self::NumberUnpaid
            | Self::OrderDeclined
            | Self::NothingFound
            | Self::BindingNotFound
            | Self::BindingActive
            | Self::BindingNotActive
            | Self::NoOrderToPay
            | Self::UserNameEmpty
            | Self::PasswordEmpty
            | Self::AccessDenied
            | Self::MerchantLoginInvalid
            | Self::MustChangePassword
            | Self::DepositTooSmall
            | Self::OrderNotFound
            | Self::OrderNumberUnknown
            | Self::OrderUnregistered
            | Self::System
            | Self::StateMustBeCorrect
            | Self::StateForbids
            | Self::ReversalImpossible
            | Self::RefundTooLarge
            | Self::RefundTooSmall
            | Self::FeatureForbidden
            | Self::FeatureUnknown
            | Self::TooManyAttempts => self.code(),
        }
    }

    /// The text in a language.
    pub fn text(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::ParameterInvalid(name) => format!("[{name}] {}", language.pick("неверен", "is invalid")).into(),
            Self::ParameterEmpty(name) => format!("[{name}] {}", language.pick("не задан", "is empty")).into(),
            Self::ClientIdEmpty => Self::ParameterEmpty("clientId").text(language),
            other => {
                let (ru, en) = other.texts();
                language.pick(ru, en).into()
            }
        }
    }

    /// The fixed texts of calls about saved cards.
    const fn texts_of_bindings(&self) -> (&'static str, &'static str) {
        match self {
            Self::CodeRequired => ("Необходимо указать CVC2/CVV2", "CVC2/CVV2 is required"),
            Self::BindingActive => ("Связка активна", "Binding is active"),
            // The vendor's own spelling, which clients may compare with.
            Self::BindingNotActive => ("Связка не активна", "Binging isn't active"),
            _ => ("Связка не найдена", "Binding not found"),
        }
    }

    /// The fixed texts, Russian and English.
    const fn texts(&self) -> (&'static str, &'static str) {
        match self {
            Self::CodeRequired | Self::BindingNotFound | Self::BindingActive | Self::BindingNotActive => {
                self.texts_of_bindings()
            }
            Self::NothingFound => ("Информация не найдена", "Information not found"),
            Self::NoOrder => ("Ожидается [orderId] или [orderNumber]", "Expected [orderId] or [orderNumber]"),
            Self::NumberProcessed => (
                "Заказ с таким номером уже обработан",
                "Order number is duplicated, order with given order number is processed already",
            ),
            Self::NumberUnpaid => (
                "Заказ с таким номером был зарегистрирован, но не был оплачен",
                "Order with this number was registered, but was not paid off",
            ),
            Self::NumberInvalid | Self::OrderNumberUnknown => ("Неверный номер заказа", "Wrong order number"),
            Self::OrderDeclined => (
                "Заказ отклонен по причине ошибки в реквизитах платежа",
                "The order is declined because of an error in the payment credentials",
            ),
            Self::UnknownCurrency => ("Неизвестная валюта", "Unknown currency"),
            Self::PanIncorrect => ("Неверный номер карты", "Incorrect PAN"),
            Self::NumberEmpty => ("Номер заказа не может быть пуст", "Order number is empty"),
            Self::UserNameEmpty => ("Имя мерчанта не может быть пустым", "Empty merchant user name"),
            Self::PasswordEmpty => ("Пароль не может быть пуст", "Password cannot be empty"),
            Self::AmountEmpty => ("Отсутствует сумма", "Empty amount"),
            Self::ReturnUrlEmpty => ("URL возврата не может быть пуст", "Return URL cannot be empty"),
            Self::ReturnUrlInvalid => ("URL возврата неверен", "The return URL is invalid"),
            Self::AccessDenied => ("Доступ запрещён", "Access denied"),
            Self::MerchantLoginInvalid => ("Логин продавца неверен", "Merchant login is invalid"),
            Self::AmountInvalid => ("Неверная сумма", "Amount is invalid"),
            Self::LanguageInvalid => ("Неправильный параметр 'Язык'", "Invalid merchant language"),
            Self::MustChangePassword => {
                ("Пользователь должен сменить свой пароль", "The user must change the password")
            }
            Self::OrderIdEmpty => ("[orderId] не задан", "[orderId] is empty"),
            Self::DepositTooSmall => (
                "Неверная сумма депозита (менее одного рубля)",
                "Deposit amount must be zero, or not less than one ruble",
            ),
            Self::OrderNotFound | Self::NoOrderToPay => ("Заказ не найден", "Order not found"),
            Self::OrderUnregistered => ("Незарегистрированный OrderId", "Unregistered OrderId"),
            Self::System => ("Системная ошибка", "System error"),
            Self::StateMustBeCorrect => {
                ("Платёж должен быть в корректном состоянии", "Payment must be in the correct state")
            }
            Self::StateForbids => {
                ("Операция невозможна для текущего состояния платежа", "Invalid operation for the current order status")
            }
            Self::ReversalImpossible => (
                "Отмена невозможна: некорректные внутренние параметры",
                "Reversal is impossible because of incorrect internal parameter values",
            ),
            Self::RefundTooLarge => {
                ("Сумма возврата превышает сумму списания", "The refund amount exceeds the debited amount")
            }
            Self::RefundTooSmall => {
                ("Неверная сумма возврата (менее одного рубля)", "Refund amount must not be less than one ruble")
            }
            Self::FeatureForbidden => (
                "Использование FORCE_TDS/FORCE_SSL с AUTO_PAYMENT не разрешено",
                "Merchant doesn't have permission for this combination",
            ),
            Self::TooManyAttempts => ("Слишком много попыток. Повторите позже", "Too many attempts. Try again later"),
            Self::FeatureUnknown => ("Features указаны некорректно", "Features are specified incorrectly"),
            Self::ParameterInvalid(_) | Self::ParameterEmpty(_) | Self::ClientIdEmpty | Self::Malformed => {
                ("Запрос не может быть прочитан", "The request cannot be read")
            }
        }
    }
}
