//! Abonnements: which account is tied to which family, since when and how.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO subscription (id, account_id, family_id, guardian_id, how, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    GET = "SELECT id, account_id, family_id, guardian_id, how, since, ended_at, ended_by FROM subscription WHERE id = ?1";
    ACTIVE = "SELECT id, account_id, family_id, guardian_id, how, since, ended_at, ended_by FROM subscription WHERE account_id = ?1 AND family_id = ?2 AND ended_at IS NULL";
    OF_ACCOUNT = "SELECT subscription.id, subscription.family_id, family.name, family.reference, subscription.how, subscription.since FROM subscription JOIN family ON family.id = subscription.family_id WHERE subscription.account_id = ?1 AND subscription.ended_at IS NULL ORDER BY subscription.since, subscription.id";
    OF_FAMILY = "SELECT subscription.id, subscription.account_id, account.civility, account.first_name, account.last_name, account.email, account.blocked_at IS NOT NULL, subscription.guardian_id, subscription.how, subscription.since, subscription.ended_at, subscription.ended_by FROM subscription JOIN account ON account.id = subscription.account_id WHERE subscription.family_id = ?1 ORDER BY subscription.since, subscription.id";
    HISTORY = "SELECT subscription.id, subscription.family_id, family.name, family.reference, subscription.guardian_id, subscription.how, subscription.since, subscription.ended_at, subscription.ended_by FROM subscription JOIN family ON family.id = subscription.family_id WHERE subscription.account_id = ?1 ORDER BY subscription.since, subscription.id";
    END = "UPDATE subscription SET ended_at = ?2, ended_by = ?3 WHERE id = ?1 AND ended_at IS NULL";
    END_OF_FAMILY = "UPDATE subscription SET ended_at = ?2, ended_by = ?3 WHERE family_id = ?1 AND ended_at IS NULL";
    END_ALL = "UPDATE subscription SET ended_at = ?2, ended_by = ?3 WHERE account_id = ?1 AND ended_at IS NULL";
    CONTEST = "INSERT INTO subscription_contest (id, subscription_id, request_id, at) VALUES (?1, ?2, ?3, ?4)";
    CONTESTED = "SELECT subscription_contest.subscription_id, subscription_contest.request_id, request.number FROM subscription_contest JOIN request ON request.id = subscription_contest.request_id JOIN subscription ON subscription.id = subscription_contest.subscription_id WHERE subscription.family_id = ?1";
}

row! {
    /// An account tied to a family.
    pub struct Subscription {
        /// Which.
        pub id: Uuid,
        /// Which account.
        pub account_id: Uuid,
        /// Which family.
        pub family_id: Uuid,
        /// Which responsable of it the account is, when that is known.
        pub guardian_id: Option<Uuid>,
        /// `code`, `invoice` or `agent`.
        pub how: String,
        /// Since when.
        pub since: Timestamp,
        /// Until when, when it is over.
        pub ended_at: Option<Timestamp>,
        /// Name of who ended it.
        pub ended_by: Option<String>,
    }
}

row! {
    /// An account tied to a family, as its page shows it.
    pub struct Tie {
        /// The subscription.
        pub id: Uuid,
        /// Which account.
        pub account_id: Uuid,
        /// `M` or `MME`.
        pub civility: String,
        /// First name; empty when the account was erased.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Address.
        pub email: String,
        /// An agent has blocked the account.
        pub blocked: bool,
        /// Which responsable of the family the account is, when that is known.
        pub guardian_id: Option<Uuid>,
        /// `code`, `invoice` or `agent`.
        pub how: String,
        /// Since when.
        pub since: Timestamp,
        /// Until when, when it is over.
        pub ended_at: Option<Timestamp>,
        /// Name of who ended it.
        pub ended_by: Option<String>,
    }
}

