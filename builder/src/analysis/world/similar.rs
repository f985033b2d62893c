//! Modules with a name that is similar to one that does not exist, for hints.

use super::World;
use super::resolve::Resolver;
use crate::nearest::nearest;

impl Resolver<'_> {
    /// Returns the name of a module that is similar to one that does not exist: another one in the same package, or in a
    /// similar package.
    pub(crate) fn similar(&mut self, name: &str) -> Option<String> {
        let (parent, tail) = match name.rsplit_once('.') {
            Some((parent, tail)) => (Some(parent), tail),
            None => (None, name),
        };
        let Some(parent) = parent else {
            let roots = self.roots();
            let mut names = self.children(&roots);
            names.extend(self.built_in().filter(|name| !name.contains('.')).map(str::to_owned));
            return nearest(tail, names.iter().map(String::as_str)).map(str::to_owned);
        };
        match self.find_dotted(parent) {
            Some(found) => {
                let names = self.children(&found.locations?);
                nearest(tail, names.iter().map(String::as_str)).map(|near| format!("{parent}.{near}"))
            }
            None => {
                let near = format!("{}.{tail}", self.similar(parent)?);
                if self.find_dotted(&near).is_some() { Some(near) } else { self.similar(&near) }
            }
        }
    }
}

impl World<'_> {
    /// Returns the name of a module that is similar to one that does not exist.
    pub(in crate::analysis) fn similar(&self, name: &str) -> Option<String> {
        self.resolver.borrow_mut().similar(name)
    }
}
