//! What can be wrong with a trail: one table.

use crate::document::{Value, map, put};

macro_rules! faults {
    ($($(#[doc = $when:literal])* $name:ident = $code:literal, $sentence:literal;)*) => {
        /// What is wrong with a trail. Codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Fault {
            $($(#[doc = $when])* $name,)*
        }

        impl Fault {
            /// The stable code.
            pub(super) const fn code(self) -> &'static str {
                match self { $(Fault::$name => $code,)* }
            }

            /// What it means, and what to look for.
            pub(super) const fn sentence(self) -> &'static str {
                match self { $(Fault::$name => $sentence,)* }
            }
        }
    };
}

faults! {
    /// An event is no object, or lacks token, sequence or head.
    Malformed = "malformed", "This is no event: token, sequence or head is missing.";
    /// An event is of another token than the one asked for, or than the first event.
    OtherToken = "other_token", "This event belongs to another token.";
    /// The head does not go with what the event says.
    Altered = "altered", "The event was altered after it was sealed.";
    /// The event before has another head than this one was sealed over.
    Replaced = "replaced", "The event before this one is not the one that stood there when this one was sealed.";
    /// A sequence number is skipped, or the first event names one before it.
    Removed = "removed", "At least one event before this one was removed.";
    /// A sequence number does not rise.
    Reordered = "reordered", "The event stands in the wrong place, or stands there twice.";
    /// None of the events was sealed with this key.
    WrongKey = "wrong_key", "No event was sealed with this key: it is the wrong key, or every event was altered.";
    /// An event was sealed with a key and none was given.
    KeyNeeded = "key_needed", "The event was sealed with a key; give the key to check it.";
    /// A key was given and the event was sealed without one.
    Unkeyed = "unkeyed", "The event was sealed without a key where one was in use; anybody could have made it.";
    /// The head that was kept elsewhere is not there.
    CutOff = "cut_off", "The trail does not reach the head that was given: its end was cut off.";
    /// There are no events, and no head says that there should be.
    Empty = "empty", "The trail is empty; it begins with the event that created the token.";
    /// A change names another value before it than the events before led to.
    DoesNotFollow = "does_not_follow", "The record held another value before this event: something other than a command changed it.";
    /// The record, or the tombstone, is not what the events lead to.
    RecordDiffers = "record_differs", "The store holds another value than the events lead to: something other than a command changed it.";
    /// Events follow behind the head that was kept elsewhere.
    BeyondHead = "beyond_head", "Events follow after the head that was given, which does not vouch for them.";
}

impl Fault {
    /// The fault as a document, with the place of the event in the list and its
    /// sequence number where there is one.
    pub(super) fn to_value(self, index: Option<i64>, sequence: Option<i64>) -> Value {
        map!([
            ("index", index.map_or(Value::Null, Value::Int)),
            ("sequence", sequence.map_or(Value::Null, Value::Int)),
            ("code", self.code().into()),
            ("message", self.sentence().into()),
        ])
    }

    /// The fault of a field of the record; `None`: of the record as a whole.
    pub(super) fn of_field(self, field: Option<&str>) -> Value {
        let mut fault = self.to_value(None, None);
        if let Value::Map(fields) = &mut fault {
            put(fields, "field", field.into());
        }
        fault
    }
}
