//! Signs with a certificate, by the library that `rcodesign` is made of.

use std::path::PathBuf;

use apple_codesign::cryptography::{InMemoryPrivateKey, parse_pfx_data};
use apple_codesign::{CodeSignatureFlags, MachOSigner, SettingsScope, SigningSettings};
use x509_certificate::CapturedX509Certificate;

use super::sign::{self, Seal};
use crate::error::{Context, Error, Result};
use crate::spec::Request;

/// The service of Apple that says when something was signed.
const TIMESTAMP: &str = "http://timestamp.apple.com/ts01";
/// The variable with the password of a `.p12` file: a spec is no place for it.
const PASSWORD: &str = "FREEZE_SIGN_PASSWORD";

/// A certificate with its key, and how to sign with it.
pub(crate) struct Identity {
    key: InMemoryPrivateKey,
    certificates: Vec<CapturedX509Certificate>,
    runtime: bool,
    timestamp: Option<String>,
    id: Vec<u8>,
}

impl std::fmt::Debug for Identity {
    // The key is nobody else's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("timestamp", &self.timestamp).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads the file that a request names.
    ///
    /// # Errors
    /// It cannot be read, or holds no certificate with its key.
    pub(crate) fn read(name: &str, request: &Request) -> Result<Identity> {
        let path: PathBuf = request.base.join(name);
        let failed = || format!("failed to read the identity `{}`", path.display());
        let hint =
            "`sign` names a file with a certificate and its key: .p12 or .pem, exported from Keychain Access";
        let bytes = fs_err::read(&path).context(failed).map_err(|e| e.hint(hint))?;
        let (key, certificates) = if bytes.starts_with(b"\x30") {
            let password = std::env::var(PASSWORD).unwrap_or_default();
            let (certificate, key) = parse_pfx_data(&bytes, &password)
                .context(failed)
                .map_err(|e| e.hint(format!("{PASSWORD} holds the password of the file")))?;
            (Some(key), vec![certificate])
        } else {
            pem(&bytes).context(failed)?
        };
        let key = key.filter(|_| !certificates.is_empty());
        let key = key.ok_or_else(|| {
            Error::new(failed()).cause("expected a certificate and its private key").hint(hint)
        })?;
        let runtime = request.macos.hardened_runtime != Some(false);
        let timestamp = match request.macos.timestamp.as_deref() {
            Some("none") => None,
            other => Some(other.unwrap_or(TIMESTAMP).to_owned()),
        };
        let mut id = blake3::hash(&bytes).as_bytes().to_vec();
        id.push(u8::from(runtime));
        id.extend(timestamp.iter().flat_map(|t| t.bytes()));
        Ok(Identity { key, certificates, runtime, timestamp, id })
    }

    /// What tells results of this identity from those of others.
    pub(crate) fn key(&self) -> &[u8] {
        &self.id
    }

    /// Signs a file, in the place of a signature that it may have.
    ///
    /// # Errors
    /// The file cannot have a signature, or the time of the signature cannot be had.
    pub(crate) fn sign(&self, bytes: &[u8], seal: &Seal) -> Result<Vec<u8>> {
        let mut settings = SigningSettings::default();
        let (own, chain) =
            self.certificates.split_first().ok_or_else(|| Error::new("there is no certificate"))?;
        settings.set_signing_key(&self.key, own.clone());
        chain.iter().for_each(|certificate| settings.chain_certificate(certificate.clone()));
        settings.chain_apple_certificates();
        settings.set_team_id_from_signing_certificate();
        if let Some(url) = &self.timestamp {
            settings
                .set_time_stamp_url(url.as_str())
                .context(|| format!("`timestamp` is no address: `{url}`"))?;
        }
        settings.set_binary_identifier(SettingsScope::Main, &seal.identifier);
        if self.runtime {
            settings.set_code_signature_flags(SettingsScope::Main, CodeSignatureFlags::RUNTIME);
        }
        if let Some(info) = &seal.info {
            settings.set_info_plist_data(SettingsScope::Main, info.clone());
        }
        if let Some(resources) = &seal.resources {
            settings.set_code_resources_data(SettingsScope::Main, resources.clone());
        }
        if let Some((xml, _)) = &seal.entitlements {
            let xml = String::from_utf8_lossy(xml);
            settings.set_entitlements_xml(SettingsScope::Main, xml)?;
        }
        // Ad hoc first: the library keeps what lies in a file, and this makes its segments as it expects them.
        let plain = sign::ad_hoc(bytes, &Seal { identifier: seal.identifier.clone(), ..Seal::default() })?;
        let mut signed = Vec::with_capacity(plain.len() + (64 << 10));
        MachOSigner::new(&plain)?.write_signed_binary(&settings, &mut signed)?;
        Ok(signed)
    }
}

/// The key and the certificates in a text.
fn pem(bytes: &[u8]) -> Result<(Option<InMemoryPrivateKey>, Vec<CapturedX509Certificate>)> {
    let (mut key, mut certificates) = (None, Vec::new());
    for part in pem::parse_many(bytes)? {
        match part.tag() {
            "CERTIFICATE" => certificates.push(CapturedX509Certificate::from_der(part.contents())?),
            "PRIVATE KEY" => key = Some(InMemoryPrivateKey::from_pkcs8_der(part.contents())?),
            "RSA PRIVATE KEY" => key = Some(InMemoryPrivateKey::from_pkcs1_der(part.contents())?),
            _ => {}
        }
    }
    Ok((key, certificates))
}
