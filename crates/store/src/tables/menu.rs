//! Menus of the canteen, a row a day.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    BETWEEN = "SELECT day, dishes, labels FROM menu WHERE day >= ?1 AND day <= ?2 ORDER BY day";
    CLEAR = "DELETE FROM menu WHERE day >= ?1 AND day <= ?2";
    INSERT = "INSERT INTO menu (id, day, dishes, labels, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    NEIGHBOURS = "SELECT MAX(CASE WHEN day < ?1 THEN day END), MIN(CASE WHEN day > ?2 THEN day END) FROM menu";
}

crate::row! {
    /// What is eaten on a day.
    #[derive(Serialize)]
    pub struct Menu {
        /// The day.
        pub day: Date,
        /// A dish a line.
        pub dishes: String,
        /// A label a line: "sans viande", "bio".
        pub labels: String,
    }
}

/// Days that have a menu, both ends included, in order.
pub async fn between(tx: &mut Tx, first: Date, last: Date) -> Result<Vec<Menu>, StoreError> {
    tx.query(&BETWEEN, args![first, last]).await
}

/// The last day with a menu before `first`, and the first one after `last`.
pub async fn neighbours(
    tx: &mut Tx,
    first: Date,
    last: Date,
) -> Result<(Option<Date>, Option<Date>), StoreError> {
    tx.query_one(&NEIGHBOURS, args![first, last]).await
}

/// Replaces the menus of these days by `menus`.
pub async fn replace(
    tx: &mut Tx,
    first: Date,
    last: Date,
    menus: &[Menu],
) -> Result<(), StoreError> {
    tx.put(&CLEAR, args![first, last]).await?;
    let at = tx.at();
    for menu in menus {
        let id: Uuid = tx.new_id();
        let row = args![id, menu.day, &menu.dishes, &menu.labels, at];
        tx.put(&INSERT, row).await?;
    }
    Ok(())
}
