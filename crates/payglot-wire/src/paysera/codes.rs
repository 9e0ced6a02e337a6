//! Error codes of the request. A machine never reads them: the payer gets a page, and the shop's developer looks the code up.

use super::language::Language;
use std::fmt;

/// The number on the error page. The list of the vendor is longer than what was ever published, so it may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// `0x1`: less than the method takes.
    AmountTooSmall,
    /// `0x2`: more than the method takes.
    AmountTooLarge,
    /// `0x3`: the currency is not served, or not by this method.
    CurrencyNotServed,
    /// `0x4`: no amount, or no currency where the project has no default.
    AmountMissing,
    /// `0x6`: no project number, or of no project.
    ProjectUnknown,
    /// `0x7`: a test payment where the project allows none.
    TestForbidden,
    /// `0x8`: the method is unknown, switched off or excluded.
    MethodForbidden,
    /// `0x9`: a text is not UTF-8.
    TextNotUtf8,
    /// `0x10`: the order number is missing, too long, or names no earlier order to repeat.
    OrderIdWrong,
    /// `0x11x0`: the operator has not checked the project yet.
    ProjectUnchecked,
    /// `0x11x2`: its owner suspended it.
    ProjectSuspended,
    /// `0x11x4`: the operator blocked it.
    ProjectBlocked,
    /// `0x11x5`: it was deleted.
    ProjectDeleted,
    /// `0x12`: nothing was sent at all.
    NothingReceived,
    /// `0x13`: an address outside the confirmed base addresses.
    AddressUnconfirmed,
    /// `0x14`: the signature is wrong or missing, or `data` cannot be read.
    SignWrong,
    /// `0x15`: some other parameter is wrong.
    ParameterWrong,
    /// `0x15x0`: `accepturl`, `cancelurl` or `callbackurl` is missing or no web address.
    AddressWrong,
    /// `0x15x1`: `time_limit` has the wrong shape or is too near or too far.
    TimeLimitWrong,
}

impl Code {
    /// Every code.
    pub const ALL: &[Self] = &[
        Self::AmountTooSmall,
        Self::AmountTooLarge,
        Self::CurrencyNotServed,
        Self::AmountMissing,
        Self::ProjectUnknown,
        Self::TestForbidden,
        Self::MethodForbidden,
        Self::TextNotUtf8,
        Self::OrderIdWrong,
        Self::ProjectUnchecked,
        Self::ProjectSuspended,
        Self::ProjectBlocked,
        Self::ProjectDeleted,
        Self::NothingReceived,
        Self::AddressUnconfirmed,
        Self::SignWrong,
        Self::ParameterWrong,
        Self::AddressWrong,
        Self::TimeLimitWrong,
    ];

