//! Creates the map, from the phases of a build or from the manifest of an application.

use std::collections::BTreeMap;

use super::{Map, Node, What};
use crate::analysis::Kind;
use crate::archive::manifest::Why;
use crate::binaries::Natives;
use crate::contents::Contents;
use crate::inspect::Listing;
use crate::spec::Request;

impl Map {
    /// Creates the map of the application that a build would create.
    pub fn of_build(contents: &Contents, natives: &Natives, request: &Request) -> Map {
        let graph = &contents.graph;
        let mut map = Map {
            missing: graph
                .missing
                .iter()
                .map(|(n, r)| (n.clone(), r.iter().map(Why::from).collect()))
                .collect(),
            host: natives.host.iter().cloned().collect(),
            excluded: request.modules.exclude.clone(),
            left_out: contents
                .pruned
                .left_out
                .iter()
                .map(|left| (left.file.dest.clone(), left.clone()))
                .collect(),
            ..Map::default()
        };
        let owners: Vec<usize> =
            graph.distributions.iter().map(|d| map.add_distribution(&d.name, &d.version)).collect();
        for module in graph.modules.values() {
            let node = Node {
                path: (!module.path.is_empty()).then(|| module.path.clone()),
                distribution: module.distribution.and_then(|i| owners.get(i).copied()),
                whys: module.reasons.iter().map(Why::from).collect(),
                source: module.kind.file().map(Into::into),
                ..Node::new(&module.name, What::Module)
            };
            match &module.kind {
                Kind::Namespace(_) => map.add_namespace(node),
                _ => map.add_module(node),
            }
        }
        for native in &natives.files {
            map.add_file(Node {
                whys: native.reasons.iter().map(Why::from).collect(),
                source: Some(native.source.clone()),
                ..Node::new(&native.dest, What::Library)
            });
        }
        map.add_links(natives.links.iter().map(|(path, target)| (path.as_str(), target.as_str())));
        let data = contents.data.iter().map(|d| (&d.dest, &d.reason, d.source.file()));
        let links = contents.links.iter().map(|l| (&l.dest, &l.reason, Some(l.source.as_path())));
        for (dest, reason, source) in data.chain(links) {
            map.add_file(Node {
                whys: vec![Why::from(reason)],
                source: source.map(Into::into),
                ..Node::new(dest, What::Data)
            });
        }
        map.finish();
        map
    }

    /// Creates the map of an existing application.
    pub fn of_product(listing: &Listing) -> Map {
        let manifest = &listing.manifest;
        let mut map = Map {
            missing: manifest.missing.clone(),
            host: manifest.host.clone(),
            excluded: manifest.exclude.clone(),
            ..Map::default()
        };
        let owners: BTreeMap<&str, usize> =
            manifest.distributions.iter().map(|(n, v)| (n.as_str(), map.add_distribution(n, v))).collect();
        let places: BTreeMap<&str, (&str, &str)> =
            listing.modules.iter().map(|m| (m.name.as_str(), (m.kind, m.path.as_str()))).collect();
        for (name, entry) in &manifest.modules {
            let place = places.get(name.as_str());
            let node = Node {
                path: place.map(|(_, path)| (*path).to_owned()).filter(|p| !p.is_empty()),
                distribution: entry.distribution.as_deref().and_then(|d| owners.get(d).copied()),
                whys: entry.why.clone(),
                more: entry.more,
                ..Node::new(name, What::Module)
            };
            match place {
                Some(("namespace", _)) => map.add_namespace(node),
                _ => map.add_module(node),
            }
        }
        for (path, file) in &manifest.files {
            let what =
                if matches!(file.kind.as_str(), "native" | "program") { What::Library } else { What::Data };
            // An additional name of a library has no reason of its own.
            if file.link.is_none() || !file.why.is_empty() {
                map.add_file(Node { whys: file.why.clone(), more: file.more, ..Node::new(path, what) });
            }
        }
        map.add_links(
            manifest.files.iter().filter_map(|(path, f)| Some((path.as_str(), f.link.as_deref()?))),
        );
        map.finish();
        map
    }
}
