//! Words as small numbers. A word's number is its place in the core's own list (`ALL`), to which new words are only ever appended; a test
//! compares those lists with the table `word`, which the migrations fill.

use crate::records::{BindingCategory, CallMethod};
use payglot_core::ledger::Account;
use payglot_core::{
    Captures, CardBrand, DeclineReason, Ending, Event, Funds, Intent, Method, OperationKind, OperationStatus, State,
    ThreeDs,
};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// A closed list of words that is stored as numbers.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// The list, in the order of the stored numbers.
    const LIST: &'static [Self];
}

macro_rules! words_of_the_core {
    ($($name:ty),*) => { $(impl Word for $name { const LIST: &'static [Self] = Self::ALL; })* };
}

words_of_the_core!(
    State,
    Intent,
    OperationKind,
    OperationStatus,
    Method,
    CardBrand,
    ThreeDs,
    DeclineReason,
    Event,
    Account,
    Ending
);

impl Word for Captures {
    const LIST: &'static [Self] = &[Self::One, Self::Several];
}

impl Word for Funds {
    const LIST: &'static [Self] = &[Self::Accept, Self::Return];
}

impl Word for CallMethod {
    const LIST: &'static [Self] = &[Self::Get, Self::Post];
}

impl Word for BindingCategory {
    const LIST: &'static [Self] = Self::ALL;
}

/// Carries a word into and out of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coded<W>(pub(super) W);

impl<W: Word> ToSql for Coded<W> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        // Every variant is in its list (tests of the core), so the fallback is refused by a CHECK and never read.
        let place = W::LIST.iter().position(|word| *word == self.0).and_then(|place| i64::try_from(place).ok());
        Ok(ToSqlOutput::from(place.unwrap_or(-1)))
    }
}

impl<W: Word> FromSql for Coded<W> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let code = value.as_i64()?;
        let word = usize::try_from(code).ok().and_then(|place| W::LIST.get(place));
        word.copied().map(Self).ok_or(FromSqlError::OutOfRange(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;
    use rusqlite::Connection;

    fn words(db: &Connection, kind: &str) -> Vec<String> {
        let mut query = db.prepare("SELECT word FROM word WHERE kind = ? ORDER BY code").expect("prepared");
        let rows = query.query_map([kind], |row| row.get(0)).expect("queried");
        rows.collect::<Result<_, _>>().expect("read")
    }

    #[test]
    fn the_database_and_the_core_use_the_same_words_in_the_same_order() {
        let mut db = Connection::open_in_memory().expect("memory");
        schema::apply(&mut db).expect("migrated");
        let names = |list: &[&'static str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        macro_rules! same {
            ($kind:literal, $name:ty) => {
                let core: Vec<&'static str> = <$name>::LIST.iter().map(|word| word.name()).collect();
                assert_eq!(words(&db, $kind), names(&core), $kind);
            };
        }
        same!("state", State);
        same!("intent", Intent);
        same!("kind", OperationKind);
        same!("status", OperationStatus);
        same!("method", Method);
        same!("brand", CardBrand);
        same!("three_ds", ThreeDs);
        same!("reason", DeclineReason);
        same!("event", Event);
        same!("account", Account);
        same!("ending", Ending);
        same!("category", BindingCategory);
        // What the index of unheard attempts says in numbers.
        let place = |method: &Method| <Method as Word>::LIST.iter().position(|known| known == method).expect("listed");
        assert!(Method::ALL.iter().all(|method| method.is_elsewhere() == (place(method) >= 3)));
        let ours = [14, 18, 19, 20].map(|code| DeclineReason::ALL[code].name());
        assert_eq!(ours, ["authentication_abandoned", "cancelled_by_payer", "cancelled_by_merchant", "time_ran_out"]);
        assert_eq!(words(&db, "captures").len(), Captures::LIST.len());
        assert_eq!(words(&db, "funds").len(), Funds::LIST.len());
        assert_eq!(words(&db, "call").len(), CallMethod::LIST.len());
    }
}
