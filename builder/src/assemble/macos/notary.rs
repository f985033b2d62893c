//! Notarizes an application with Apple, and adds the ticket to a bundle.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use app_store_connect::notary_api::{SubmissionResponse, SubmissionResponseStatus};
use app_store_connect::{ConnectTokenEncoder, UnifiedApiKey};
use apple_codesign::stapling::Stapler;
use apple_codesign::{NotarizationUpload, Notarizer};
use serde_json::Value;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;

use crate::error::{Context, Error, Result};
use crate::interrupt;

/// Maximum time to wait for Apple's answer.
const WAIT: Duration = Duration::from_secs(3600);
/// Seconds between two requests.
const PAUSE: u32 = 5;
/// Maximum number of consecutive failed requests.
const FAILURES: u32 = 5;
/// Maximum number of Apple's issues to show.
const SHOWN: usize = 20;

/// Creates a notarizer with a key of App Store Connect.
///
/// # Errors
/// The file cannot be read, or contains no such key.
pub(super) fn notary(key: &Path) -> Result<Notarizer> {
    let failed = || format!("failed to read the key of App Store Connect `{}`", key.display());
    let hint = "`rcodesign encode-app-store-connect-api-key` writes such a file from the `.p8` file that Apple gives";
    let token = || -> Result<String, _> {
        let encoder: ConnectTokenEncoder = UnifiedApiKey::from_json_path(key)?.try_into()?;
        // Create a token like those for requests, which requires a complete key.
        encoder.new_token(60)
    };
    token().map_err(|e| Error::new(failed()).cause(format!("{e:#}")).hint(hint))?;
    Notarizer::from_api_key(key).context(failed).map_err(|e| e.hint(hint))
}

/// Sends an application to Apple with a key of App Store Connect, waits for the answer, and adds the ticket
/// to a bundle.
///
/// # Errors
/// The key cannot be read, Apple cannot be reached, or Apple rejects the application.
pub(super) fn notarise(key: &Path, product: &Path) -> Result<()> {
    let notary = notary(key)?;
    submit(&notary, key, product)
        .context(|| format!("`{}` is built and signed, but not notarized", product.display()))?;
    if product.extension().is_none_or(|e| e != "app") {
        // For anything but a bundle, the system requests the ticket online.
        return Ok(());
    }
    let failed = || format!("`{}` is notarized, but the ticket could not be attached", product.display());
    let stapler = Stapler::new().context(failed)?;
    stapler
        .staple_path(product)
        .context(failed)
        .map_err(|e| e.hint("macOS requests the ticket online; on a Mac, `xcrun stapler staple` attaches it"))
}

/// Sends the application in an archive, in the format of `notarytool`, and waits.
fn submit(notary: &Notarizer, key: &Path, product: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let name = product.file_name().unwrap_or_default().to_string_lossy();
    let archive = folder.path().join(format!("{name}.zip"));
    pack(product, &archive).context(|| format!("failed to pack `{}`", product.display()))?;
    let sent = notary.notarize_path(&archive, None).context(|| "failed to send it to Apple")?;
    let id = match sent {
        NotarizationUpload::UploadId(id) => id,
        NotarizationUpload::NotaryResponse(response) => response.data.id,
    };
    let answer = wait(notary, &id).context(|| format!("Apple has not answered the submission `{id}`"));
    let answer = answer.map_err(|e| {
        e.hint(format!("`rcodesign notary-wait --api-key-file {} {id}` continues to wait", key.display()))
    })?;
    let Err(refusal) = answer.into_result() else { return Ok(()) };
    let mut error = Error::new(format!("Apple rejected the submission `{id}`")).cause(format!("{refusal:#}"));
    match notary.fetch_notarization_log(&id) {
        Ok(log) => error.causes.extend(complaints(&log)),
        Err(e) => error = error.cause(format!("its log cannot be read: {e}")),
    }
    Err(error)
}

