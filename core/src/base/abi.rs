//! The numbers that the module and its hosts agree on. `wasm/ABI.md` explains them.
//!
//! This is their only source: the module and hosts in Rust use these constants, and `cargo xtask build` writes
//! them into the tables of hosts in other languages.

/// The version of the boundary. A host checks it before anything else.
pub const VERSION: u32 = 1;

/// In place of a token's or a subject's handle: no token, or no subject.
pub const NONE: u32 = 0;
/// Instead of a token's handle: the store did not answer.
pub const STORE_UNAVAILABLE: u32 = u32::MAX;

/// Characters of a token's id.
pub const TOKEN_ID_LENGTH: usize = 16;
/// Bytes of entropy for a command that creates a secret.
pub const ENTROPY_BYTES: usize = 128;
/// The fewest bytes of a key that seals events.
pub const SHORTEST_KEY_BYTES: usize = 16;

/// The bits of a verdict, which is a decision as one number.
pub mod verdict {
    /// The number of the reason; 0 is allow.
    pub const REASON: u32 = 0xff;
    /// Replaces the reason when the host made a mistake, such as passing a handle that is not open.
    pub const MISUSE: u32 = 0xff;
    /// Record this use of the token.
    pub const TOUCH: u32 = 1 << 8;
    /// The details hold hints.
    pub const HINTS: u32 = 1 << 9;
    /// Only from `identify`: allowed already, because the route is open.
    pub const OPEN: u32 = 1 << 10;
    /// A verdict shifted right by this many bits gives the route's number plus one; 0 is no route.
    pub const ROUTE_SHIFT: u32 = 11;
}

/// An attempt as it crosses the boundary: eight lengths, then the bytes of the fields.
pub mod frame {
    /// The most bytes of the method.
    pub const METHOD: usize = 32;
    /// The most bytes of path and query.
    pub const TARGET: usize = 8_192;
    /// The most bytes of the Authorization field, and of the header that a policy names instead.
    pub const CREDENTIAL: usize = 4_096;
    /// The most bytes of a tenant or an application.
    pub const NAME: usize = 256;
    /// The most bytes of a client's address.
    pub const ADDRESS: usize = 64;
    /// The most bytes of scopes that are asked for instead of a route.
    pub const NEEDS: usize = 1_024;

    /// The fields in order, each with its limit in bytes. A host cuts a longer value one byte above the limit;
    /// the answer stays the same.
    pub const FIELDS: [(&str, usize); 8] = [
        ("method", METHOD),
        ("target", TARGET),
        ("authorization", CREDENTIAL),
        ("header", CREDENTIAL),
        ("tenant", NAME),
        ("application", NAME),
        ("ip", ADDRESS),
        ("needs", NEEDS),
    ];

    /// The length that marks an absent field.
    pub const ABSENT: i32 = -1;

    /// Bytes of the window: room for the lengths and for every field slightly above its limit.
    pub const WINDOW: usize = 20 << 10;
}
