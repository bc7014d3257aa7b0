//! The write lane: one after the other, many in one commit, each refused alone.

use std::sync::atomic::{AtomicU32, Ordering};

use preau_store::{
    Command, Origin, StoreError, Tx,
    tables::{counter, journal, setting},
};

mod ground;
use ground::{ground, on_postgres, origin};

/// Takes a number of a series and writes it down; may fail in several ways after that.
struct Take {
    series: &'static str,
    then: Then,
}

#[derive(Clone, Copy, PartialEq)]
enum Then {
    Keep,
    Refuse,
    Panic,
    BreakTheJournal,
    WaitForSomethingElse,
}

impl Command for Take {
    const NAME: &'static str = "test.take";
    type Answer = i64;
    type Refusal = StoreError;
    #[expect(clippy::panic, reason = "the lane must outlive a defect")]
    async fn run(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let number = counter::next(tx, self.series).await?;
        match self.then {
            Then::Keep => setting::set(tx, self.series, &number).await?,
            Then::Refuse => return Err(StoreError::Constraint("no".to_owned())),
            Then::Panic => panic!("a defect"),
            Then::BreakTheJournal => {
                // The same identifier twice: the second put fails, and nobody waits for it.
                let twice = journal::Change::<()> {
                    action: "twice",
                    kind: "test",
                    id: String::new(),
                    name: "",
                    before: None,
                    after: None,
                };
                preau_store::tables::mail::defer(tx, uuid::Uuid::nil(), "nothing").await?;
                journal::note(tx, twice).await?;
                return Err(StoreError::Internal("after a write".to_owned()));
            }
            Then::WaitForSomethingElse => {
                tokio::task::yield_now().await;
            }
        }
        Ok(number)
    }
}

const fn take(then: Then) -> Take {
    Take {
        series: "serie",
        then,
    }
}

fn keyed(key: u8) -> Origin {
    Origin {
        key: Some([key; 32]),
        ..origin()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_citizens_at_once_get_three_hundred_numbers_without_a_gap() {
    let ground = ground().await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let db = ground.commune.db.clone();
        tasks.spawn(async move { db.write(take(Then::Keep), origin()).await });
    }
    let mut numbers: Vec<i64> = tasks
        .join_all()
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_or_a_defect_costs_its_neighbours_nothing() {
    let ground = ground().await;
    let mut tasks = tokio::task::JoinSet::new();
    let fates = [Then::Keep, Then::Refuse, Then::Panic, Then::BreakTheJournal];
    for n in 0..200 {
        let db = ground.commune.db.clone();
        let then = fates[n % fates.len()];
        tasks.spawn(async move { (then, db.write(take(then), origin()).await) });
    }
    let mut kept = Vec::new();
    for (then, answer) in tasks.join_all().await {
        match (then, answer) {
            (Then::Keep, Ok(number)) => kept.push(number),
            (Then::Keep, Err(error)) => panic!("a good command was refused: {error}"),
            (_, Ok(number)) => panic!("a bad command got number {number}"),
            (_, Err(_)) => {}
        }
    }
    kept.sort_unstable();
    assert_eq!(
        kept,
        (1..=50).collect::<Vec<_>>(),
        "refused commands left gaps in the numbers"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_sent_twice_is_done_once_and_answered_the_same() {
    let ground = ground().await;
    let db = &ground.commune.db;
    let (first, second) = tokio::join!(
        db.write(take(Then::Keep), keyed(1)),
        db.write(take(Then::Keep), keyed(1)),
    );
    assert_eq!((first.unwrap(), second.unwrap()), (1, 1));
    assert_eq!(db.write(take(Then::Keep), keyed(1)).await.unwrap(), 1);
    assert_eq!(db.write(take(Then::Keep), keyed(2)).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_remembered_under_its_key() {
    let ground = ground().await;
    let db = &ground.commune.db;
    db.write(take(Then::Refuse), keyed(1)).await.unwrap_err();
    assert_eq!(db.write(take(Then::Keep), keyed(1)).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_for_something_else_is_found_out_on_sqlite() {
    let ground = ground().await;
    let db = &ground.commune.db;
    let answer = db.write(take(Then::WaitForSomethingElse), origin()).await;
    if on_postgres() {
        answer.unwrap();
    } else {
        assert!(answer.unwrap_err().is_unavailable());
        assert_eq!(
            db.write(take(Then::Keep), origin()).await.unwrap(),
            1,
            "the lane goes on"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_outside_the_lane() {
    let ground = ground().await;
    let mut tx = ground.commune.db.read().await.unwrap();
    assert!(counter::next(&mut tx, "serie").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_stop_answers_what_was_accepted_and_refuses_the_rest() {
    let ground = ground().await;
    let answered = std::sync::Arc::new(AtomicU32::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (db, answered) = (ground.commune.db.clone(), answered.clone());
        tasks.spawn(async move {
            if db.write(take(Then::Keep), origin()).await.is_ok() {
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    tokio::task::yield_now().await;
    ground.commune.db.close().await;
    tasks.join_all().await;
    let mut tx = ground.commune.db.read().await.unwrap();
    let written: Option<i64> = setting::get(&mut tx, "serie").await.unwrap();
    assert_eq!(
        written.unwrap_or(0),
        i64::from(answered.load(Ordering::SeqCst))
    );
    let late = ground.commune.db.write(take(Then::Keep), origin()).await;
    assert!(late.unwrap_err().is_unavailable());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_can_only_grow() {
    struct Tamper(&'static preau_store::Sql);
    impl Command for Tamper {
        const NAME: &'static str = "test.tamper";
        type Answer = u64;
        type Refusal = StoreError;
        async fn run(&self, tx: &mut Tx) -> Result<u64, StoreError> {
            let change = journal::Change::<()> {
                action: "created",
                kind: "test",
                id: "1".to_owned(),
                name: "",
                before: None,
                after: None,
            };
            journal::note(tx, change).await?;
            tx.execute(self.0, []).await
        }
    }
    static UPDATE: preau_store::Sql =
        preau_store::Sql::new("update", "UPDATE journal SET actor_name = 'personne'", None);
    static DELETE: preau_store::Sql = preau_store::Sql::new("delete", "DELETE FROM journal", None);
    let ground = ground().await;
    for sql in [&UPDATE, &DELETE] {
        let answer = ground.commune.db.write(Tamper(sql), origin()).await;
        assert!(
            matches!(answer, Err(StoreError::Constraint(_))),
            "{answer:?}"
        );
    }
}

struct Ids(usize);
impl Command for Ids {
    const NAME: &'static str = "test.ids";
    type Answer = Vec<uuid::Uuid>;
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<Vec<uuid::Uuid>, StoreError> {
        Ok((0..self.0).map(|_| tx.new_id()).collect())
    }
}

#[tokio::test]
async fn a_command_that_makes_very_much_makes_no_identifier_twice_and_they_sort() {
    let ground = ground().await;
    let ids = ground.commune.db.write(Ids(70_000), origin()).await;
    let ids = ids.unwrap();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    let others = ground.commune.db.write(Ids(2), origin()).await.unwrap();
    assert!(!ids.contains(&others[0]));
}
