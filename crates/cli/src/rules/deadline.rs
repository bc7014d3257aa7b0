//! `preau rules deadline FILE --activity A --unit U --day D`.

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use preau_rules::calendar::{Calendar, Hour};
use preau_rules::deadline::{Closed, Consequence, Cutoff, Limit, Verdict};
use preau_rules::french;
use preau_rules::settings::{Action, Query, Rulebook};
use serde::Serialize;

use super::{Files, plain};
use crate::say;

/// What is typed after `deadline`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    files: Files,
    /// L’activité
    #[arg(long)]
    activity: String,
    /// L’unité ; inutile si l’activité n’en a qu’une
    #[arg(long)]
    unit: Option<String>,
    /// Le jour du service : 2026-11-23
    #[arg(long)]
    day: Date,
    /// Ce que l’on veut faire
    #[arg(long = "do", value_enum, default_value = "book")]
    action: Do,
    /// L’instant où on le fait, pour savoir si c’est possible : "2026-11-19 10:00", à l’heure de la commune, ou avec un
    /// décalage
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
    /// Le site
    #[arg(long)]
    site: Option<String>,
    /// Le groupe
    #[arg(long)]
    group: Option<String>,
    /// L’option
    #[arg(long)]
    option: Option<String>,
    /// La catégorie de la famille
    #[arg(long)]
    category: Option<String>,
    /// Résultat en JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Do {
    /// Réserver
    Book,
    /// Annuler
    Cancel,
    /// Changer de formule ou de jours fixes
    Change,
    /// S’inscrire à l’activité
    Enrol,
}

#[derive(Debug, Serialize)]
struct Answer {
    activity: String,
    unit: String,
    day: Date,
    r#do: &'static str,
    /// `at`, `always`, `never` or `unpublished`.
    limit: &'static str,
    /// RFC 3339, in the commune's time zone.
    until: Option<String>,
    /// `2026-11-19 10:00`; midnight is 24:00 of the day before.
    until_local: Option<String>,
    opens: Option<String>,
    sentence: String,
    reason: String,
    /// Number of the deadline in the file, from 1.
    deadline: usize,
    /// Why the unit is not given on that day.
    not_served: Option<String>,
    /// What makes the answer doubtful.
    warning: Option<String>,
    verdict: Option<Judged>,
}

#[derive(Debug, Serialize)]
struct Judged {
    at: String,
    /// `not_yet`, `open`, `late` or `closed`.
    outcome: &'static str,
    until: Option<String>,
    /// Name of the supplement, or `request`.
    consequence: Option<String>,
    message: String,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let text = options.files.text()?;
    let loaded = options.files.load(&text)?;
    let answer = answer(options, &loaded.rulebook)?;
    if options.json {
        say(&serde_json::to_string_pretty(&answer)?);
    } else {
        print(&answer);
    }
    Ok(())
}

