//! Signs with a certificate, using the library behind `rcodesign`.

use std::error::Error as StdError;
use std::path::Path;

use apple_codesign::cryptography::InMemoryPrivateKey;
use apple_codesign::{
    AppleCertificate, AppleCodesignError, CodeSignatureFlags, MachOSigner, SettingsScope, SigningSettings,
};
use cryptographic_message_syntax::{CmsError, TimeStampError};
use x509_certificate::{CapturedX509Certificate, Sign};

use super::sign::{self, Seal};
use crate::error::{Context, Error, Result};
use crate::spec::Request;

/// Apple's timestamp service.
const TIMESTAMP: &str = "http://timestamp.apple.com/ts01";
/// The variable with the password of the certificate file, which does not belong in a spec.
const PASSWORD: &str = "FREEZE_SIGN_PASSWORD";
/// Hint about the files that `sign` accepts.
const FILE: &str =
    "`sign` names a .p12 or .pem file with a certificate and its private key, as Keychain Access exports it";
/// The certificate extension for key usage, and its value for code signing, in DER.
const USAGE: (&[u8], &[u8]) = (&[0x55, 0x1d, 0x25], &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 3]);

/// A certificate with its key, and the settings for signing.
pub(crate) struct Identity {
    key: InMemoryPrivateKey,
    certificate: CapturedX509Certificate,
    /// The issuing certificates that the file contains.
    chain: Vec<CapturedX509Certificate>,
    runtime: bool,
    timestamp: Option<String>,
    id: Vec<u8>,
}

impl std::fmt::Debug for Identity {
    // The key is secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("timestamp", &self.timestamp).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads the file that a request names.
    ///
    /// # Errors
    /// The file cannot be read, or contains no certificate for signing with its key.
    pub(crate) fn read(name: &str, request: &Request) -> Result<Identity> {
        let path = request.base.join(name);
        let bytes = fs_err::read(&path)
            .context(|| format!("failed to read the identity `{}`", path.display()))
            .map_err(|e| e.hint(FILE))?;
        let password = std::env::var(PASSWORD).ok();
        Identity::of(&bytes, &path, password.as_deref(), request)
    }

    fn of(bytes: &[u8], path: &Path, password: Option<&str>, request: &Request) -> Result<Identity> {
        let failed = || format!("failed to read the identity `{}`", path.display());
        let is_der = bytes.starts_with(b"\x30");
        let found = if is_der { p12(bytes, password) } else { pem(bytes, password) };
        let (key, certificate, chain) = found.and_then(Found::pair).context(failed)?;
        check(&certificate).context(failed)?;
        let runtime = request.macos.hardened_runtime != Some(false);
        let timestamp = match request.macos.timestamp.as_deref() {
            Some("none") => None,
            // Apple's timestamp server is for Apple's certificates and may refuse others.
            None => is_apples(&certificate).then(|| TIMESTAMP.to_owned()),
            Some(url) => {
                let known = SigningSettings::default().set_time_stamp_url(url);
                known.context(|| format!("`timestamp` in `[macos]` is not an address: `{url}`")).map_err(
                    |e| {
                        e.hint(format!(
                            "use the address of a time stamp server, such as `{TIMESTAMP}`, or `none`"
                        ))
                    },
                )?;
                Some(url.to_owned())
            }
        };
        let mut id = blake3::hash(bytes).as_bytes().to_vec();
        id.push(u8::from(runtime));
        id.extend(timestamp.iter().flat_map(|t| t.bytes()));
        Ok(Identity { key, certificate, chain, runtime, timestamp, id })
    }

    /// Checks that Apple notarizes files signed with this certificate.
    ///
    /// # Errors
    /// The certificate is not for programs that are distributed outside the App Store.
    #[cfg(feature = "notarize")]
    pub(crate) fn check_notarisable(&self) -> Result<()> {
        let kinds = self.certificate.apple_code_signing_extensions();
        if kinds.contains(&apple_codesign::CodeSigningCertificateExtension::DeveloperIdApplication) {
            return Ok(());
        }
        let own = named(&self.certificate);
        let error = Error::new(format!(
            "Apple does not notarize programs that are signed with the certificate {own}"
        ));
        Err(error.hint("use a certificate `Developer ID Application`, which Apple issues to its developers"))
    }

    /// Separates cached results of this identity from those of others.
    pub(crate) fn key(&self) -> &[u8] {
        &self.id
    }