/// Polls Apple until there is an answer.
fn wait(notary: &Notarizer, id: &str) -> Result<SubmissionResponse> {
    let (begin, mut failures) = (Instant::now(), 0);
    loop {
        match notary.get_submission(id) {
            Ok(answer) if answer.data.attributes.status != SubmissionResponseStatus::InProgress => {
                return Ok(answer);
            }
            Ok(_) => failures = 0,
            Err(_) if failures < FAILURES => failures += 1,
            Err(e) => return Err(e.into()),
        }
        if begin.elapsed() > WAIT {
            return Err(Error::new(format!("there was no answer in {} minutes", WAIT.as_secs() / 60)));
        }
        for _ in 0..PAUSE {
            interrupt::check()?;
            std::thread::sleep(Duration::from_secs(1));
        }
    }
}

/// Returns Apple's issues from the log of a submission.
fn complaints(log: &Value) -> Vec<String> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut told: Vec<String> =
        Some(text(log, "statusSummary")).into_iter().filter(|t| !t.is_empty()).collect();
    let issues = log["issues"].as_array().map(Vec::as_slice).unwrap_or_default();
    told.extend(issues.iter().take(SHOWN).map(|issue| {
        format!("{}: `{}`: {}", text(issue, "severity"), text(issue, "path"), text(issue, "message"))
    }));
    if issues.len() > SHOWN {
        told.push(format!("and {} more", issues.len() - SHOWN));
    }
    told
}

/// Packs a file or folder. Links stay links.
fn pack(product: &Path, archive: &Path) -> Result<()> {
    let above = product.parent().unwrap_or(Path::new(""));
    let mut zip = zip::ZipWriter::new(File::create(archive)?);
    for entry in WalkDir::new(product).sort_by_file_name() {
        let entry = entry?;
        let inner = entry.path().strip_prefix(above).unwrap_or(entry.path());
        let names: Option<Vec<&str>> = inner.iter().map(|name| name.to_str()).collect();
        let name =
            names.ok_or_else(|| Error::new(format!("`{}` is not Unicode", inner.display())))?.join("/");
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        if entry.path_is_symlink() {
            let target = std::fs::read_link(entry.path())?.to_string_lossy().replace('\\', "/");
            zip.add_symlink(name, target, options)?;
        } else if entry.file_type().is_file() {
            let is_large = entry.metadata()?.len() >= u64::from(u32::MAX);
            zip.start_file(name, options.large_file(is_large))?;
            io::copy(&mut File::open(entry.path())?, &mut zip)?;
        }
    }
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apple_says_is_told() {
        let issue = serde_json::json!({
            "severity": "error", "path": "app.zip/app.app/Contents/MacOS/app", "architecture": "arm64",
            "message": "The signature does not include a secure timestamp."
        });
        let log = serde_json::json!({ "statusSummary": "Archive contains critical validation errors", "issues": vec![issue; 22] });
        let told = complaints(&log);
        assert_eq!(told.len(), 22);
        assert_eq!(told[0], "Archive contains critical validation errors");
        assert_eq!(
            told[1],
            "error: `app.zip/app.app/Contents/MacOS/app`: The signature does not include a secure timestamp."
        );
        assert_eq!(told[21], "and 2 more");
        assert!(complaints(&serde_json::json!({ "issues": null })).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn an_archive_holds_links_as_links() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app.app");
        std::fs::create_dir_all(app.join("Contents/Resources/data")).unwrap();
        std::fs::write(app.join("Contents/Resources/data/a.txt"), "a").unwrap();
        std::fs::create_dir(app.join("Contents/Frameworks")).unwrap();
        std::os::unix::fs::symlink("../Resources/data", app.join("Contents/Frameworks/data")).unwrap();
        let archive = folder.path().join("app.zip");
        pack(&app, &archive).unwrap();
        let mut zip = zip::ZipArchive::new(File::open(&archive).unwrap()).unwrap();
        assert_eq!(zip.len(), 2);
        let link = zip.by_name("app.app/Contents/Frameworks/data").unwrap();
        assert!(link.is_symlink());
        assert_eq!(io::read_to_string(link).unwrap(), "../Resources/data");
        let file = zip.by_name("app.app/Contents/Resources/data/a.txt").unwrap();
        assert_eq!(io::read_to_string(file).unwrap(), "a");
    }
}
