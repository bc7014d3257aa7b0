//! The reference of every key, made from the types.
