//! `preau doctor`: looks at everything that the installation stands on, and says what to do.

use std::{path::Path, sync::Arc};

use anyhow::{Result, bail};
use preau_app::{App, Clock, Cx, seal};
use preau_store::{COMMUNE, Commune, Communes, EngineKind, schema_version};
use preau_worker::transport::Transport;

use crate::{config::Config, master::former_file, open_files, say, start};

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

    #[expect(clippy::unused_self, reason = "the other half of bad")]
    fn advise(&self, what: &str) {
        say(&format!("  conseil  {what}"));
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
    match start::registry(config).await {
        Ok(communes) => {
            findings.good("registre", &format!("{} communes", communes.list().len()));
            installation(&mut findings, config, communes).await;
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

async fn installation(findings: &mut Findings, config: &Config, communes: Communes) {
    match start::with_master(config, communes, Clock::system()).await {
        Ok(app) => {
            master_key(findings, config, &app);
            files(findings, &app);
            databases(findings, &app).await;
            clock(findings, &app).await;
        }
        Err(error) => findings.bad(
            "clé maîtresse",
            &format!("{error:#}"),
            "remettez la copie que vous gardez à part ; le portail ne démarre pas sans elle",
        ),
    }
}

fn master_key(findings: &mut Findings, config: &Config, app: &App) {
    let Ok(key) = app.settings.master.current() else {
        return;
    };
    let file = config.master_key_file();
    let place = if config.security.master_key.is_some() {
        "dans l’environnement".to_owned()
    } else {
        file.display().to_string()
    };
    findings.good(
        "clé maîtresse",
        &format!("empreinte {}, {place}", key.fingerprint()),
    );
    if config.security.master_key.is_none() && file.starts_with(&config.data.folder) {
        findings.advise(
            "elle est dans le dossier des données : qui copie l’un copie l’autre. Placez-la ailleurs (security.master_key_file), et gardez-en une copie à part",
        );
    }
    if former_file(&file).exists() {
        findings.advise(
            "la clé maîtresse d’avant est encore là : effacez-la quand aucune archive n’en a plus besoin",
        );
    }
}

/// Every key of the commune is opened: a wrong master key shows here, not on the day when a child's allergy is read.
async fn data_keys(findings: &mut Findings, app: &Arc<App>, commune: &Arc<Commune>) {
    let what = format!("clés de {}", commune.name);
    let cx = Cx::system(app, commune, "diagnostic");
    match seal::state(&cx).await {
        Ok(state) if state.unfinished => findings.bad(
            &what,
            "un changement de clé n’est pas terminé",
            &format!("lancez « preau key rotate {} » : il reprend où il s’est arrêté", commune.slug),
        ),
        Ok(state) if state.earlier_master => findings.bad(
            &what,
            "elles sont scellées par une ancienne clé maîtresse",
            "lancez « preau key rewrap »",
        ),
        Ok(state) if state.keys == 0 => findings.good(&what, "aucune donnée scellée pour l’instant"),
        Ok(state) => findings.good(&what, &format!("{}, ouvertes", state.keys)),
        Err(error) => findings.bad(
            &what,
            &error.to_string(),
            "remettez la clé maîtresse avec laquelle cette base a été faite, ou réimportez une archive faite avec --passphrase-file",
        ),
    }
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
            Ok(version) => {
                findings.good(
                    &what,
                    &format!("{}, version {version} sur {}", commune.row.engine, COMMUNE.version()),
                );
                data_keys(findings, app, &commune).await;
            }
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