    /// Signs a file and replaces an existing signature.
    ///
    /// # Errors
    /// The file cannot have a signature, or no timestamp is available.
    pub(crate) fn sign(&self, bytes: &[u8], seal: &Seal) -> Result<Vec<u8>> {
        let mut settings = SigningSettings::default();
        settings.set_signing_key(&self.key, self.certificate.clone());
        self.chain.iter().for_each(|certificate| settings.chain_certificate(certificate.clone()));
        settings.chain_apple_certificates();
        settings.set_team_id_from_signing_certificate();
        if let Some(url) = &self.timestamp {
            settings.set_time_stamp_url(url.as_str())?;
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
        // Sign ad hoc first: the library keeps the layout of a file, and this creates the segments that it
        // expects.
        let plain = sign::ad_hoc(bytes, &Seal { identifier: seal.identifier.clone(), ..Seal::default() })?;
        let mut signed = Vec::with_capacity(plain.len() + (64 << 10));
        let written = MachOSigner::new(&plain)?.write_signed_binary(&settings, &mut signed);
        written.map_err(|error| self.explained(error))?;
        Ok(signed)
    }

    /// Converts an error of the library.
    fn explained(&self, error: AppleCodesignError) -> Error {
        let (AppleCodesignError::Cms(CmsError::TimeStampProtocol(why)), Some(url)) =
            (&error, &self.timestamp)
        else {
            return error.into();
        };
        let mut told = Error::new(format!("failed to get the time of the signature from `{url}`"));
        match why {
            // Its text contains only the address; the cause of the failure comes last.
            TimeStampError::Reqwest(error) => {
                let mut next: Option<&dyn StdError> = Some(error);
                while let Some(error) = next {
                    (told, next) = (told.cause(error.to_string()), error.source());
                }
            }
            other => told = told.cause(other.to_string()),
        }
        told.hint(
            "`timestamp` in `[macos]` names another server, or `none` for signatures without a time: they end with the \
             certificate, and Apple does not notarize them",
        )
    }
}

/// Keys and certificates in a file.
#[derive(Default)]
struct Found {
    keys: Vec<InMemoryPrivateKey>,
    certificates: Vec<CapturedX509Certificate>,
}

impl Found {
    /// Returns a key, its certificate, and the other certificates.
    fn pair(mut self) -> Result<(InMemoryPrivateKey, CapturedX509Certificate, Vec<CapturedX509Certificate>)> {
        let what = match (self.keys.len(), self.certificates.len()) {
            (0, 0) => "neither",
            (0, _) => "no private key",
            (_, 0) => "no certificate",
            (_, 1) => "a certificate of another key",
            _ => "certificates of other keys",
        };
        for key in self.keys {
            let public = key.public_key_data();
            if let Some(at) = self.certificates.iter().position(|c| c.public_key_data() == public) {
                let own = self.certificates.swap_remove(at);
                return Ok((key, own, self.certificates));
            }
        }
        let error = Error::new(format!("expected a certificate and its private key, found {what}"));
        Err(error.hint(FILE))
    }
}

/// Returns the name of a certificate.
fn named(certificate: &CapturedX509Certificate) -> String {
    certificate.subject_common_name().map_or_else(|| "without a name".into(), |name| format!("`{name}`"))
}

/// Returns whether Apple issued a certificate.
fn is_apples(certificate: &CapturedX509Certificate) -> bool {
    certificate.chains_to_apple_root_ca() || !certificate.apple_code_signing_extensions().is_empty()
}

/// Checks that signatures with a certificate are valid.
fn check(certificate: &CapturedX509Certificate) -> Result<()> {
    if !certificate.time_constraints_valid(None) {
        let (from, to) = (certificate.validity_not_before(), certificate.validity_not_after());
        let error =
            Error::new(format!("the certificate {} is valid from {from} to {to}", named(certificate)));
        return Err(
            error.hint("macOS rejects signatures from outside that period: request a new certificate")
        );
    }
    let mut usage = certificate.iter_extensions().filter(|e| e.id.as_ref() == USAGE.0);
    if usage.any(|e| !e.value.to_bytes().windows(USAGE.1.len()).any(|w| w == USAGE.1)) {
        let error = Error::new(format!("the certificate {} is not for signing code", named(certificate)));
        return Err(error.hint("use a certificate `Developer ID Application` or `Apple Development`"));
    }
    Ok(())
}

/// Returns the error for a wrong password.
fn locked(password: Option<&str>) -> Error {
    Error::new(match password {
        Some(_) => format!("the password in {PASSWORD} is wrong"),
        None => format!("it has a password, but {PASSWORD} is not set"),
    })
    .hint(format!("set {PASSWORD} to the password of the file that `sign` names"))
}

/// Reads a `.p12` file.
fn p12(bytes: &[u8], password: Option<&str>) -> Result<Found> {
    use p12_keystore::Pkcs12Archive;
    use p12_keystore::error::Error as Wrong;
    let archive = match Pkcs12Archive::from_pkcs12(bytes, password.unwrap_or_default()) {
        Ok(archive) => archive,
        Err(Wrong::MacError(_) | Wrong::UnpadError) => return Err(locked(password)),
        Err(e) => {
            return Err(Error::from(e).context("expected a PKCS #12 file (.p12)").hint(FILE));
        }
    };
    let mut found = Found::default();
    for bag in archive.keys {
        found.keys.push(InMemoryPrivateKey::from_pkcs8_der(bag.key.as_der())?);
    }
    for bag in archive.certs {
        found.certificates.push(CapturedX509Certificate::from_der(bag.cert.as_der())?);
    }
    Ok(found)
}

/// Reads a PEM text.
fn pem(bytes: &[u8], password: Option<&str>) -> Result<Found> {
    let mut found = Found::default();
    for part in pem::parse_many(bytes).map_err(|e| Error::from(e).hint(FILE))? {
        let (tag, content) = (part.tag(), part.contents());
        match tag {
            "CERTIFICATE" => found.certificates.push(CapturedX509Certificate::from_der(content)?),
            "PRIVATE KEY" => found.keys.push(InMemoryPrivateKey::from_pkcs8_der(content)?),
            "ENCRYPTED PRIVATE KEY" => {
                let Some(given) = password else { return Err(locked(password)) };
                let locked_key = pkcs8::EncryptedPrivateKeyInfoRef::try_from(content)?;
                let open = locked_key.decrypt(given).map_err(|_| locked(password))?;
                found.keys.push(InMemoryPrivateKey::from_pkcs8_der(open.as_bytes())?);
            }
            "RSA PRIVATE KEY" if part.headers().get("Proc-Type").is_none() => {
                found.keys.push(InMemoryPrivateKey::from_pkcs1_der(content)?);
            }
            other if other.ends_with("PRIVATE KEY") => {
                let error = Error::new(format!("its private key has an old format, `{other}`"));
                return Err(error.hint("convert it with `openssl pkcs8 -topk8 -in FILE`"));
            }
            _ => {}
        }
    }
    Ok(found)
}
