//! Programs for macOS signed by an identity, read by tools that are not ours.
//!
//! `FREEZE_TEST_SIGNING_BINARY` names a `freeze` with the feature `signing`. `.ci/run` builds one while other tests run; these wait for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::{Outcome, Project, Run, freeze_command, newest, root, scratch, skip, skip_unavailable};

use crate::cross::{launcher, path_with, piece};
use crate::macos::TARGETS;

/// The password of keys.
const PASSWORD: &str = "ein Wort – żółw";

const ENTITLEMENTS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\
                            <key>com.apple.security.cs.disable-library-validation</key><true/></dict></plist>\n";

/// Waits while another process builds a file.
fn wait_for(file: &Path) {
    while file.with_extension("building").exists() {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert!(file.exists(), "{} is not there", file.display());
}

/// All that signing needs.
struct Bench {
    freeze: PathBuf,
    python: PathBuf,
    path: std::ffi::OsString,
    identities: tempfile::TempDir,
}

impl Bench {
    /// It is said what is not there.
    fn new() -> Option<Bench> {
        let Some(freeze) = std::env::var_os("FREEZE_TEST_SIGNING_BINARY") else {
            skip_unavailable(
                "FREEZE_TEST_SIGNING_BINARY names no `freeze` that can sign (`cargo build --release --features signing`)",
            );
            return None;
        };
        let freeze = PathBuf::from(freeze);
        wait_for(&freeze);
        if !Path::new("/usr/bin/openssl").exists() {
            skip("no openssl (Debian: package `openssl`)");
            return None;
        }
        let (python, path) = (piece("macos-3.11")?, path_with("3.11")?);
        Some(Bench { freeze, python, path, identities: identities() })
    }

    fn command(&self, project: &Project, target: &str, launcher: &Path, arguments: &[&str]) -> Run {
        let run = Run::new(&self.freeze).in_folder(project.path()).show(project.path());
        let run = run.args(arguments).args(["-y", "--target", target, "--python"]).arg(&self.python);
        let cache = root().join("target/tmp/freeze-cache");
        let run =
            run.env("FREEZE_CACHE_DIR", cache).env("FREEZE_BOOTLOADER", launcher).env("PATH", &self.path);
        run.env("FREEZE_SIGN_PASSWORD", PASSWORD)
    }

    fn file(&self, name: &str) -> String {
        self.identities.path().join(name).display().to_string()
    }

    /// Has macho.py check all files of a product and who has signed them.
    fn check(&self, product: &Path, arch: &str, times: Option<&str>) -> String {
        let venv = harness::venv(newest(), "lief\n");
        let run = Run::new(venv.python()).arg(root().join("tests/macho.py")).arg(product).arg(arch);
        let outcome = run.arg(self.file("root.pem")).args(times.map(|name| self.file(name))).run();
        outcome.success().stdout.clone()
    }
}

fn openssl(folder: &Path, arguments: &[&str]) {
    Run::new("openssl").args(arguments).in_folder(folder).run().success();
}

/// A folder with keys and certificates: of who issues them, of who signs, of who tells the time.
fn identities() -> tempfile::TempDir {
    let folder = scratch("identities");
    let run = |arguments: &[&str]| openssl(folder.path(), arguments);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let join = |name: &str, parts: &[&str]| {
        let read = |part: &&str| std::fs::read_to_string(folder.path().join(part)).unwrap();
        write(name, &parts.iter().map(read).collect::<String>());
    };
    write("root.ext", "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n");
    let usage =
        "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical";
    write("code.ext", &format!("{usage},codeSigning\n"));
    // Says of itself that it is one of Apple's `Developer ID Application`.
    write("apple.ext", &format!("{usage},codeSigning\n1.2.840.113635.100.6.1.13=critical,DER:0500\n"));
    write("time.ext", &format!("{usage},timeStamping\n"));
    for (name, usage, days) in [
        ("root", "root", "2"),
        ("code", "code", "2"),
        ("apple", "apple", "2"),
        ("time", "time", "2"),
        ("expired", "code", "-1"),
    ] {
        let (key, request, ext) = (format!("{name}.key"), format!("{name}.csr"), format!("{usage}.ext"));
        let subject = format!("/CN=Tests of freeze, {name}");
        run(&["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-subj", &subject, "-out", &request]);
        let certificate = format!("{name}.pem");
        let mut sign =
            vec!["x509", "-req", "-in", &request, "-days", days, "-extfile", &ext, "-out", &certificate];
        match name {
            "root" => sign.extend(["-signkey", &key]),
            _ => sign.extend(["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"]),
        }
        run(&sign);
    }
    let password = format!("pass:{PASSWORD}");
    let own = ["pkcs12", "-export", "-in", "code.pem", "-inkey", "code.key", "-certfile", "root.pem"];
    run(&[&own[..], &["-passout", &password, "-out", "code.p12"]].concat());
    // As Keychain Access writes it, and openssl did.
    let old = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
    run(&[&own[..], &old, &["-passout", &password, "-out", "old.p12"]].concat());
    run(&["pkcs12", "-export", "-nokeys", "-in", "code.pem", "-passout", &password, "-out", "keyless.p12"]);
    run(&["pkcs8", "-topk8", "-in", "code.key", "-passout", &password, "-out", "locked.key"]);
    run(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.key"]);
    // The one that signs is found by its key.
    join("id.pem", &["root.pem", "code.pem", "code.key"]);
    join("locked.pem", &["locked.key", "root.pem", "code.pem"]);
    join("expired-id.pem", &["expired.pem", "expired.key"]);
    join("apple-id.pem", &["apple.pem", "apple.key"]);
    join("time-id.pem", &["time.pem", "time.key"]);
    join("mixed.pem", &["code.pem", "apple.key"]);
    join("ec.pem", &["code.pem", "ec.key"]);
    folder
}

/// A spec of a program that is signed.
fn spec(mode: &str, is_bundle: bool, identity: &str, more: &str) -> String {
    format!(
        "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{mode}\"\n[macos]\nbundle = {is_bundle}\n\
         entitlements = \"e.plist\"\nsign = \"{identity}\"\n{more}\n[[data]]\nfrom = \"a.b\"\nto = \"a.b\"\n"
    )
}

fn project(source: &str, spec: &str) -> Project {
    let project = Project::script(source).file("a.b/x.txt", "x").file("e.plist", ENTITLEMENTS);
    project.file("app.spec", spec)
}

/// Where the product lies, and its executable.
fn product(project: &Project, mode: &str, is_bundle: bool) -> (PathBuf, PathBuf) {
    let name = if is_bundle { "app.app" } else { "app" };
    let product = project.path().join("dist").join(name);
    let executable = match (is_bundle, mode) {
        (true, _) => product.join("Contents/MacOS/app"),
        (false, "onedir") => product.join("app"),
        (false, _) => product.clone(),
    };
    (product, executable)
}

/// Checks a product in all forms, with all native files that are in it; returns how many there are.
fn check_all(bench: &Bench, project: &Project, mode: &str, is_bundle: bool, arch: &str) -> usize {
    let (product, executable) = product(project, mode, is_bundle);
    let mut seen = bench.check(&product, arch, None);
    let bytes = std::fs::read(&executable).unwrap();
    let needle = b"com.apple.security.cs.disable-library-validation";
    // As XML and as DER.
    assert_eq!(bytes.windows(needle.len()).filter(|w| w == needle).count(), 2);
    if mode == "onefile" {
        let to = project.path().join("contents");
        freeze_command().arg("inspect").arg(&executable).arg("verify").run().success();
        freeze_command().arg("inspect").arg(&executable).arg("extract").arg(&to).run().success();
        seen = bench.check(&to, arch, None);
    }
    seen.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

const FORMS: [(&str, bool); 4] = [("onedir", false), ("onefile", false), ("onedir", true), ("onefile", true)];

#[test]
fn an_identity_signs_every_file_in_each_form() {
    let Some(bench) = Bench::new() else { return };
    let source =
        "import sys, zlib, json, decimal, asyncio, multiprocessing, hashlib\nprint('hello', sys.platform)\n";
    for (target, triple, arch) in TARGETS {
        let Some(launcher) = launcher(triple, "launcher") else { continue };
        for ((mode, is_bundle), identity) in
            FORMS.into_iter().zip(["code.p12", "old.p12", "id.pem", "locked.pem"])
        {
            let project = project(source, &spec(mode, is_bundle, &bench.file(identity), ""));
            let outcome = bench.command(&project, target, &launcher, &["app.spec"]).run();
            assert!(!outcome.success().stderr.contains("warning"), "{outcome}");
            let count = check_all(&bench, &project, mode, is_bundle, arch);
            assert!(count >= 2, "{count}");
        }
    }
}

#[test]
fn packages_are_signed_with_the_program() {
    let (Some(bench), Some(wheels)) = (Bench::new(), piece("macos-wheels")) else { return };
    let source = "import numpy, pandas\nprint(pandas.DataFrame({'a': numpy.arange(3)}))\n";
    let wheels = wheels.display().to_string();
    for (target, triple, arch) in TARGETS {
        let Some(launcher) = launcher(triple, "launcher") else { continue };
        for (mode, is_bundle) in FORMS {
            let project = project(source, &spec(mode, is_bundle, &bench.file("code.p12"), ""));
            let arguments = ["app.spec", "--packages", &wheels];
            bench.command(&project, target, &launcher, &arguments).run().success();
            let count = check_all(&bench, &project, mode, is_bundle, arch);
            assert!(count > 60, "{count}");
        }
    }
}

#[test]
fn each_part_of_a_universal_program_is_signed() {
    let Some(bench) = Bench::new() else { return };
    if TARGETS.iter().any(|(_, triple, _)| launcher(triple, "launcher").is_none()) {
        return;
    }
    let launchers = root().join("target/launchers");
    for (mode, is_bundle) in FORMS {
        let project = project("import zlib, json\n", &spec(mode, is_bundle, &bench.file("code.p12"), ""));
        let run = bench.command(&project, "macos-universal2", Path::new(""), &["app.spec"]);
        let run = run.env_remove("FREEZE_BOOTLOADER").env("FREEZE_LAUNCHERS", &launchers);
        run.run().success();
        let (product, _) = product(&project, mode, is_bundle);
        bench.check(&product, "universal2", None);
    }
}

/// A server that tells the time by `openssl ts`; its address, and how often it was asked.
fn time_server(folder: &Path) -> (String, Arc<AtomicUsize>) {
    let config = "[tsa]\ndefault_tsa = own\n[own]\nserial = serial\nsigner_cert = time.pem\nsigner_key = time.key\ncerts = root.pem\n\
                  signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\n";
    std::fs::write(folder.join("ts.cnf"), config).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let (folder, asked) = (folder.to_owned(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap_or_default() > 2 {
                if let Some((_, size)) = line.to_lowercase().split_once("content-length:") {
                    length = size.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut query = vec![0; length];
            reader.read_exact(&mut query).unwrap();
            std::fs::write(folder.join("query"), query).unwrap();
            openssl(&folder, &["ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply"]);
            let reply = std::fs::read(folder.join("reply")).unwrap();
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nConnection: close\r\n";
            count.fetch_add(1, Ordering::Relaxed);
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n", reply.len());
            let _ = stream.write_all(&reply);
        }
    });
    (address, asked)
}

#[test]
fn a_server_tells_the_time_of_each_signature() {
    let Some(bench) = Bench::new() else { return };
    let (target, triple, arch) = TARGETS[0];
    let Some(launcher) = launcher(triple, "launcher") else { return };
    let (address, asked) = time_server(bench.identities.path());
    let more = format!("timestamp = \"{address}\"");
    let project = project("import json\n", &spec("onedir", true, &bench.file("code.p12"), &more));
    bench.command(&project, target, &launcher, &["app.spec"]).run().success();
    let (product, _) = product(&project, "onedir", true);
    let seen = bench.check(&product, arch, Some("root.pem"));
    let files = seen.split(' ').next().and_then(|n| n.parse().ok());
    assert_eq!(files, Some(asked.load(Ordering::Relaxed)), "{seen}");
}

#[test]
fn what_is_wrong_with_an_identity_is_told() {
    let Some(bench) = Bench::new() else { return };
    let (target, triple, _) = TARGETS[0];
    let Some(launcher) = launcher(triple, "launcher") else { return };
    let fails = |identity: &str, more: &str, password: Option<&str>| -> Outcome {
        let project = project("print(1)\n", &spec("onedir", false, &bench.file(identity), more));
        let run = bench.command(&project, target, &launcher, &["app.spec"]);
        let run = match password {
            Some(password) => run.env("FREEZE_SIGN_PASSWORD", password),
            None => run.env_remove("FREEZE_SIGN_PASSWORD"),
        };
        let outcome = run.run();
        outcome.exits(1);
        assert!(outcome.stderr.contains("hint: "), "{outcome}");
        assert!(!project.path().join("dist").exists(), "{outcome}");
        outcome
    };
    for (identity, password, expected) in [
        ("none.p12", None, "failed to read the identity"),
        ("code.p12", None, "it has a password, but FREEZE_SIGN_PASSWORD is not set"),
        ("code.p12", Some("other"), "the password in FREEZE_SIGN_PASSWORD is wrong"),
        ("old.p12", Some("other"), "the password in FREEZE_SIGN_PASSWORD is wrong"),
        ("locked.pem", None, "it has a password, but FREEZE_SIGN_PASSWORD is not set"),
        ("locked.pem", Some("other"), "the password in FREEZE_SIGN_PASSWORD is wrong"),
        ("keyless.p12", Some(PASSWORD), "expected a certificate and its private key, found no private key"),
        ("code.pem", None, "expected a certificate and its private key, found no private key"),
        ("code.key", None, "expected a certificate and its private key, found no certificate"),
        ("mixed.pem", None, "found a certificate of another key"),
        ("ec.pem", None, "its private key has an old format, `EC PRIVATE KEY`"),
        ("ts.cnf", None, "expected a certificate and its private key, found neither"),
        ("expired-id.pem", None, "the certificate `Tests of freeze, expired` is valid from "),
        ("time-id.pem", None, "the certificate `Tests of freeze, time` is not for signing code"),
    ] {
        if identity == "ts.cnf" {
            std::fs::write(bench.identities.path().join(identity), "[tsa]\n").unwrap();
        }
        let outcome = fails(identity, "", password);
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
        assert!(outcome.stderr.contains(&bench.file(identity)), "{outcome}");
    }
    let spoiled = |more: &str, expected: &str| {
        let outcome = fails("apple-id.pem", more, None);
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
        outcome
    };
    spoiled("timestamp = \"soon\"", "`timestamp` in `[macos]` is not an address: `soon`");
    // Nobody listens there.
    let outcome = spoiled(
        "timestamp = \"http://127.0.0.1:1/\"",
        "failed to get the time of the signature from `http://127.0.0.1:1/`",
    );
    outcome.says(&["onnection refused", "or `none` for signatures without a time"]);

    std::fs::write(bench.identities.path().join("key.json"), "{\"issuer_id\": \"a\"}").unwrap();
    let key = format!("notarize = \"{}\"", bench.file("key.json"));
    for setting in ["timestamp = \"none\"", "hardened-runtime = false"] {
        let expected = format!("Apple does not notarize programs that are signed with `{setting}`");
        spoiled(&format!("{key}\n{setting}"), &expected);
    }
    let outcome = fails("apple-id.pem", &key, None);
    if outcome.stderr.contains("this `freeze` cannot notarize a product") {
        assert!(outcome.stderr.contains("--features notarize"), "{outcome}");
        return skip_unavailable(
            "FREEZE_TEST_SIGNING_BINARY cannot notarize a product (`--features notarize`)",
        );
    }
    outcome.says(&["failed to read the key of App Store Connect", "key.json", "missing field"]);
    let text = "{\"issuer_id\": \"a\", \"key_id\": \"b\", \"private_key\": \"bm8ga2V5\"}";
    std::fs::write(bench.identities.path().join("key.json"), text).unwrap();
    spoiled(&key, "failed to read the key of App Store Connect");
}
