//! The signer of an application's files: ad hoc, or an identity.

use super::sign::{self, Seal};
use crate::error::{Error, Result};
use crate::spec::Request;

/// The signer of files.
#[derive(Debug)]
pub(crate) enum Signer {
    /// No identity: the signature of a file contains only hashes.
    AdHoc,
    /// The holder of a certificate.
    #[cfg(feature = "signing")]
    Identity(Box<super::identity::Identity>),
}

impl Signer {
    /// Returns the signer that a request names.
    ///
    /// # Errors
    /// The identity cannot be read, or this `freeze` cannot sign with one.
    pub(crate) fn of(request: &Request) -> Result<Signer> {
        let macos = &request.macos;
        let Some(identity) = macos.sign.as_deref().filter(|name| *name != "-") else {
            let without = [
                ("hardened-runtime", macos.hardened_runtime == Some(true)),
                ("timestamp", macos.timestamp.is_some()),
                ("notarize", macos.notarize.is_some()),
            ];
            return match without.into_iter().find(|(_, is_set)| *is_set) {
                Some((key, _)) => Err(Error::new(format!(
                    "`{key}` in `[macos]` needs an identity to sign with"
                ))
                .hint("`sign` in `[macos]` names a file with a certificate and its key (.p12 or .pem)")),
                None => Ok(Signer::AdHoc),
            };
        };
        let signer = Signer::identity(identity, request)?;
        if macos.notarize.is_some() {
            let lacking = [
                ("hardened-runtime = false", macos.hardened_runtime == Some(false)),
                ("timestamp = \"none\"", macos.timestamp.as_deref() == Some("none")),
            ];
            if let Some((key, _)) = lacking.into_iter().find(|(_, is_set)| *is_set) {
                return Err(Error::new(format!(
                    "Apple does not notarize programs that are signed with `{key}`"
                ))
                .hint("leave it out of `[macos]`, or `notarize`"));
            }
            if !cfg!(feature = "notarize") {
                return Err(Error::new("this `freeze` cannot notarize a product").hint(
                    "it was built without this feature: build it with `cargo build --release --features notarize`; or leave \
                     `notarize` out of `[macos]`, and send the product to Apple with notarytool or `rcodesign notary-submit`",
                ));
            }
        }
        Ok(signer)
    }

    /// Checks that Apple notarizes files of this signer.
    ///
    /// # Errors
    /// Apple does not notarize them.
    #[cfg(feature = "notarize")]
    pub(crate) fn check_notarisable(&self) -> Result<()> {
        match self {
            Signer::AdHoc => Ok(()),
            Signer::Identity(identity) => identity.check_notarisable(),
        }
    }

    #[cfg(feature = "signing")]
    fn identity(name: &str, request: &Request) -> Result<Signer> {
        super::identity::Identity::read(name, request).map(|identity| Signer::Identity(Box::new(identity)))
    }

    #[cfg(not(feature = "signing"))]
    fn identity(name: &str, _: &Request) -> Result<Signer> {
        Err(Error::new(format!("this `freeze` cannot sign with the identity `{name}`")).hint(
            "it was built without this feature: build it with `cargo build --release --features signing`; or sign ad hoc \
             (`sign = \"-\"`), and again with codesign on a Mac",
        ))
    }

    /// Returns whether existing valid signatures are kept.
    pub(crate) fn keeps(&self) -> bool {
        matches!(self, Signer::AdHoc)
    }

    /// Separates cached results of this signer from those of others.
    pub(crate) fn key(&self) -> &[u8] {
        match self {
            Signer::AdHoc => b"",
            #[cfg(feature = "signing")]
            Signer::Identity(identity) => identity.key(),
        }
    }

    /// Signs a file.
    ///
    /// # Errors
    /// The file cannot have a signature, or the identity cannot sign.
    pub(crate) fn sign(&self, bytes: &[u8], seal: &Seal) -> Result<Vec<u8>> {
        match self {
            Signer::AdHoc => sign::ad_hoc(bytes, seal),
            #[cfg(feature = "signing")]
            Signer::Identity(identity) => identity.sign(bytes, seal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_an_identity_is_told() {
        let mut request = Request::default();
        assert!(Signer::of(&request).is_ok_and(|s| s.keeps() && s.key().is_empty()));
        request.macos.sign = Some("-".into());
        request.macos.notarize = Some("key.json".into());
        let error = Signer::of(&request).unwrap_err().to_string();
        assert!(error.contains("`notarize` in `[macos]` needs an identity"), "{error}");
        request.macos.sign = Some("nobody.p12".into());
        let error = Signer::of(&request).unwrap_err().to_string();
        assert!(error.contains("`nobody.p12`"), "{error}");
        if !cfg!(feature = "signing") {
            assert!(error.contains("`cargo build --release --features signing`"), "{error}");
        }
    }
}
