//! The output of builds for several platforms.

use std::io::Write;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use super::{Format, Reporter, Verbosity, github, tables};

impl Reporter {
    /// Prints what the build for a platform has printed.
    pub fn target(&self, name: &str, output: &Output) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        if self.settings.format != Format::Json && !(stderr.is_empty() && output.stdout.is_empty()) {
            self.line(&format!("{}:", self.style.bold(name)));
        }
        tables::print(|out| out.write_all(&output.stdout));
        for line in stderr.lines() {
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(mut event)) if self.settings.format == Format::Json => {
                    event.insert("target".to_owned(), Value::from(name));
                    self.event(Value::Object(event));
                }
                // The runner of GitHub Actions looks for commands at the start of a line.
                _ if line.starts_with("::") => self.line(line),
                _ => self.line(&format!("  {line}")),
            }
        }
    }

    /// Prints the summary of the builds for several platforms, of which some may have failed.
    pub fn targets(&self, dist: &Path, count: usize, failed: &[&str]) {
        let seconds = self.elapsed().as_secs_f64();
        if self.settings.format == Format::Json {
            let built = count - failed.len();
            self.event(json!({ "event": "targets", "path": dist, "built": built, "failed": failed, "seconds": seconds }));
            return;
        }
        if self.settings.format == Format::Github {
            self.published(github::publish_folder(dist));
        }
        if !failed.is_empty() {
            let built = count - failed.len();
            let what = self.style.error("failed");
            self.line(&format!("{what} for {}; built {built} of {count} targets", failed.join(", ")));
        } else if self.settings.verbosity >= Verbosity::Normal {
            let (what, dist) = (self.style.good("built"), self.style.bold(&super::shorten(dist)));
            self.line(&format!("{what} {count} targets in {dist}, in {seconds:.2} s"));
        }
    }
}
