//! `Info.plist`: the properties of an app bundle.

use plist::{Dictionary, Value};

use super::MinOsVersions;
use crate::error::{Context, Error, Result};
use crate::spec::Request;

/// Returns the content of `Info.plist` for the main program `executable`. `min_versions` contains the minimum
/// macOS version of each part of it.
///
/// # Errors
/// The request has values that a property list cannot contain.
pub(super) fn content(
    request: &Request,
    executable: &str,
    icon: Option<&str>,
    min_versions: &MinOsVersions,
) -> Result<Vec<u8>> {
    let mut info = Dictionary::new();
    let mut set = |key: &str, value: Value| info.insert(key.to_owned(), value);
    let text = |text: &str| Value::String(text.to_owned());
    let version = request.version.as_deref().unwrap_or("0.0.0");
    set("CFBundleDevelopmentRegion", text("en"));
    set("CFBundleDisplayName", text(&request.name));
    set("CFBundleExecutable", text(executable));
    if let Some(icon) = icon {
        set("CFBundleIconFile", text(icon));
    }
    set("CFBundleIdentifier", text(&identifier(request)));
    set("CFBundleInfoDictionaryVersion", text("6.0"));
    set("CFBundleName", text(&request.name));
    set("CFBundlePackageType", text("APPL"));
    set("CFBundleShortVersionString", text(version));
    set("CFBundleSupportedPlatforms", Value::Array(vec![text("MacOSX")]));
    set("CFBundleVersion", text(version));
    let shown = |(major, minor): (u32, u32)| Value::String(format!("{major}.{minor}"));
    let newest = min_versions.iter().filter_map(|(_, floor)| *floor).max();
    if let Some(newest) = newest {
        set("LSMinimumSystemVersion", shown(newest));
        // A processor that supports older versions is an exception.
        let known = min_versions.iter().filter_map(|(target, floor)| Some((target.machine(), (*floor)?)));
        if min_versions.iter().any(|(_, floor)| floor.is_some_and(|floor| floor != newest))
            && !request.macos.plist.contains_key("LSMinimumSystemVersion")
        {
            let each = known.map(|(name, floor)| (name.to_owned(), shown(floor))).collect();
            set("LSMinimumSystemVersionByArchitecture", Value::Dictionary(each));
        }
    }
    set("NSHighResolutionCapable", Value::Boolean(true));
    set("NSPrincipalClass", text("NSApplication"));
    for (key, value) in &request.macos.plist {
        set(key, converted(key, value)?);
    }
    info.sort_keys();
    let mut xml = Vec::new();
    Value::Dictionary(info).to_writer_xml(&mut xml).context(|| "failed to write Info.plist")?;
    xml.push(b'\n');
    Ok(xml)
}

/// Returns the identifier of the bundle. The default is the name, restricted to characters that identifiers
/// allow.
pub(super) fn identifier(request: &Request) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' };
    let given = request.macos.identifier.clone();
    given.unwrap_or_else(|| request.name.chars().map(plain).collect())
}

fn converted(key: &str, value: &serde_json::Value) -> Result<Value> {
    use serde_json::Value as Json;
    let wrong = || {
        Error::new(format!("`{key}` in `plist` of `[macos]` has a value that a property list cannot contain"))
            .hint("use strings, numbers, booleans, arrays or tables")
    };
    Ok(match value {
        Json::Null => return Err(wrong()),
        Json::Bool(value) => Value::Boolean(*value),
        Json::String(text) => Value::String(text.clone()),
        Json::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(n), _) => Value::Integer(n.into()),
            (None, Some(n)) => Value::Real(n),
            _ => return Err(wrong()),
        },
        Json::Array(values) => Value::Array(values.iter().map(|v| converted(key, v)).collect::<Result<_>>()?),
        Json::Object(entries) => {
            let entry = |(name, value): (&String, &Json)| Ok((name.clone(), converted(key, value)?));
            Value::Dictionary(entries.iter().map(entry).collect::<Result<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    #[test]
    fn what_the_request_says_wins() {
        let mut request =
            Request { name: "My App".into(), version: Some("1.2".into()), ..Request::default() };
        request.macos.plist.insert("LSUIElement".into(), true.into());
        request.macos.plist.insert("CFBundleName".into(), "Other".into());
        let types = serde_json::json!([{ "CFBundleTypeExtensions": ["x"], "rank": 2 }]);
        request.macos.plist.insert("CFBundleDocumentTypes".into(), types);
        let [arm, intel] = Target::UNIVERSAL;
        let xml = content(&request, "My App", Some("My App.icns"), &[(arm, Some((11, 0)))]).unwrap();
        let info = Value::from_reader_xml(&xml[..]).unwrap();
        let info = info.as_dictionary().unwrap();
        let text = |key: &str| info.get(key).and_then(Value::as_string).unwrap_or_default().to_owned();
        assert_eq!((text("CFBundleName"), text("CFBundleIdentifier")), ("Other".into(), "My-App".into()));
        assert_eq!((text("LSMinimumSystemVersion"), text("CFBundleVersion")), ("11.0".into(), "1.2".into()));
        assert!(!info.contains_key("LSMinimumSystemVersionByArchitecture"));
        assert_eq!(info.get("LSUIElement"), Some(&Value::Boolean(true)));
        assert!(info.get("CFBundleDocumentTypes").unwrap().as_array().unwrap()[0].as_dictionary().is_some());
        let min_versions = [(arm, Some((11, 0))), (intel, Some((10, 13)))];
        let both = Value::from_reader_xml(&content(&request, "x", None, &min_versions).unwrap()[..]).unwrap();
        let both = both.as_dictionary().unwrap();
        assert_eq!(both.get("LSMinimumSystemVersion").and_then(Value::as_string), Some("11.0"));
        let each = both.get("LSMinimumSystemVersionByArchitecture").unwrap().as_dictionary().unwrap();
        let each: Vec<_> = each.iter().map(|(name, v)| (name.as_str(), v.as_string().unwrap())).collect();
        assert_eq!(each, [("arm64", "11.0"), ("x86_64", "10.13")]);
        request.macos.plist.insert("bad".into(), serde_json::Value::Null);
        let error = content(&request, "x", None, &[]).unwrap_err().to_string();
        assert!(error.contains("`bad` in `plist`"), "{error}");
    }
}
