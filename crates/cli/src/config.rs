//! The configuration: a TOML file, then the environment (`PREAU_SERVER__LISTEN=…`), checked before anything starts.

use std::{collections::HashMap, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::{Result, bail};
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use preau_app::{
    AppSettings,
    seal::{Master, MasterKey},
};
use preau_store::{PgServer, Settings};
use preau_worker::transport::{MailSettings, Secret};
use serde::Deserialize;

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// `[server]`
    pub(crate) server: Server,
    /// `[data]`
    pub(crate) data: Data,
    /// `[mail]`
    pub(crate) mail: MailSettings,
    /// `[postgres.NAME]`: servers that may keep communes.
    #[serde(default)]
    pub(crate) postgres: HashMap<String, Postgres>,
    /// `[security]`
    #[serde(default)]
    pub(crate) security: Security,
    /// `[log]`
    #[serde(default)]
    pub(crate) log: Log,
}

/// Where the portal answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// Address and port of the portal.
    pub(crate) listen: SocketAddr,
    /// Address and port of health and metrics, for the machine's own use. None: not served.
    #[serde(default)]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// What people type, without a final slash: `https://familles.exemple.fr`.
    pub(crate) public_url: String,
    /// A reverse proxy of ours writes `X-Forwarded-For`.
    #[serde(default)]
    pub(crate) behind_proxy: bool,
    /// Address of PayFiP, without a final slash.
    #[serde(default = "payfip")]
    pub(crate) payfip: String,
    /// Name of this node, when several serve the same communes.
    #[serde(default = "node")]
    pub(crate) node: String,
}

fn payfip() -> String {
    preau_app::billing::contract::OFFICIAL.to_owned()
}

fn node() -> String {
    "preau".to_owned()
}

/// Where data are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    /// Folder of the registry, of files and of SQLite databases.
    pub(crate) folder: PathBuf,
    /// Name of the PostgreSQL server that keeps the registry; a SQLite file in the folder when absent.
    #[serde(default)]
    pub(crate) registry: Option<String>,
}

/// A PostgreSQL server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Postgres {
    /// `postgres://user:password@host/database?sslmode=require`
    pub(crate) url: String,
    /// The most connections that this node opens.
    #[serde(default = "connections")]
    pub(crate) connections: usize,
}

fn connections() -> usize {
    20
}

/// Costs of what protects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Security {
    /// Passwords hashed at the same time.
    pub(crate) hashing: usize,
    /// Numbers that a browser tries at most to prove that it works for a person.
    pub(crate) proof_of_work: u32,
    /// The master key itself, for the environment; a file otherwise.
    pub(crate) master_key: Option<Secret>,
    /// File of the master key; `cle-maitresse` in the data folder when absent.
    pub(crate) master_key_file: Option<PathBuf>,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            hashing: 2,
            proof_of_work: 200_000,
            master_key: None,
            master_key_file: None,
        }
    }
}

/// What is written to the log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `text` or `json`.
    pub(crate) format: LogFormat,
    /// `info`, or finer: `warn,preau_web=debug`.
    pub(crate) filter: String,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

impl Config {
    /// Reads the file and the environment. Every error names its key.
    pub(crate) fn read(file: Option<&PathBuf>) -> Result<Self> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            if !file.is_file() {
                bail!(
                    "le fichier de configuration {} n’existe pas",
                    file.display()
                );
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment
            // PREAU_CONFIG names the file; it is no setting.
            .merge(Env::prefixed("PREAU_").ignore(&["config"]).split("__"))
            .extract()
            .map_err(|errors| {
                let lines: Vec<String> = errors.into_iter().map(|e| format!("  {e}")).collect();
                anyhow::anyhow!("configuration refusée :\n{}", lines.join("\n"))
            })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let url = &self.server.public_url;
        if !(url.starts_with("https://") || url.starts_with("http://")) || url.ends_with('/') {
            wrong.push(format!(
                "server.public_url : « {url} » : écrivez l’adresse complète sans barre finale, par exemple https://familles.exemple.fr"
            ));
        }
        if let Some(name) = &self.data.registry
            && !self.postgres.contains_key(name)
        {
            wrong.push(format!(
                "data.registry : « {name} » : aucun serveur [postgres.{name}] n’est décrit"
            ));
        }
        for (name, server) in &self.postgres {
            if let Err(error) = PgServer::new(&server.url, server.connections) {
                wrong.push(format!("postgres.{name}.url : {error}"));
            }
        }
        match (&self.security.master_key, &self.security.master_key_file) {
            (Some(_), Some(_)) => wrong.push(
                "security.master_key : choisissez entre security.master_key et security.master_key_file".to_owned(),
            ),
            (Some(key), None) if MasterKey::parse(key.reveal()).is_none() => wrong.push(
                "security.master_key : ce n’est pas une clé maîtresse (« preau-master-1-… »)".to_owned(),
            ),
            _ => {}
        }
        if let Err(errors) = self.mail.validate() {
            wrong.extend(errors.iter().map(ToString::to_string));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            bail!("configuration refusée :\n  {}", wrong.join("\n  "))
        }
    }

    /// What the store needs.
    pub(crate) fn store(&self) -> Result<Settings> {
        let mut servers = HashMap::new();
        for (name, server) in &self.postgres {
            let opened = PgServer::new(&server.url, server.connections)?;
            servers.insert(name.clone(), Arc::new(opened));
        }
        Ok(Settings {
            folder: self.data.folder.clone(),
            servers,
            registry_server: self.data.registry.clone(),
        })
    }

    /// Where the master key is, unless it comes from the environment.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        let named = self.security.master_key_file.clone();
        named.unwrap_or_else(|| self.data.folder.join("cle-maitresse"))
    }

    /// What use cases need.
    #[must_use]
    pub(crate) fn app(&self, master: Master) -> AppSettings {
        AppSettings {
            public_url: self.server.public_url.clone(),
            mail_from: self.mail.from.clone(),
            node: self.server.node.clone(),
            hashing: self.security.hashing,
            proof_of_work: self.security.proof_of_work,
            payfip: self.server.payfip.clone(),
            master,
        }
    }
}