fn answer(options: &Options, rulebook: &Rulebook) -> Result<Answer> {
    let query = Query {
        activity: &options.activity,
        unit: options.unit.as_deref(),
        site: options.site.as_deref(),
        group: options.group.as_deref(),
        option: options.option.as_deref(),
        category: options.category.as_deref(),
        day: options.day,
        action: match options.action {
            Do::Book => Action::Book,
            Do::Cancel => Action::Cancel,
            Do::Change => Action::Change,
            Do::Enrol => Action::Enrol,
        },
    };
    let answered = rulebook.unit(&query).and_then(|unit| {
        let (entry, _) = rulebook.entry(&query)?;
        Ok((
            unit,
            entry,
            rulebook.cutoff(&query)?,
            rulebook.not_served(&query)?,
        ))
    });
    let (unit, entry, cutoff, not_served) = match answered {
        Ok(answered) => answered,
        Err(unanswered) => bail!("{}", plain(&unanswered.message_fr())),
    };
    let calendar = &rulebook.calendar;
    let at = options
        .at
        .as_deref()
        .map(|text| instant(text, calendar))
        .transpose()?;
    Ok(Answer {
        activity: unit.activity.clone(),
        unit: unit.unit.clone(),
        day: options.day,
        r#do: query.action.name(),
        limit: match cutoff.limit {
            Limit::At(_) => "at",
            Limit::Always => "always",
            Limit::Never => "never",
            Limit::Unpublished => "unpublished",
        },
        until: cutoff.instant().map(|at| local(at, calendar)),
        until_local: cutoff.instant().map(|at| {
            let (day, hour) = cutoff.wall(at);
            format!("{day} {hour}")
        }),
        opens: cutoff.opens(query.category).map(|at| local(at, calendar)),
        sentence: plain(&cutoff.until_fr()),
        reason: plain(&cutoff.why_fr()),
        deadline: entry.index + 1,
        not_served: not_served.map(|why| plain(&why.sentence_fr(options.day))),
        warning: (!calendar.knows_school_holidays(options.day)).then(|| {
            "les vacances scolaires de ce jour ne sont pas connues : il est pris pour un jour d’école"
                .to_owned()
        }),
        verdict: at.map(|at| judged(at, &cutoff, query.category, calendar)),
    })
}

fn judged(
    at: Timestamp,
    cutoff: &Cutoff<'_>,
    category: Option<&str>,
    calendar: &Calendar,
) -> Judged {
    let verdict = cutoff.verdict(at, category);
    let (outcome, until, consequence) = match verdict {
        Verdict::NotYet { .. } => ("not_yet", None, None),
        Verdict::Open { until, .. } => ("open", until, None),
        Verdict::Late {
            until, consequence, ..
        } => {
            let name = match consequence {
                Consequence::Supplement(name) => name.clone(),
                Consequence::Request => "request".to_owned(),
            };
            ("late", Some(until), Some(name))
        }
        Verdict::Closed {
            why: Closed::Passed | Closed::Never | Closed::Unpublished,
            ..
        } => ("closed", None, None),
    };
    Judged {
        at: local(at, calendar),
        outcome,
        until: until.map(|at| local(at, calendar)),
        consequence,
        message: plain(&verdict.message_fr(cutoff)),
    }
}

/// With an offset, or on the clocks of the commune.
fn instant(text: &str, calendar: &Calendar) -> Result<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let wall: DateTime = text.parse().with_context(|| {
        format!("--at : « {text} » n’est pas un instant ; écrivez par exemple \"2026-11-19 10:00\"")
    })?;
    let part = |n: i8| u16::from(n.unsigned_abs());
    let hour = Hour::new(part(wall.hour()), part(wall.minute())).unwrap_or(Hour::START);
    let seconds = SignedDuration::from_secs(i64::from(wall.second()));
    Ok(calendar.instant(wall.date(), hour) + seconds)
}

fn local(at: Timestamp, calendar: &Calendar) -> String {
    let zoned = at.to_zoned(calendar.zone.clone());
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn print(answer: &Answer) {
    let action = match answer.r#do {
        "cancel" => "annuler",
        "change" => "changer de formule",
        "enrol" => "s’inscrire",
        _ => "réserver",
    };
    say(&format!(
        "{}/{}, {}, {action} :",
        answer.activity,
        answer.unit,
        plain(&french::day_year(answer.day))
    ));
    match &answer.until {
        Some(until) => say(&format!("  {} ({until})", answer.sentence)),
        None => say(&format!("  {}", answer.sentence)),
    }
    say(&format!(
        "  parce que : {} (délai n° {})",
        answer.reason, answer.deadline
    ));
    if let Some(opens) = &answer.opens {
        say(&format!("  à partir du {opens}"));
    }
    if let Some(why) = &answer.not_served {
        say(&format!("  attention, pas de service ce jour-là : {why}"));
    }
    if let Some(warning) = &answer.warning {
        say(&format!("  attention : {warning}"));
    }
    if let Some(verdict) = &answer.verdict {
        say(&format!("  le {} : {}", verdict.at, verdict.message));
    }
}