    /// As the page shows it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::AmountTooSmall => "0x1",
            Self::AmountTooLarge => "0x2",
            Self::CurrencyNotServed => "0x3",
            Self::AmountMissing => "0x4",
            Self::ProjectUnknown => "0x6",
            Self::TestForbidden => "0x7",
            Self::MethodForbidden => "0x8",
            Self::TextNotUtf8 => "0x9",
            Self::OrderIdWrong => "0x10",
            Self::ProjectUnchecked => "0x11x0",
            Self::ProjectSuspended => "0x11x2",
            Self::ProjectBlocked => "0x11x4",
            Self::ProjectDeleted => "0x11x5",
            Self::NothingReceived => "0x12",
            Self::AddressUnconfirmed => "0x13",
            Self::SignWrong => "0x14",
            Self::ParameterWrong => "0x15",
            Self::AddressWrong => "0x15x0",
            Self::TimeLimitWrong => "0x15x1",
        }
    }

    /// By its text.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.text() == text)
    }

    /// Was the request read and its sender proven? Before that a page shows nothing of the order and links to no address in it.
    pub const fn is_proven(self) -> bool {
        !matches!(self, Self::ProjectUnknown | Self::NothingReceived | Self::SignWrong)
    }

    /// Were the shop's addresses found good before this was noticed? Only then may a page link to `cancelurl`.
    pub const fn may_link_back(self) -> bool {
        match self {
            Self::TestForbidden
            | Self::AmountMissing
            | Self::CurrencyNotServed
            | Self::MethodForbidden
            | Self::AmountTooSmall
            | Self::AmountTooLarge
            | Self::TextNotUtf8
            | Self::TimeLimitWrong
            | Self::ParameterWrong => true,
            Self::NothingReceived
            | Self::SignWrong
            | Self::ProjectUnknown
            | Self::ProjectUnchecked
            | Self::ProjectSuspended
            | Self::ProjectBlocked
            | Self::ProjectDeleted
            | Self::OrderIdWrong
            | Self::AddressWrong
            | Self::AddressUnconfirmed => false,
        }
    }

    /// What it means, in one line. There are texts in English, Lithuanian and Russian; other languages get the English one.
    pub fn meaning(self, language: Language) -> &'static str {
        let (en, lt, ru) = self.meanings();
        match language.two() {
            "lt" => lt,
            "ru" => ru,
            _ => en,
        }
    }

    const fn meanings(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::AmountTooSmall
            | Self::AmountTooLarge
            | Self::CurrencyNotServed
            | Self::AmountMissing
            | Self::MethodForbidden => self.about_money(),
            Self::ProjectUnknown
            | Self::TestForbidden
            | Self::ProjectUnchecked
            | Self::ProjectSuspended
            | Self::ProjectBlocked
            | Self::ProjectDeleted
            | Self::AddressUnconfirmed => self.about_project(),
            Self::TextNotUtf8
            | Self::OrderIdWrong
            | Self::NothingReceived
            | Self::SignWrong
            | Self::ParameterWrong
            | Self::AddressWrong
            | Self::TimeLimitWrong => self.about_request(),
        }
    }

    const fn about_money(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::AmountTooSmall => (
                "The amount is too small for this payment method",
                "Mokėjimo suma per maža šiam mokėjimo būdui",
                "Сумма слишком мала для этого способа оплаты",
            ),
            Self::AmountTooLarge => (
                "The amount is too large for this payment method",
                "Mokėjimo suma per didelė šiam mokėjimo būdui",
                "Сумма слишком велика для этого способа оплаты",
            ),
            Self::CurrencyNotServed => {
                ("This currency is not available", "Nurodyta valiuta neaptarnaujama", "Эта валюта не обслуживается")
            }
            Self::AmountMissing => {
                ("The amount or the currency is missing", "Nenurodyta suma arba valiuta", "Не указана сумма или валюта")
            }
            _ => (
                "This payment method cannot be used for this order",
                "Šis mokėjimo būdas šiam užsakymui negalimas",
                "Этот способ оплаты для заказа недоступен",
            ),
        }
    }

    const fn about_project(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ProjectUnknown => (
                "The project number is missing or there is no such project",
                "Nenurodytas projekto numeris arba tokio projekto nėra",
                "Не указан номер проекта или такого проекта нет",
            ),
            Self::TestForbidden => (
                "Test payments are switched off for this project",
                "Šiam projektui testiniai mokėjimai išjungti",
                "Тестовые платежи для этого проекта отключены",
            ),
            Self::ProjectUnchecked => {
                ("The project has not been approved yet", "Projektas dar nepatvirtintas", "Проект ещё не проверен")
            }
            Self::ProjectSuspended => (
                "The project is suspended by its owner",
                "Projekto veiklą sustabdė jo savininkas",
                "Проект приостановлен владельцем",
            ),
            Self::ProjectBlocked => ("The project is blocked", "Projektas užblokuotas", "Проект заблокирован"),
            Self::ProjectDeleted => ("The project was deleted", "Projektas ištrintas", "Проект удалён"),
            _ => (
                "A return or callback address differs from the confirmed addresses of the project",
                "Grįžimo arba atsakymo adresas nesutampa su patvirtintais projekto adresais",
                "Адрес возврата или уведомления отличается от подтверждённых адресов проекта",
            ),
        }
    }

    const fn about_request(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::TextNotUtf8 => {
                ("A text is not in UTF-8", "Tekstas nėra UTF-8 koduotės", "Текст не в кодировке UTF-8")
            }
            Self::OrderIdWrong => (
                "The order number is missing, too long or unknown",
                "Užsakymo numeris nenurodytas, per ilgas arba nežinomas",
                "Номер заказа не указан, слишком длинный или неизвестен",
            ),
            Self::NothingReceived => {
                ("No payment request was received", "Mokėjimo užklausa negauta", "Запрос на оплату не получен")
            }
            Self::SignWrong => {
                ("The signature of the request is wrong", "Neteisingas užklausos parašas", "Неверная подпись запроса")
            }
            Self::AddressWrong => (
                "A return or callback address is missing or wrong",
                "Grįžimo arba atsakymo adresas nenurodytas arba neteisingas",
                "Адрес возврата или уведомления не указан или неверен",
            ),
            Self::TimeLimitWrong => (
                "The time limit is wrong: it must be 15 minutes to 3 days ahead",
                "Neteisingas apmokėjimo terminas: turi būti nuo 15 minučių iki 3 dienų į priekį",
                "Неверный срок оплаты: он должен наступать через 15 минут – 3 дня",
            ),
            _ => {
                ("A parameter of the request is wrong", "Neteisingas užklausos parametras", "Неверный параметр запроса")
            }
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text())
    }
}

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code for the page.
    pub code: Code,
    /// The parameter that is wrong, where there is one: for the developer, never for the payer.
    pub parameter: Option<&'static str>,
}

impl Refused {
    /// Because of the request as a whole.
    pub const fn because(code: Code) -> Self {
        Self { code, parameter: None }
    }

    /// Because of one parameter.
    pub const fn of(code: Code, parameter: &'static str) -> Self {
        Self { code, parameter: Some(parameter) }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.code, self.code.meaning(Language::ENG))?;
        self.parameter.map_or(Ok(()), |name| write!(out, " ({name})"))
    }
}

impl std::error::Error for Refused {}
