//! Builds the launcher that `freeze` embeds, as `OUT_DIR/launcher`, and hashes the code that computes cached values.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let manifest_dir = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    for (name, folders, libraries) in CODE {
        let version = code_version(&manifest_dir, folders, libraries)?;
        println!("cargo::rustc-env=FREEZE_CODE_{name}={version:016x}");
    }
    // rustc links with LLD on this target unless told otherwise; merging equal functions saves 2% of the program.
    if variable("TARGET")? == "x86_64-unknown-linux-gnu" && env::var_os("RUSTC_LINKER").is_none() {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
    name_build(&manifest_dir)?;
    let embeds_own = embed_launchers(&out.join("launchers.zip"))?;
    let launcher = out.join("launcher");
    if embeds_own {
        std::fs::write(out.join("launcher.so.gz"), [])?;
        return Ok(std::fs::write(&launcher, [])?);
    }
    println!("cargo::rerun-if-env-changed=FREEZE_BOOTLOADER");
    if let Some(given) = env::var_os("FREEZE_BOOTLOADER").filter(|v| !v.is_empty()) {
        let given = PathBuf::from(given);
        println!("cargo::rerun-if-changed={}", given.display());
        copy(&given, &launcher)?;
        let mut twin = given.into_os_string();
        twin.push(".so");
        let from = PathBuf::from(twin);
        println!("cargo::rerun-if-changed={}", from.display());
        return compress(&from, &out.join("launcher.so.gz"));
    }
    let workspace = manifest_dir.parent().ok_or("the builder lies outside its workspace")?;
    for part in ["bootloader", "Cargo.toml", "Cargo.lock", "builder/build.rs"] {
        println!("cargo::rerun-if-changed={}", workspace.join(part).display());
    }
    let built = build(workspace, &out)?;
    let suffix = if built.extension().is_some_and(|e| e == "exe") { ".exe" } else { "" };
    copy(&built.with_file_name(format!("launcher{suffix}")), &launcher)?;
    // What other systems' pythons are: always with a shared library.
    let twin = built.with_file_name("liblauncher_twin.so");
    compress(&twin, &out.join("launcher.so.gz"))
}

/// Compresses a file that few builds need, or creates an empty file if there is none.
fn compress(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut packed = Vec::new();
    if from.exists() {
        let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::best());
        encoder.write_all(&std::fs::read(from)?)?;
        encoder.finish()?;
    }
    Ok(std::fs::write(to, packed)?)
}

/// Names the compiler, and in a release build the commit, for `freeze --version --verbose`. In other builds, each commit would
/// compile the crate again.
fn name_build(manifest_dir: &Path) -> Result<(), Box<dyn Error>> {
    let output = |command: &mut Command| {
        let output = command.current_dir(manifest_dir).output().ok().filter(|o| o.status.success())?;
        String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned()).filter(|t| !t.is_empty())
    };
    let rustc = output(Command::new(variable("RUSTC")?).arg("--version"));
    println!("cargo::rustc-env=FREEZE_CODE_RUSTC={}", rustc.unwrap_or_else(|| "rustc".to_owned()));
    if variable("PROFILE")? != "release" {
        return Ok(());
    }
    let git = |words: &[&str]| output(Command::new("git").args(words));
    if let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) {
        println!("cargo::rustc-env=FREEZE_CODE_COMMIT={commit}");
        // It changes with each commit and checkout.
        let log = git(&["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"]);
        if let Some(log) = log.filter(|log| Path::new(log).is_file()) {
            println!("cargo::rerun-if-changed={log}");
        }
    }
    Ok(())
}

/// Copies the launchers of all platforms to embed, or creates an empty file. Returns whether they contain the one for this
/// platform.
fn embed_launchers(to: &Path) -> Result<bool, Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=FREEZE_LAUNCHERS");
    let given = env::var_os("FREEZE_LAUNCHERS").filter(|v| !v.is_empty()).map(PathBuf::from);
    let Some(given) = given else {
        std::fs::write(to, [])?;
        return Ok(false);
    };
    let file = if given.is_dir() { given.join("launchers.zip") } else { given.clone() };
    println!("cargo::rerun-if-changed={}", file.display());
    copy(&file, to).map_err(|e| format!("{e}; `bootloader/launchers.sh all` writes it"))?;
    let own = given.join(variable("TARGET")?);
    Ok(own.join("launcher").is_file() || own.join("launcher.exe").is_file())
}

/// Code that computes cached values (`store::Code`): its folders and files, and the libraries that decide its results.
const CODE: [(&str, &[&str], &[&str]); 7] = [
    ("ANALYSIS", &["src/analysis"], &["ruff_python_ast", "ruff_python_parser", "pep508_rs"]),
    (
        "ARCHIVE",
        &["src/archive", "src/marshal", "src/binaries/code.rs", "../bootloader/archive/src"],
        &["zstd", "zstd-safe", "zstd-sys"],
    ),
    ("ASSEMBLE", &["src/assemble", "src/binaries/macho"], &["apple-codesign", "editpe", "object"]),
    ("BINARIES", &["src/binaries"], &["goblin", "object"]),
    ("CONTENTS", &["src/contents"], &[]),
    ("ENVIRONMENT", &["src/environment"], &["pep508_rs", "zip"]),
    ("PYTHON", &["src/python"], &["goblin", "tar", "zip"]),
];

