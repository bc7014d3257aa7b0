//! `preau doctor`: looks at everything that the installation stands on, and says what to do.

use std::{path::Path, sync::Arc};

use anyhow::{Result, bail};
use preau_app::{App, Clock};
use preau_store::{COMMUNE, EngineKind, schema_version};
use preau_worker::transport::Transport;

use crate::{config::Config, open_files, say, start};

/// Gathers what was seen.
#[derive(Default)]
struct Findings {
    wrong: u32,
}

impl Findings {
    #[expect(clippy::unused_self, reason = "the other half of bad")]
    fn good(&self, what: &str, seen: &str) {
        say(&format!("  bien     {what} : {seen}"));
    }

    fn bad(&mut self, what: &str, seen: &str, advice: &str) {
        self.wrong += 1;
        say(&format!(
            "  À FAIRE  {what} : {seen}\n           → {advice}"
        ));
    }
}

/// Looks at everything; fails when something is to be done.
pub(crate) async fn run(config: &Config) -> Result<()> {
    let mut findings = Findings::default();
    findings.good("configuration", "lue et valide");
    disk(&mut findings, &config.data.folder);
    match start::open(config, Clock::system()).await {
        Ok(app) => {
            findings.good(
                "registre",
                &format!("{} communes", app.communes.list().len()),
            );
            files(&mut findings, &app);
            databases(&mut findings, &app).await;
            clock(&mut findings, &app).await;
        }
        Err(error) => findings.bad(
            "registre",
            &format!("{error:#}"),
            "vérifiez data.folder, data.registry et l’adresse du serveur PostgreSQL",
        ),
    }
    mail(&mut findings, config).await;
    if findings.wrong > 0 {
        bail!("{} point(s) à corriger", findings.wrong);
    }
    say("Tout va bien.");
    Ok(())
}

fn disk(findings: &mut Findings, folder: &Path) {
    if let Err(error) = start::writable(folder) {
        findings.bad(
            "disque",
            &format!("{error:#}"),
            "donnez à l’utilisateur qui lance preau le droit d’écrire dans ce dossier",
        );
        return;
    }
    match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize) / (1024 * 1024);
            if free < 500 {
                findings.bad(
                    "disque",
                    &format!("{free} Mo libres"),
                    "libérez de la place : en dessous de 500 Mo, les sauvegardes et l’écriture sont en danger",
                );
            } else {
                findings.good(
                    "disque",
                    &format!("{free} Mo libres dans {}", folder.display()),
                );
            }
        }
        Err(error) => findings.bad(
            "disque",
            &error.to_string(),
            "vérifiez le montage du disque",
        ),
    }
}

/// `serve` raises its limit to what the system allows: that is what is looked at here.
fn files(findings: &mut Findings, app: &App) {
    let communes = start::on_sqlite(app);
    let limit = open_files::raise();
    match (open_files::too_low(limit, communes), limit) {
        (Some(limit), _) => {
            let needed = open_files::needed(communes);
            findings.bad(
                "fichiers ouverts",
                &format!("{limit} au plus, {communes} communes peuvent en demander {needed}"),
                &format!("donnez-en davantage au service : LimitNOFILE={needed} (systemd) ou ulimit -Hn {needed}"),
            );
        }
        (None, Some(limit)) => findings.good("fichiers ouverts", &format!("{limit} au plus")),
        (None, None) => findings.good("fichiers ouverts", "sans limite"),
    }
}

async fn databases(findings: &mut Findings, app: &Arc<App>) {
    for commune in app.communes.list() {
        let what = format!("base de {}", commune.name);
        match schema_version(&commune).await {
            Ok(version) => findings.good(
                &what,
                &format!("{}, version {version} sur {}", commune.row.engine, COMMUNE.version()),
            ),
            Err(error) => findings.bad(
                &what,
                &error.to_string(),
                "si le fichier est abîmé, recréez la commune par « preau commune import » avec la dernière archive",
            ),
        }
    }
}

/// Deadlines and invoices follow the clock: an hour off is a place lost.
async fn clock(findings: &mut Findings, app: &Arc<App>) {
    let now = app.clock.now();
    let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    if !(2026..2100).contains(&year) {
        findings.bad(
            "horloge",
            &now.to_string(),
            "réglez l’horloge de la machine (NTP)",
        );
        return;
    }
    if let Err(error) = jiff::tz::TimeZone::get("Europe/Paris") {
        findings.bad(
            "fuseaux horaires",
            &error.to_string(),
            "installez le paquet tzdata",
        );
        return;
    }
    for commune in app.communes.list() {
        if commune.db.engine() != EngineKind::Postgres {
            continue;
        }
        if let Ok(theirs) = commune.db.clock().await {
            let gap = theirs.duration_since(app.clock.now()).as_secs().abs();
            if gap > 2 {
                findings.bad(
                    "horloge",
                    &format!(
                        "{gap} s d’écart avec le serveur PostgreSQL de {}",
                        commune.name
                    ),
                    "mettez les deux machines à l’heure (NTP)",
                );
                return;
            }
        }
    }
    findings.good("horloge", &format!("{now:.0}"));
}

async fn mail(findings: &mut Findings, config: &Config) {
    let advice = "vérifiez la section [mail] : host, port, security, username, password";
    match Transport::open(&config.mail) {
        Ok(transport) => match transport.check().await {
            Ok(seen) => findings.good("courriel", &seen.target),
            Err(error) => findings.bad("courriel", &error.to_string(), advice),
        },
        Err(errors) => {
            for error in errors {
                findings.bad("courriel", &error.to_string(), advice);
            }
        }
    }
}
