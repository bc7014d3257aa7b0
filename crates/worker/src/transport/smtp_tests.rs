//! Against a real server process.