/// Hash of all files in some folders, and of the locked versions of some libraries.
fn code_version(builder: &Path, folders: &[&str], libraries: &[&str]) -> Result<u64, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| builder.join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        println!("cargo::rerun-if-changed={}", folder.display());
        if folder.is_file() {
            files.push(folder);
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    for file in files {
        std::fs::read(&file)?.hash(&mut hasher);
    }
    let lock = std::fs::read_to_string(builder.join("../Cargo.lock"))?;
    for package in lock.split("[[package]]") {
        let name = package.lines().find_map(|line| line.strip_prefix("name = "));
        if name.is_some_and(|name| libraries.contains(&name.trim_matches('"'))) {
            package
                .lines()
                .filter(|line| line.starts_with("version = "))
                .for_each(|line| line.hash(&mut hasher));
        }
    }
    Ok(hasher.finish())
}

/// Builds the launcher in a target folder of its own: the outer build holds the lock of the usual one.
fn build(workspace: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let target = variable("TARGET")?.into_string().map_err(|_| "TARGET is not text")?;
    let target_dir = out.join("target");
    let zig = zigbuild(workspace).filter(|_| target.ends_with("-linux-gnu"));
    let mut cargo = match &zig {
        Some(zig) => Command::new(zig),
        None => Command::new(variable("CARGO")?),
    };
    let chosen = if zig.is_some() { format!("{target}.{GLIBC}") } else { target.clone() };
    cargo
        .current_dir(workspace)
        .arg(if zig.is_some() { "zigbuild" } else { "build" })
        .args(["--locked", "--profile", "launcher", "-p", "freeze-launcher", "--bin", "launcher"])
        .args(["--target", &chosen, "--target-dir"])
        .arg(&target_dir)
        .env("CARGO_BUILD_BUILD_DIR", &target_dir);
    // It looks for zig beside itself through `PATH`.
    if let Some(folder) = zig.as_deref().and_then(Path::parent) {
        let path = env::var_os("PATH").unwrap_or_default();
        cargo.env("PATH", env::join_paths([folder.to_owned()].into_iter().chain(env::split_paths(&path)))?);
    }
    if target.contains("-linux-") {
        cargo.args(["-p", "freeze-launcher-twin", "--lib"]);
    }
    forget_builder(&mut cargo);
    // Messages of panics name source files: not by the folders of the machine that builds.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|h| h.join(".cargo")));
    let remapped: Vec<String> = [(Some(workspace.to_owned()), "/freeze"), (home, "/cargo")]
        .into_iter()
        .filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.display())))
        .collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remapped.join("\x1f"));
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!(
            "failed to build the launcher ({}); FREEZE_BOOTLOADER names a ready one\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let suffix = if target.contains("windows") { ".exe" } else { "" };
    Ok(target_dir.join(&target).join("launcher").join(format!("launcher{suffix}")))
}

/// Removes the variables that cargo sets for the builder, or that tell it how to compile the builder.
fn forget_builder(cargo: &mut Command) {
    // What instruments or checks the builder (clippy, coverage, sanitizers, `target-cpu=native`) has no
    // place in a program that is copied to other machines.
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_RUSTC_WRAPPER",
        "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    ] {
        cargo.env_remove(name);
    }
    // Variables that describe the builder's own package to its build script would mislead other scripts.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_FEATURE_", "CARGO_CFG_", "CARGO_MANIFEST_", "DEP_", "CARGO_PROFILE_"]
            .iter()
            .any(|p| text.starts_with(p))
        {
            cargo.env_remove(&name);
        }
    }
    for name in ["OUT_DIR", "TARGET", "HOST", "PROFILE", "OPT_LEVEL", "DEBUG", "NUM_JOBS"] {
        cargo.env_remove(name);
    }
}

/// What a launcher for Linux needs at most, where zig brings the libraries to link with; else it is what this machine has.
const GLIBC: &str = "2.17";

/// `cargo-zigbuild`: where `bootloader/launchers.sh` has put it, or in `PATH`.
fn zigbuild(workspace: &Path) -> Option<PathBuf> {
    let tools = std::fs::read_dir(workspace.join("target/launchers/.tools")).ok();
    let mut own: Vec<_> = tools.into_iter().flatten().flatten().map(|e| e.path().join("bin")).collect();
    own.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().rev().chain(env::split_paths(&path));
    folders.map(|folder| folder.join("cargo-zigbuild")).find(|file| file.is_file())
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    // Removed first: an executable of an earlier build may be mapped or read-only.
    let _ = std::fs::remove_file(to);
    std::fs::copy(from, to).map_err(|e| format!("failed to copy launcher `{}`: {e}", from.display()))?;
    Ok(())
}

fn variable(name: &str) -> Result<OsString, Box<dyn Error>> {
    env::var_os(name).ok_or_else(|| format!("{name} is not set: run by cargo only").into())
}
