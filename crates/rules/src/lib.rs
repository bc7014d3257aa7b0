//! The rules of the portal, as pure functions.
//!
//! Nothing here reads a file, a socket, a clock or a source of chance: what a rule needs arrives as
//! an argument, what it decides comes back as a value with its reason. So the page, the handler, the
//! command line and the job ask the same function and get the same answer, and a test can put any
//! instant in. Messages for people are in French, in `message_fr`, `label_fr` or the `Display` of an
//! error that only a form shows; everything else is in English.
//!
//! # What people type, parsed where it enters
//! [`text`] holds one line or several, free of what would deceive a reader. [`email`] and [`phone`]
//! take every usual writing and keep one. [`civility`] says how a person is addressed. [`money`]
//! reads amounts into cents. [`slug`] is the path of a commune, [`number`] the reference that a
//! citizen quotes, [`code`] what is copied from a mail or a letter, with the check character that
//! finds a slip. [`mod@id`] makes identifiers that sort by time and cannot be mixed up.
//!
//! # What is said to people
//! [`french`] writes dates, ages, amounts and counts as French people read them. [`colour`] makes a
//! readable theme of any colour.
//!
//! # Who may come in, and do what
//! [`password`] holds the policy, one tick a rule, with [`common_password`] for those that everybody
//! tries first and [`entropy`] for the figures of the CNIL. [`throttle`] slows down who guesses.
//! [`permission`] lists the rights and the roles to start from, [`grants`] what one agent holds and
//! where.
//!
//! # Families
//! [`dossier`] holds the facts of a family's file, field by field. [`family`] reads birth dates and says ages. [`subscriber_code`] makes and reads the codes that tie an
//! account to a family.
//!
//! # What a commune decides
//! [`calendar`] knows public holidays, school holidays, closings and clocks, and says why a day does
//! not count. [`deadline`] says until when a day may be booked or cancelled, and why. [`settings`] is
//! what a commune writes of all that in one file. [`booking`] decides whether a child may be booked or cancelled.
//!
//! # What things cost
//! [`tariff`] prices by grids that are data, explains each price, looks for gaps in a grid, and says
//! what is due when a child does not come.
//!
//! # When things happen
//! [`publication`] says when a news item is to be seen and which week a menu is for. [`backoff`]
//! says when something that failed is tried again, and when it is given up.

pub mod attendance;
pub mod backoff;
pub mod bill;
pub mod booking;
pub mod calendar;
pub mod civility;
pub mod code;
pub mod colour;
pub mod common_password;
pub mod custody;
pub mod deadline;
pub mod dossier;
pub mod email;
pub mod entropy;
pub mod family;
pub mod french;
pub mod grants;
pub mod id;
pub mod money;
pub mod number;
pub mod password;
pub mod password_preset;
pub mod payment;
pub mod permission;
pub mod phone;
pub mod procedure;
pub mod publication;
pub mod retention;
pub mod settings;
pub mod slug;
pub mod subscriber_code;
pub mod tariff;
pub mod text;
pub mod throttle;
