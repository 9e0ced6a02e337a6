//! The verbs: which go to the writer, which are read on the spot, and which are scans.

use super::{SqliteStore, bank, bindings, calls, keys, lists, mandates, notifications, payments, projects};
use crate::records::{
    Backlog, BankCard, BankEntry, Binding, BindingChange, BindingsOf, Call, CallBy, Claim, Commit, Committed, Delivery,
    GatewayKey, Learned, Mandate, MandateChange, NewBinding, NewGatewayKey, NewProject, Notification,
    NotificationFilter, OrderSeen, Page, PageFilter, PaymentFile, PaymentFilter, Project, Refused, SealedSecret,
    StoredPayment, Unheard,
};
use crate::{Store, StoreError};
use async_trait::async_trait;
use payglot_core::{BindingId, NotificationId, OperationId, PaymentId, ProjectId, UnixMillis};
use rusqlite::Connection;

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.writer.write(move |db| payments::commit(db, &commit)).await
    }

    async fn commit_among(&self, commit: Commit, seen: OrderSeen) -> Result<Committed, StoreError> {
        let work = move |db: &Connection| {
            lists::check_order(db, &seen)?;
            payments::commit(db, &commit)
        };
        self.writer.write(work).await
    }

    async fn payment(&self, id: PaymentId) -> Result<Option<StoredPayment>, StoreError> {
        self.readers.point(|db| Ok(payments::by_id(db, id)?.map(|(_, stored)| stored)))
    }

    async fn payment_by_order(&self, project: ProjectId, order: &str) -> Result<Option<StoredPayment>, StoreError> {
        self.readers.point(|db| payments::by_order(db, project, order))
    }

    async fn payments_of_order(&self, project: ProjectId, number: &str) -> Result<Vec<StoredPayment>, StoreError> {
        self.readers.point(|db| lists::of_order(db, project, number))
    }

    async fn payments(&self, filter: &PaymentFilter) -> Result<Vec<StoredPayment>, StoreError> {
        let filter = filter.clone();
        self.readers.scan(move |db| lists::payments(db, &filter)).await
    }

    async fn page(&self, filter: &PageFilter) -> Result<Page, StoreError> {
        let filter = filter.clone();
        self.readers.scan(move |db| lists::page(db, &filter)).await
    }

    async fn replace_details(&self, id: PaymentId, version: u32, details: &str) -> Result<(), StoreError> {
        let details = details.to_owned();
        self.writer.write(move |db| payments::replace_details(db, id, version, &details)).await
    }

    async fn file(&self, id: PaymentId) -> Result<Option<PaymentFile>, StoreError> {
        self.readers.scan(move |db| lists::file(db, id)).await
    }

    async fn files(&self, after: Option<PaymentId>, limit: u32) -> Result<Vec<PaymentFile>, StoreError> {
        self.readers.scan(move |db| lists::files(db, after, limit)).await
    }

    async fn refuse(&self, refused: Refused) -> Result<Vec<Notification>, StoreError> {
        self.writer.write(move |db| calls::refuse(db, &refused)).await
    }

    async fn call(&self, project: ProjectId, by: &CallBy) -> Result<Option<Call>, StoreError> {
        self.readers.one(|db| calls::find(db, project, by))
    }

    async fn expired(&self, now: UnixMillis, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        self.readers.scan(move |db| lists::expired(db, now, limit)).await
    }

    async fn unanswered(
        &self,
        asked_before: UnixMillis,
        limit: u32,
    ) -> Result<Vec<(PaymentId, OperationId)>, StoreError> {
        self.readers.scan(move |db| lists::unanswered(db, asked_before, limit)).await
    }

    async fn unheard(
        &self,
        after: (UnixMillis, OperationId),
        until: UnixMillis,
        limit: u32,
    ) -> Result<Vec<Unheard>, StoreError> {
        self.readers.scan(move |db| lists::unheard(db, after, until, limit)).await
    }

    async fn learn(&self, learned: Learned) -> Result<Vec<Notification>, StoreError> {
        self.writer.write(move |db| payments::learn(db, &learned)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Notification>, StoreError> {
        let candidates = self.readers.scan(move |db| notifications::candidates(db, &claim)).await?;
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        self.writer.write(move |db| notifications::take(db, &candidates, &claim)).await
    }

    async fn record_delivery(
        &self,
        delivery: Delivery,
        next_lease_until: UnixMillis,
    ) -> Result<Option<Notification>, StoreError> {
        self.writer.write(move |db| notifications::record(db, &delivery, next_lease_until)).await
    }

    async fn is_scheduled(&self, id: NotificationId) -> Result<bool, StoreError> {
        self.readers.one(|db| notifications::is_scheduled(db, id))
    }

    async fn notifications(&self, filter: &NotificationFilter) -> Result<Vec<Notification>, StoreError> {
        let filter = filter.clone();
        self.readers.scan(move |db| lists::notifications(db, &filter)).await
    }

    async fn lone_notifications(
        &self,
        after: Option<NotificationId>,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        self.readers.scan(move |db| lists::lone_notifications(db, after, limit)).await
    }

    async fn deliveries(&self, id: NotificationId) -> Result<Vec<Delivery>, StoreError> {
        self.readers.scan(move |db| notifications::deliveries(db, id)).await
    }

    async fn awaits_first_attempt(&self, payment: PaymentId, now: UnixMillis) -> Result<bool, StoreError> {
        self.readers.one(|db| notifications::awaits_first_attempt(db, payment, now))
    }

    async fn resend(&self, id: NotificationId, now: UnixMillis) -> Result<(), StoreError> {
        self.writer.write(move |db| notifications::resend(db, id, now)).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.readers.scan(lists::backlog).await
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.readers.point(|db| projects::by_id(db, id))
    }

    async fn project_version(&self, id: ProjectId) -> Result<Option<i64>, StoreError> {
        self.readers.one(|db| projects::version(db, id))
    }

    async fn project_version_by_login(
        &self,
        protocol: &str,
        login: &str,
    ) -> Result<Option<(ProjectId, i64)>, StoreError> {
        self.readers.one(|db| projects::version_by_login(db, protocol, login))
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.readers.scan(projects::all).await
    }

    async fn create_project(&self, project: NewProject) -> Result<Project, StoreError> {
        self.writer.write(move |db| projects::create(db, &project)).await
    }

    async fn update_project(
        &self,
        id: ProjectId,
        version: i64,
        settings: &str,
        enabled: bool,
    ) -> Result<Project, StoreError> {
        let settings = settings.to_owned();
        self.writer.write(move |db| projects::update(db, id, version, &settings, enabled)).await
    }

    async fn add_secret(
        &self,
        id: ProjectId,
        secret: SealedSecret,
        old_valid_until: UnixMillis,
    ) -> Result<Project, StoreError> {
        self.writer.write(move |db| projects::add_secret(db, id, &secret, old_valid_until)).await
    }

    async fn binding(&self, id: BindingId) -> Result<Option<Binding>, StoreError> {
        self.readers.one(|db| bindings::by_id(db, id))
    }

    async fn bindings(&self, project: ProjectId, of: &BindingsOf) -> Result<Vec<Binding>, StoreError> {
        self.readers.one(|db| bindings::active(db, project, of))
    }

    async fn create_binding(&self, new: NewBinding) -> Result<Vec<Notification>, StoreError> {
        self.writer.write(move |db| bindings::create(db, &new)).await
    }

    async fn change_binding(&self, change: BindingChange) -> Result<Vec<Notification>, StoreError> {
        self.writer.write(move |db| bindings::change(db, &change)).await
    }

    async fn mandate(&self, project: ProjectId, number: u32) -> Result<Option<Mandate>, StoreError> {
        self.readers.one(|db| mandates::by_number(db, project, number))
    }

    async fn change_mandate(&self, change: MandateChange) -> Result<Vec<Notification>, StoreError> {
        self.writer.write(move |db| mandates::change(db, change)).await
    }

    async fn due_mandates(&self, now: UnixMillis, limit: u32) -> Result<Vec<Mandate>, StoreError> {
        self.readers.scan(move |db| mandates::due(db, now, limit)).await
    }

    async fn bank_keep_card(&self, card: BankCard) -> Result<String, StoreError> {
        self.writer.write(move |db| bindings::keep(db, &card)).await
    }

    async fn bank_card(&self, token: &str) -> Result<Option<BankCard>, StoreError> {
        self.readers.one(|db| bindings::kept(db, token))
    }

    async fn bank_card_of(&self, fingerprint: &[u8; 32]) -> Result<Option<BankCard>, StoreError> {
        self.readers.one(|db| bindings::kept_by_fingerprint(db, fingerprint))
    }

    async fn keys(&self, purpose: &str) -> Result<Vec<GatewayKey>, StoreError> {
        self.readers.point(|db| keys::of_purpose(db, purpose))
    }

    async fn add_key(&self, key: NewGatewayKey) -> Result<(), StoreError> {
        self.writer.write(move |db| keys::add(db, &key)).await
    }

    async fn put_key_into_use(&self, n: i64, at: UnixMillis) -> Result<(), StoreError> {
        self.writer.write(move |db| keys::put_into_use(db, n, at)).await
    }

    async fn reserve_numbers(&self, counter: &str, count: u32) -> Result<i64, StoreError> {
        let counter = counter.to_owned();
        self.writer.write(move |db| keys::reserve(db, &counter, count)).await
    }

    async fn replace_call(&self, id: NotificationId, url: &str, body: &str) -> Result<bool, StoreError> {
        let (url, body) = (url.to_owned(), body.to_owned());
        self.writer.write(move |db| notifications::replace_call(db, id, &url, &body)).await
    }

    async fn bank_record(&self, entry: BankEntry) -> Result<(), StoreError> {
        self.writer.write(move |db| bank::record(db, &entry)).await
    }

    async fn bank_entry(&self, operation: OperationId) -> Result<Option<BankEntry>, StoreError> {
        self.readers.point(|db| bank::entry(db, operation))
    }

    async fn bank_invoices(&self, purse: &str, limit: u32) -> Result<Vec<BankEntry>, StoreError> {
        let purse = purse.to_owned();
        self.readers.scan(move |db| bank::of_purse(db, &purse, limit)).await
    }

    async fn bank_news(&self, now: UnixMillis, limit: u32) -> Result<Vec<BankEntry>, StoreError> {
        self.readers.scan(move |db| bank::due(db, now, limit)).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        let sql = "UPDATE heartbeat SET beats = beats + 1 WHERE n = 1 RETURNING beats";
        let beat: i64 =
            self.writer.write(move |db| Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)).await?;
        let sql = "SELECT beats FROM heartbeat WHERE n = 1";
        let seen: i64 = self.readers.point(|db| Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?))?;
        // Another check may have come between.
        if seen >= beat { Ok(()) } else { Err(StoreError::Damaged("a write cannot be read back".to_owned())) }
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close();
    }
}
