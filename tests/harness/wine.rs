//! Runs programs of Windows in wine, in prefixes of these tests.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::{Display, Frozen, Run, Sandbox, scratch, skip};

/// Debian's package has no command of this name in `PATH`.
const PLACES: [&str; 3] = ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"];

/// What wine 8 lacks of Windows 10, and Rust's standard library needs.
const RANDOM: &str = "#include <windows.h>\n\
    BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) { return SystemFunction036(bytes, (ULONG)n); }\n";

/// Keeps the desktop of wine, which the first program with a window starts else, with that one's streams, and the last one ends.
const DESKTOP: &str = "#include <windows.h>\n\
    int main(int count, char **arguments) {\n\
        HWND window = CreateWindowA(\"STATIC\", \"\", WS_OVERLAPPED, 0, 0, 1, 1, 0, 0, 0, 0);\n\
        MSG message;\n\
        CloseHandle(CreateFileA(arguments[count - 1], GENERIC_WRITE, 0, 0, CREATE_ALWAYS, 0, 0));\n\
        while (window && GetMessageA(&message, 0, 0, 0) > 0) DispatchMessageA(&message);\n\
        return 1;\n\
    }\n";

/// A prefix of wine and its server.
#[derive(Debug)]
pub struct Wine {
    exe: PathBuf,
    prefix: PathBuf,
    sandbox: Sandbox,
    /// Windows are as on a machine without a screen where it is missing.
    display: Option<Display>,
    /// Ends the servers when this process is gone.
    _guard: Child,
    folder: tempfile::TempDir,
}

/// Wine in which neither Python nor the repository can be seen, set up once; it is said if it is not there.
pub fn wine() -> Option<&'static Wine> {
    static WINE: OnceLock<Option<Wine>> = OnceLock::new();
    said(WINE.get_or_init(|| Wine::set_up(Sandbox::without_python())))
}

/// The same with all of the machine in sight, for programs that build others.
pub fn seeing_wine() -> Option<&'static Wine> {
    static WINE: OnceLock<Option<Wine>> = OnceLock::new();
    said(WINE.get_or_init(|| Wine::set_up(Sandbox::default())))
}

fn said(wine: &Option<Wine>) -> Option<&Wine> {
    if wine.is_none() {
        skip("no wine (Debian: packages `wine64` and `gcc-mingw-w64-x86-64`)");
    }
    wine.as_ref()
}

impl Wine {
    fn set_up(sandbox: Sandbox) -> Option<Wine> {
        let exe = PLACES.iter().map(PathBuf::from).find(|p| p.exists())?;
        let compiler = "x86_64-w64-mingw32-gcc";
        Command::new(compiler).arg("--version").output().ok().filter(|o| o.status.success())?;
        let folder = scratch("wine");
        crate::make_reachable(folder.path());
        let prefix = folder.path().join("prefix");
        std::fs::create_dir(&prefix).expect("the folder is ours");
        let server = exe.with_file_name("wineserver64");
        let server = if server.exists() { server } else { exe.with_file_name("wineserver") };
        let display = Display::start();
        let wine = Wine {
            // It outlives this process if that is killed: the pipe ends then.
            _guard: Command::new("/bin/sh")
                .args(["-c", "read line; [ -z \"$1\" ] || kill \"$1\"; exec \"$0\" -k"])
                .arg(&server)
                .args(display.as_ref().map(|display| display.pid().to_string()))
                .env("WINEPREFIX", &prefix)
                .env("TMPDIR", folder.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("there is a shell"),
            display,
            sandbox,
            exe,
            prefix,
            folder,
        };
        // What it starts for all programs lives on, and holds the streams that it was started with; the server sees the files
        // that its first client sees.
        let quiet = "</dev/null >/dev/null 2>&1";
        wine.server(&server).arg("-p").through_shell(quiet).run().success();
        wine.command("wineboot").args(["-i"]).through_shell(quiet).run().success();
        let compile = |source: &str, to: &Path, arguments: &[&str]| {
            let file = wine.prefix.join("source.c");
            std::fs::write(&file, source).expect("the folder is ours");
            Run::new(compiler).arg("-o").arg(to).arg(&file).args(arguments).run().success();
        };
        let library = wine.system().join("bcryptprimitives.dll");
        if !library.exists() {
            compile(RANDOM, &library, &["-shared", "-ladvapi32"]);
        }
        let (desktop, ready) = (wine.drive().join("desktop.exe"), wine.drive().join("desktop"));
        compile(DESKTOP, &desktop, &["-luser32"]);
        wine.command(&desktop).arg("C:\\desktop").through_shell(&format!("{quiet} &")).run().success();
        let deadline = Instant::now() + Duration::from_secs(60);
        while !ready.exists() {
            assert!(Instant::now() < deadline, "wine has no desktop");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(wine)
    }

    fn server(&self, server: &Path) -> Run {
        self.common(Run::new(server))
    }

    /// The folder with the libraries of Windows.
    fn system(&self) -> PathBuf {
        self.drive().join("windows/system32")
    }

    /// Drive C.
    pub fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// The folder in which programs keep what belongs to the user and this machine.
    pub fn local_data(&self) -> PathBuf {
        let users = self.drive().join("users");
        let folders = std::fs::read_dir(users).expect("wine made it").flatten().map(|e| e.path());
        folders
            .map(|f| f.join("AppData/Local"))
            .find(|f| f.exists() && !f.starts_with(self.drive().join("users/Public")))
            .expect("wine made it")
    }

    /// The emulator.
    pub fn exe(&self) -> &Path {
        &self.exe
    }

    /// A program by its path (or a name that wine knows), with an environment of its own.
    pub fn command(&self, exe: impl AsRef<Path>) -> Run {
        self.common(Run::new(&self.exe)).arg(exe.as_ref()).env("WINEARCH", "win64").env("WINEDEBUG", "-all")
    }

    /// What programs and the server must agree on: where the one finds the other, and how file names are read.
    fn common(&self, run: Run) -> Run {
        let run =
            run.env("WINEPREFIX", &self.prefix).env("TMPDIR", self.folder.path()).env("LC_ALL", "C.UTF-8");
        let run = run.sandbox(self.sandbox.clone());
        match &self.display {
            Some(display) => run.env("DISPLAY", &display.name),
            None => run,
        }
    }

    /// Whether programs can have windows.
    pub fn has_display(&self) -> bool {
        self.display.is_some()
    }

    /// A path of this machine as wine's programs know it.
    pub fn path(path: &Path) -> String {
        format!("Z:{}", path.display()).replace('/', "\\")
    }

    /// A frozen program.
    pub fn frozen(&self, app: &Frozen) -> Run {
        self.command(&app.exe).show(&app.product)
    }
}
