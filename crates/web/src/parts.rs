//! The parts that every page has: each is a template of its own, so that the compiler reads it once. A macro of
//! a template, and a layout that a template extends, are compiled anew for every page that uses them.

use askama::Template;

use crate::{
    forms::{Choice, Field},
    page::Page,
};

/// A part without arguments of its own but those named, drawn by the macro of the same name.
macro_rules! parts {
    ($($from:literal: $($part:ident $name:ident ($($arg:ident: $kind:ty),*) = $source:literal;)+)+) => {$($(
        #[derive(Template)]
        #[template(source = $source, ext = "html")]
        pub(crate) struct $part<'a> {
            $($arg: $kind,)*
            here: std::marker::PhantomData<&'a ()>,
        }

        #[doc = concat!("The macro of the same name in `", $from, "`.")]
        pub(crate) fn $name<'a>($($arg: $kind),*) -> $part<'a> {
            $part { $($arg,)* here: std::marker::PhantomData }
        }
    )+)+};
}

parts! {
    "drawings.html":
    Icon icon(name: &'a str) = "{%- import \"drawings.html\" as from -%}{{ from::icon(name) }}";
    Mark mark() = "{%- import \"drawings.html\" as from -%}{{ from::mark() }}";
    Arches arches() = "{%- import \"drawings.html\" as from -%}{{ from::arches() }}";
    EmptyScene empty_scene() = "{%- import \"drawings.html\" as from -%}{{ from::empty_scene() }}";

    "shell.html":
    Links links(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::links(page) }}";
    Top top(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::top(page) }}";
    Bottom bottom(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::bottom(page) }}";
    AgentLinks agent_links(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::agent_links(page) }}";
    AgentTop agent_top(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::agent_top(page) }}";
    AgentBottom agent_bottom(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::agent_bottom(page) }}";
    Crumbs crumbs(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::crumbs(page) }}";
    Said said(page: &'a Page) = "{%- import \"shell.html\" as from -%}{{ from::flash(page) }}";

    "parts.html":
    FieldError error(f: &'a Field) = "{%- import \"parts.html\" as from -%}{{ from::error(f) }}";
    Tie tie(f: &'a Field) = "{%- import \"parts.html\" as from -%}{{ from::tie(f) }}";
    Input input(f: &'a Field, kind: &'a str, autocomplete: &'a str, size: &'a str) = "{%- import \"parts.html\" as from -%}{{ from::input(f, kind, autocomplete, size) }}";
    Code code(f: &'a Field) = "{%- import \"parts.html\" as from -%}{{ from::code(f) }}";
    Select select(f: &'a Field, options: &'a [Choice]) = "{%- import \"parts.html\" as from -%}{{ from::select(f, options) }}";
    Radios radios(f: &'a Field, options: &'a [Choice]) = "{%- import \"parts.html\" as from -%}{{ from::radios(f, options) }}";
    Upload file(f: &'a Field, accept: &'a str) = "{%- import \"parts.html\" as from -%}{{ from::file(f, accept) }}";
    Uploads files(f: &'a Field, accept: &'a str) = "{%- import \"parts.html\" as from -%}{{ from::files(f, accept) }}";
    Day date(f: &'a Field) = "{%- import \"parts.html\" as from -%}{{ from::date(f) }}";
    ErrorSummary error_summary(errors: &'a [(String, String)]) = "{%- import \"parts.html\" as from -%}{{ from::error_summary(errors) }}";
    EmptyState empty_state(title: &'a str, text: &'a str, href: &'a str, label: &'a str) = "{%- import \"parts.html\" as from -%}{{ from::empty_state(title, text, href, label) }}";
    Pow pow(challenge: &'a str, worker: &'a str, question: &'a str) = "{%- import \"parts.html\" as from -%}{{ from::pow(challenge, worker, question) }}";
    Pager pager(previous: &'a str, next: &'a str, text: &'a str) = "{%- import \"parts.html\" as from -%}{{ from::pager(previous, next, text) }}";
}

#[derive(Template)]
#[template(
    source = "{%- import \"parts.html\" as from -%}{{ from::textarea(f, rows, limit) }}",
    ext = "html"
)]
pub(crate) struct Textarea<'a> {
    f: &'a Field,
    rows: u32,
    limit: usize,
}

/// The macro of the same name in `parts.html`. Templates hand over what they know by reference.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "askama passes references"
)]
pub(crate) fn textarea<'a>(f: &'a Field, rows: &u32, limit: &usize) -> Textarea<'a> {
    Textarea {
        f,
        rows: *rows,
        limit: *limit,
    }
}
