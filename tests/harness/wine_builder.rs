//! Runs `freeze.exe` in wine, in a prefix of its own, where it sees the Pythons for Windows among the pieces.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::{Run, root, scratch, skip};

const TRIPLE: &str = "x86_64-pc-windows-gnu";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// Debian's package has no command of this name in `PATH`.
const WINE: [&str; 3] = ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"];

/// What wine 8 lacks of Windows 10, and Rust's standard library needs.
const RANDOM: &str = "#include <windows.h>\n\
    BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) { return SystemFunction036(bytes, (ULONG)n); }\n";

/// `freeze.exe`, and the wine that runs it.
#[derive(Debug)]
pub struct WindowsBuilder {
    wine: PathBuf,
    prefix: PathBuf,
    exe: PathBuf,
    /// Ends the server of wine when this process is gone: it reads a pipe, which ends then.
    _guard: Child,
    _folder: tempfile::TempDir,
}

/// `freeze.exe`, ready to be run; what is missing is said.
pub fn windows_builder() -> Option<&'static WindowsBuilder> {
    static BUILDER: OnceLock<Result<WindowsBuilder, String>> = OnceLock::new();
    match BUILDER.get_or_init(WindowsBuilder::set_up) {
        Ok(builder) => Some(builder),
        Err(reason) => {
            skip(reason);
            None
        }
    }
}

impl WindowsBuilder {
    fn set_up() -> Result<WindowsBuilder, String> {
        let place = root().join("target/launchers").join(TRIPLE).join("freeze.exe");
        let exe = std::env::var_os("FREEZE_TEST_WINDOWS_BINARY").map_or(place, PathBuf::from);
        if !exe.exists() {
            return Err(format!(
                "no `{}`: `bootloader/launchers.sh --builder {TRIPLE}` builds it",
                exe.display()
            ));
        }
        let wine = WINE.iter().map(PathBuf::from).find(|p| p.exists());
        let wine = wine.ok_or("no wine (Debian: package `wine64`)")?;
        let compiles = Command::new(COMPILER).arg("--version").output().is_ok_and(|o| o.status.success());
        if !compiles {
            return Err(format!("no `{COMPILER}` (Debian: package `gcc-mingw-w64-x86-64`)"));
        }
        let folder = scratch("wine-builder");
        let prefix = folder.path().join("prefix");
        std::fs::create_dir(&prefix).expect("the folder is ours");
        let server = wine.with_file_name("wineserver64");
        let server = if server.exists() { server } else { wine.with_file_name("wineserver") };
        let guard = Command::new("/bin/sh")
            .args(["-c", "read line; exec \"$0\" -k"])
            .arg(&server)
            .env("WINEPREFIX", &prefix)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let builder = WindowsBuilder { wine, prefix, exe, _guard: guard, _folder: folder };
        // What it starts for all programs lives on, and holds the streams that it was started with.
        let quiet = "</dev/null >/dev/null 2>&1";
        builder.run(Path::new("wineboot")).arg("-i").through_shell(quiet).run().success();
        Run::new(&server).arg("-p").env("WINEPREFIX", &builder.prefix).run().success();
        let library = builder.prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        if !library.exists() {
            let source = builder.prefix.join("random.c");
            std::fs::write(&source, RANDOM).expect("the folder is ours");
            let compiler = Run::new(COMPILER).arg("-shared").arg("-o").arg(&library);
            compiler.arg(&source).arg("-ladvapi32").run().success();
        }
        Ok(builder)
    }

    /// `freeze.exe` in a folder.
    pub fn freeze(&self, folder: &Path) -> Run {
        self.run(&self.exe).in_folder(folder).show(folder)
    }

    /// A program for Windows.
    pub fn run(&self, exe: &Path) -> Run {
        Run::new(&self.wine)
            .arg(exe)
            .env("WINEPREFIX", &self.prefix)
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
    }

    /// A path of this machine as wine's programs know it.
    pub fn path(path: &Path) -> String {
        format!("Z:{}", path.display()).replace('/', "\\")
    }
}
