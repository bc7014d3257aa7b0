//! Tables and statements: one text, both engines.

use preau_store::{
    COMMUNE, Kind, REGISTRY,
    tables::{every_statement, seal},
};

mod ground;
use ground::ground;

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood_by_the_engine() {
    let ground = ground().await;
    let mut commune = ground.commune.db.read().await.unwrap();
    let mut registry = ground.communes.registry().read().await.unwrap();
    let all = every_statement();
    assert!(
        all.len() > 40,
        "only {} statements are registered",
        all.len()
    );
    for (sql, of_registry) in all {
        let tx = if of_registry {
            &mut registry
        } else {
            &mut commune
        };
        tx.prepare(sql)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", sql.name));
    }
}

#[test]
fn every_file_of_statements_is_registered() {
    let source = include_str!("../src/tables/mod.rs");
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/tables")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name != "mod"
            && std::fs::read_to_string(&path)
                .unwrap()
                .contains("statements!")
        {
            assert!(
                source.contains(&format!("{name}::ALL")),
                "{name}::ALL is missing in tables/mod.rs"
            );
        }
    }
}

#[test]
fn the_catalogue_knows_every_table_its_columns_and_its_key() {
    for tree in [&COMMUNE, &REGISTRY] {
        let tables = tree.catalogue(tree.version());
        for step in tree.steps {
            let made = step.ddl.matches("CREATE TABLE ").count();
            assert!(
                made > 0 || step.ddl.contains("ALTER TABLE"),
                "{}",
                step.name
            );
        }
        let made: usize = tree
            .steps
            .iter()
            .map(|s| s.ddl.matches("CREATE TABLE ").count())
            .sum();
        assert_eq!(tables.len(), made, "{}", tree.name);
        for table in tables {
            assert!(!table.key.is_empty(), "{} has no key", table.name);
            assert!(table.columns.len() > 1, "{} has no columns", table.name);
        }
    }
}

/// A sealed column that rotation does not know would be lost with its key.
#[test]
fn every_sealed_column_is_sealed_anew_when_the_key_changes() {
    let known: Vec<&str> = seal::COLUMNS.iter().map(|c| c.name).collect();
    let mut found = Vec::new();
    for tree in [&COMMUNE, &REGISTRY] {
        for table in tree.catalogue(tree.version()) {
            for (column, kind) in &table.columns {
                let name = format!("{}.{column}", table.name);
                // Of a file the bytes are sealed, and the row says with which key.
                if column.contains("sealed") && name != "file.sealed_with" {
                    assert_eq!(*kind, Kind::Bytes, "{name}: a sealed value is BYTES");
                    assert_eq!(tree.name, "commune", "{name}: the registry has no key");
                    found.push(name);
                }
            }
        }
    }
    assert_eq!(found, known, "the migrations and seal::COLUMNS differ");
}

#[test]
fn every_column_about_a_person_is_listed_with_how_it_ends() {
    use preau_store::personal::{PERSONAL, PLAIN};
    let mut listed: Vec<(&str, &str)> = Vec::new();
    for one in PERSONAL {
        assert!(!one.ends.is_empty());
        listed.extend(one.columns.iter().map(|column| (one.table, *column)));
    }
    for (table, columns) in PLAIN {
        listed.extend(columns.iter().map(|column| (*table, *column)));
    }
    let tables = COMMUNE.catalogue(COMMUNE.version());
    let told = |kind: Kind| matches!(kind, Kind::Text | Kind::Json | Kind::Bytes | Kind::Date);
    let mut there: Vec<(&str, &str)> = Vec::new();
    for table in &tables {
        let columns = table.columns.iter().filter(|(_, kind)| told(*kind));
        there.extend(columns.map(|(column, _)| (table.name.as_str(), column.as_str())));
    }
    listed.sort_unstable();
    there.sort_unstable();
    let missing: Vec<_> = there.iter().filter(|c| !listed.contains(c)).collect();
    let gone: Vec<_> = listed.iter().filter(|c| !there.contains(c)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "missing: {missing:?}, gone: {gone:?}"
    );
    let twice = listed.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}
