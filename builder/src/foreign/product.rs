//! Products that configurations of other freezers describe.

use crate::error::Warning;
use crate::spec::Request;

/// A product that a configuration describes.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// The request for it.
    pub request: Request,
    /// What had to be decided.
    pub decided: Vec<Decided>,
    /// What the request does not contain.
    pub lost: Vec<Warning>,
    /// What the request contains, but no spec can say.
    pub outside: Vec<Warning>,
}

/// Something that the configuration says in another way than a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Table and key in the spec, such as `modules.include`.
    pub key: &'static str,
    /// What was decided, or where it comes from.
    pub text: String,
}

impl Product {
    /// Creates a product that says exactly what a request does.
    pub(super) fn new(request: Request) -> Product {
        Product { request, ..Product::default() }
    }

    /// Notes a decision about a key, once.
    pub(super) fn decide(&mut self, key: &'static str, text: impl Into<String>) {
        let decided = Decided { key, text: text.into() };
        if !self.decided.contains(&decided) {
            self.decided.push(decided);
        }
    }

    /// Notes what the product lacks, once.
    pub(crate) fn lose(&mut self, warning: Warning) {
        if !self.lost.contains(&warning) {
            self.lost.push(warning);
        }
    }

    /// Returns the request for a build, which warns about everything that it lacks.
    pub fn into_request(self) -> Request {
        let mut request = self.request;
        request.warnings.extend(self.lost);
        request
    }
}
