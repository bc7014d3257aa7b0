//! Identifiers: UUID version 7, so that rows made one after the other lie beside each other in an
//! index, each kind with a type of its own, so that a file's id is never taken for a page's.

use uuid::Uuid;

#[doc(hidden)]
pub mod reexport {
    pub use serde;
    pub use uuid::Uuid;
}

/// A UUID version 7 from the milliseconds since 1970 (48 bits are kept) and ten random bytes
/// (74 bits of them are kept). The caller owns the clock and the source of randomness.
pub fn uuid_v7(unix_millis: u64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_millis, &random).into_uuid()
}

/// Declares identifier types: `id!(/** One request. */ RequestId);`. Each is a newtype over
/// [`Uuid`] with `new(millis, random)`, `from_uuid`, `uuid`, `Display`, `FromStr` and serde as text.
#[macro_export]
macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::id::reexport::Uuid);

        impl $name {
            /// A fresh identifier from the milliseconds since 1970 and ten random bytes.
            pub fn new(unix_millis: u64, random: [u8; 10]) -> Self {
                Self($crate::id::uuid_v7(unix_millis, random))
            }

            /// Takes back an identifier that was read from the store or from a path.
            pub const fn from_uuid(uuid: $crate::id::reexport::Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> $crate::id::reexport::Uuid {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::BadId;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::id::reexport::Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| $crate::id::BadId)
            }
        }

        impl From<$crate::id::reexport::Uuid> for $name {
            fn from(uuid: $crate::id::reexport::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for $crate::id::reexport::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl $crate::id::reexport::serde::Serialize for $name {
            fn serialize<S: $crate::id::reexport::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::id::reexport::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::id::reexport::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::id::reexport::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::id::reexport::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    )+};
}

/// What was given is not an identifier: in a path, the page does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct BadId;

id!(
    /// A commune, in the registry.
    CommuneId,
    /// An agent of a commune.
    AgentId,
    /// The account of a citizen.
    AccountId,
    /// A place where agents work or activities are held.
    SiteId,
    /// A session of an account or an agent.
    SessionId,
    /// A request that a citizen sent.
    RequestId,
    /// A message within a request.
    MessageId,
    /// A news item.
    NewsId,
    /// A page of "Informations utiles".
    PageId,
    /// A stored file.
    FileId,
    /// A mail of the queue.
    MailId,
    /// A job of the queue.
    JobId,
    /// An entry of the journal.
    JournalId,
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_a_version_7_that_tells_its_instant() {
        let id = RequestId::new(1_795_082_400_000, [7; 10]);
        assert_eq!(id.uuid().get_version_num(), 7);
        let (seconds, _) = id.uuid().get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, 1_795_082_400);
    }

    #[test]
    fn rubbish_is_not_an_identifier() {
        assert_eq!("../etc/passwd".parse::<RequestId>(), Err(BadId));
        assert_eq!("".parse::<RequestId>(), Err(BadId));
    }

    proptest! {
        #[test]
        fn text_comes_back(millis in 0u64..1 << 48, random: [u8; 10]) {
            let id = FileId::new(millis, random);
            prop_assert_eq!(id.to_string().parse::<FileId>(), Ok(id));
            prop_assert_eq!(FileId::from_uuid(id.uuid()), id);
        }

        #[test]
        fn later_sorts_after(millis in 0u64..(1 << 48) - 1, a: [u8; 10], b: [u8; 10]) {
            prop_assert!(JobId::new(millis, a) < JobId::new(millis + 1, b));
        }
    }
}