impl Tie {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

row! {
    /// A family that an account is tied to.
    pub struct Tied {
        /// The subscription.
        pub id: Uuid,
        /// The family.
        pub family_id: Uuid,
        /// Its name.
        pub name: String,
        /// Its number.
        pub reference: String,
        /// `code`, `invoice` or `agent`.
        pub how: String,
        /// Since when.
        pub since: Timestamp,
    }
}

row! {
    /// A family that an account is or was tied to.
    pub struct Past {
        /// The subscription.
        pub id: Uuid,
        /// The family.
        pub family_id: Uuid,
        /// Its name.
        pub name: String,
        /// Its number.
        pub reference: String,
        /// Which responsable of the family the account is, when that is known.
        pub guardian_id: Option<Uuid>,
        /// `code`, `invoice` or `agent`.
        pub how: String,
        /// Since when.
        pub since: Timestamp,
        /// Until when, when it is over.
        pub ended_at: Option<Timestamp>,
        /// Name of who ended it.
        pub ended_by: Option<String>,
    }
}

/// An account to be tied to a family.
pub struct NewSubscription<'a> {
    /// Which.
    pub id: Uuid,
    /// Which account.
    pub account_id: Uuid,
    /// Which family.
    pub family_id: Uuid,
    /// Which responsable of it the account is.
    pub guardian_id: Option<Uuid>,
    /// `code`, `invoice` or `agent`.
    pub how: &'a str,
}

/// Ties an account to a family.
pub async fn insert(tx: &mut Tx, new: &NewSubscription<'_>) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![
        new.id,
        new.account_id,
        new.family_id,
        new.guardian_id,
        new.how,
        at
    ];
    tx.put(&INSERT, args).await
}

/// One subscription, ended ones included.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Subscription>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The subscription of an account to a family, unless it has ended.
pub async fn active(
    tx: &mut Tx,
    account: Uuid,
    family: Uuid,
) -> Result<Option<Subscription>, StoreError> {
    tx.query_opt(&ACTIVE, args![account, family]).await
}

/// The families that an account is tied to.
pub async fn of_account(tx: &mut Tx, account: Uuid) -> Result<Vec<Tied>, StoreError> {
    tx.query(&OF_ACCOUNT, args![account]).await
}

/// The families that each of these accounts is tied to.
pub async fn of_accounts(tx: &mut Tx, accounts: &[Uuid]) -> Result<Vec<Vec<Tied>>, StoreError> {
    let sets = accounts.iter().map(|id| args![*id].to_vec());
    tx.query_many(&OF_ACCOUNT, sets.collect()).await
}

/// The families that an account is or was tied to, since the first.
pub async fn history(tx: &mut Tx, account: Uuid) -> Result<Vec<Past>, StoreError> {
    tx.query(&HISTORY, args![account]).await
}

/// The subscriptions to a family, ended ones included.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Tie>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// The subscriptions to each of these families, ended ones included.
pub async fn of_families(tx: &mut Tx, families: &[Uuid]) -> Result<Vec<Vec<Tie>>, StoreError> {
    let sets = families.iter().map(|id| args![*id].to_vec()).collect();
    tx.query_many(&OF_FAMILY, sets).await
}

/// Ends a subscription. False when it had ended before.
pub async fn end(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let (at, actor) = (tx.at(), tx.actor());
    Ok(tx.execute(&END, args![id, at, actor.name]).await? == 1)
}

/// Ends every subscription of an account.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<u64, StoreError> {
    let (at, actor) = (tx.at(), tx.actor());
    tx.execute(&END_ALL, args![account, at, actor.name]).await
}

/// Ends every subscription to a family.
pub async fn end_of_family(tx: &mut Tx, family: Uuid) -> Result<u64, StoreError> {
    let (at, actor) = (tx.at(), tx.actor());
    tx.execute(&END_OF_FAMILY, args![family, at, actor.name])
        .await
}

/// Notes that somebody contests a subscription, and in which request.
pub async fn contest(tx: &mut Tx, subscription: Uuid, request: Uuid) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(&CONTEST, args![id, subscription, request, at]).await
}

/// The contested subscriptions of a family: which, in which request, and its number.
pub async fn contested(tx: &mut Tx, family: Uuid) -> Result<Vec<(Uuid, Uuid, String)>, StoreError> {
    tx.query(&CONTESTED, args![family]).await
}
