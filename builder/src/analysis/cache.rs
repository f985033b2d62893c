//! The kept graph of an earlier build, taken again while all that shaped it is unchanged.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::graph::Graph;
use super::world::disk::{Disk, Look, Seen};
use crate::python::Python;
use crate::spec::Request;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// A graph and what analysis looked at to find it.
#[derive(Deserialize)]
struct Kept {
    looks: Vec<Look>,
    graph: Graph,
}

/// [`Kept`], to be written.
#[derive(Serialize)]
struct Keep<'a> {
    looks: &'a [Look],
    graph: &'a Graph,
}

/// Key of a graph: all that has a say besides the disk. The whole request and the whole answer of the interpreter are
/// in it, whether analysis reads them or not, and this program itself; none if it cannot be read.
pub(super) fn key(request: &Request, python: &Python, store: &Store) -> Option<Hash> {
    let program = std::env::current_exe().ok()?;
    let mut key = KeyBuilder::new(Code::Analysis, "graph").part(store.file_hash(&program).ok()?);
    for rules in &request.rule_files {
        key = key.part(store.file_hash(rules).ok()?);
    }
    Some(key.part(format!("{request:?}\n{python:?}")).finish())
}

/// The kept graph, if each look would show what it showed then.
pub(super) fn recall(store: &Store, key: &Hash, disk: &Disk) -> Option<Graph> {
    let current = Hash::try_from(store.get(Bucket::Graph, key)?).ok()?;
    let bytes = store.get(Bucket::Graph, &current)?;
    let kept: Kept = serde_json::from_slice(&bytes).ok()?;
    let now = kept.looks.par_iter().map(|look| disk.holds(look).ok_or(&look.0));
    let now: Vec<Seen> = match now.collect::<Result<_, _>>() {
        Ok(now) => now,
        Err(changed) => {
            tracing::debug!(path = %changed.display(), "the module graph of an earlier build does not hold");
            return None;
        }
    };
    tracing::debug!(looks = kept.looks.len(), "the module graph of an earlier build holds");
    if kept.looks.iter().zip(&now).any(|((_, then), now)| then != now) {
        // Not to be read again next time.
        let looks = kept.looks.into_iter().zip(now).map(|((path, _), now)| (path, now)).collect();
        keep(store, key, looks, &kept.graph);
    }
    Some(kept.graph)
}

/// Keeps a graph, unless what it rests on changed meanwhile.
pub(super) fn remember(store: &Store, key: &Hash, disk: Disk, graph: &Graph) {
    match disk.looks() {
        Some(looks) => keep(store, key, looks, graph),
        None => tracing::debug!("the module graph is not kept: something changed while it was made"),
    }
}

fn keep(store: &Store, key: &Hash, looks: Vec<Look>, graph: &Graph) {
    let bytes = match serde_json::to_vec(&Keep { looks: &looks, graph }) {
        Ok(bytes) => bytes,
        Err(error) => return tracing::debug!(%error, "the module graph is not kept"),
    };
    // By its content, so that nothing that another build reads now is written over.
    let current = *blake3::hash(&bytes).as_bytes();
    store.put(Bucket::Graph, &current, &bytes);
    store.put(Bucket::Graph, key, &current);
}
