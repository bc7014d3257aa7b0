//! Statements are written once, with `?1` for the first argument; PostgreSQL reads `$1`.

use std::sync::OnceLock;

/// A statement that both engines can prepare. Declared with [`statements!`], so that a test sees them all.
pub struct Sql {
    /// `file.NAME`, for errors and tests.
    pub name: &'static str,
    text: &'static str,
    postgres_text: Option<&'static str>,
    rewritten: OnceLock<String>,
}

impl Sql {
    /// One text for both engines, or one for each where an engine needs its own words.
    #[must_use]
    pub const fn new(
        name: &'static str,
        text: &'static str,
        postgres: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            text,
            postgres_text: postgres,
            rewritten: OnceLock::new(),
        }
    }

    /// The text for SQLite.
    #[must_use]
    pub fn sqlite(&self) -> &'static str {
        self.text
    }

    /// The text for PostgreSQL.
    #[must_use]
    pub fn postgres(&self) -> &str {
        self.rewritten
            .get_or_init(|| dollars(self.postgres_text.unwrap_or(self.text)))
    }
}

/// `?1` → `$1`, outside quoted text.
pub(crate) fn dollars(text: &str) -> String {
    let mut quoted = false;
    text.chars()
        .map(|c| {
            quoted ^= c == '\'';
            if c == '?' && !quoted { '$' } else { c }
        })
        .collect()
}

/// Declares statements and the list `ALL` of them.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:literal $(, postgres = $pg:literal)?;)*) => {
        $($(#[$meta])* pub(crate) static $name: $crate::sql::Sql =
            $crate::sql::Sql::new(concat!(module_path!(), "::", stringify!($name)), $text, statements!(@pg $($pg)?));)*
        /// Every statement of this file.
        pub(crate) static ALL: &[&$crate::sql::Sql] = &[$(&$name),*];
    };
    (@pg) => { None };
    (@pg $pg:literal) => { Some($pg) };
}
pub(crate) use statements;
