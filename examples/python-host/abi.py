"""The numbers of the boundary. Generated from core/src/base/abi.rs by `cargo xtask build`."""

ABI_VERSION = 1
# In place of the handle of a token: no token, or the store did not answer.
NONE, STORE_UNAVAILABLE = 0, -1
# The bits of a verdict that hold the reason; 0 is allow.
REASON = 0xff
# The fields of an attempt in their order, each with the most bytes that it may have.
LIMITS = {
    "method": 32,
    "target": 8192,
    "authorization": 4096,
    "header": 4096,
    "tenant": 256,
    "application": 256,
    "ip": 64,
    "needs": 1024,
}
