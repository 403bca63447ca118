//! The methods that routes have, as numbers.

use alloc::string::String;
use alloc::vec::Vec;

use crate::policy::routes::trie::Method;
use crate::request::Outline;

/// The most methods that routes may have: each request is compared with all of them.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Methods {
    /// By outline and in full.
    known: Vec<(Outline, String)>,
}

impl Methods {
    /// The numbers of a request's method.
    #[inline]
    pub(crate) fn find(&self, method: &[u8]) -> Option<Method> {
        let own = self.number(method);
        if method == b"HEAD" {
            let get = self.number(b"GET");
            return Some(Method { own: own.or(get)?, instead: get.or(own)? });
        }
        own.map(|own| Method { own, instead: own })
    }

    /// Looks at all of the few methods: leaving at the right one would be a guess each time.
    #[inline]
    fn number(&self, method: &[u8]) -> Option<u16> {
        let wanted = Outline::of(method);
        let mut found = None;
        for (number, (outline, _)) in (0..).zip(&self.known) {
            found = if *outline == wanted { Some(number) } else { found };
        }
        if wanted.is_whole() { found } else { self.number_in_full(method) }
    }

    fn number_in_full(&self, method: &[u8]) -> Option<u16> {
        (0..).zip(&self.known).find(|(_, (_, known))| known.as_bytes() == method).map(|(number, _)| number)
    }

    /// The number of a route's method, new or known; `None` when there are too many.
    pub(crate) fn number_of(&mut self, method: &str) -> Option<u16> {
        if let Some(known) = self.number_in_full(method.as_bytes()) {
            return Some(known);
        }
        let number = self.known.len();
        if number < MOST {
            self.known.push((Outline::of(method.as_bytes()), method.into()));
        }
        (number < MOST).then_some(number as u16)
    }
}
