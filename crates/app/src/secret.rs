//! The secret of the installation: signs forms and proofs of work. Made once, kept in the registry, so that every
//! node has the same.

use base64::{Engine, engine::general_purpose::STANDARD};
use preau_store::{Command, Origin, StoreError, Tx, tables::setting};

use crate::{App, Caller, Error};

const NAME: &str = "secret";

struct Make([u8; 32]);

impl Command for Make {
    const NAME: &'static str = "secret.make";
    type Answer = String;
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<String, StoreError> {
        if let Some(text) = setting::get::<String>(tx, NAME).await? {
            return Ok(text);
        }
        let text = STANDARD.encode(self.0);
        setting::set(tx, NAME, &text).await?;
        Ok(text)
    }
}

pub(crate) async fn load_or_make(app: &App) -> Result<[u8; 32], Error> {
    let registry = app.communes.registry();
    let mut tx = registry.read().await?;
    let found: Option<String> = setting::get(&mut tx, NAME).await?;
    drop(tx);
    let text = if let Some(text) = found {
        text
    } else {
        let origin = Origin {
            actor: Caller::System("installation").actor(),
            at: app.clock.now(),
            key: None,
            request: None,
            seed: u64::from_le_bytes(app.entropy.bytes()),
        };
        registry.write(Make(app.entropy.bytes()), origin).await?
    };
    let bytes = STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| StoreError::Internal("the installation's secret".to_owned()).into())
}
