//! A certificate for this machine's loopback, signed by an authority that is made anew for each server.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// What the server needs, as files, and what its clients need, as PEM.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
    pub(super) ca_pem: String,
}

impl Certificate {
    /// Makes the authority and the certificate, for `localhost` and `127.0.0.1`, in `folder`.
    pub(super) fn make(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name
            .push(DnType::CommonName, "Test authority");
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_pem = ca.self_signed(&ca_key)?.pem();

        let key = KeyPair::generate()?;
        let mut server = CertificateParams::new(["localhost".into(), "127.0.0.1".into()])?;
        server
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let signed = server.signed_by(&key, &Issuer::from_params(&ca, &ca_key))?;

        let made = Self {
            chain: folder.join("chain.pem"),
            key: folder.join("key.pem"),
            ca_pem,
        };
        fs::write(&made.chain, signed.pem())?;
        fs::write(&made.key, key.serialize_pem())?;
        Ok(made)
    }
}
