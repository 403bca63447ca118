//! What the rules make of a command, read from what the module says.

use portcullis_core::{Bounds, Value};

use crate::base::fields::{list, optional, present, text};
use crate::base::{Error, Problem};
use crate::store::{Change, Notice};
use crate::tokens::error::Refusal;
use crate::tokens::plaintext::Plaintext;
use crate::tokens::view::TokenView;

/// What became of a command that took effect.
#[derive(Debug)]
pub struct CommandResult {
    /// The token as it stands now; `None` when it is gone.
    pub token: Option<TokenView>,
    /// Of a renewed token, the new one.
    pub successor: Option<TokenView>,
    /// Of a command that made a secret: here, and never again.
    pub plaintext: Option<Plaintext>,
    /// What to think about once more.
    pub warnings: Vec<Problem>,
    /// It took effect before, and did nothing now: there is no plaintext.
    pub repeated: bool,
}

/// What a command would do, if it were given now. Limits and names are looked at only when it is.
#[derive(Debug)]
pub struct CommandPreview {
    /// The token as it would stand; `None` when it would be gone.
    pub token: Option<TokenView>,
    /// Of a renewed token, the new one.
    pub successor: Option<TokenView>,
    /// What to think about once more.
    pub warnings: Vec<Problem>,
    /// The status before, such as `active`; `None` when there is no token yet.
    pub before: Option<String>,
    /// The status afterwards; `None` when the token would be gone.
    pub after: Option<String>,
    /// It took effect before, and would do nothing now.
    pub repeated: bool,
}

/// The outcome of a command.
pub(super) struct CommandOutcome {
    pub(super) planned: Option<PlannedChange>,
    pub(super) refused: Option<RefusedCommand>,
    pub(super) repeated: bool,
}

/// A refusal, and the notices that it raises.
pub(super) struct RefusedCommand {
    pub(super) refusal: Refusal,
    pub(super) notices: Vec<Notice>,
}

/// A change, and what is not for the store.
pub(super) struct PlannedChange {
    /// Nothing, when it is only a preview.
    pub(super) change: Option<Change>,
    pub(super) plaintext: Option<Plaintext>,
    pub(super) token: Option<TokenView>,
    pub(super) successor: Option<TokenView>,
    pub(super) warnings: Vec<Problem>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl CommandOutcome {
    pub(super) fn parse(answer: &str) -> Result<CommandOutcome, Error> {
        let bounds = Bounds { bytes: usize::MAX, depth: 2 * Bounds::POLICY.depth };
        let outcome = Value::parse(answer, bounds).ok();
        let outcome = outcome.as_ref().and_then(CommandOutcome::read);
        outcome.ok_or(Error::BadAnswer("an invalid outcome"))
    }

    fn read(outcome: &Value) -> Option<CommandOutcome> {
        let Value::Bool(repeated) = outcome.get("repeated")? else { return None };
        let planned = optional(outcome, "change", |outcome, name| PlannedChange::read(outcome.get(name)?))?;
        let refused = optional(outcome, "refusal", |outcome, name| {
            let refusal = outcome.get(name)?;
            let notices = list(refusal, "notices", Notice::read)?;
            Some(RefusedCommand { refusal: Refusal::read(refusal)?, notices })
        })?;
        let something = *repeated || planned.is_some() || refused.is_some();
        something.then_some(CommandOutcome { planned, refused, repeated: *repeated })
    }
}

impl PlannedChange {
    fn read(change: &Value) -> Option<PlannedChange> {
        let records = list(change, "writes", |write| {
            Some((write.get("was")?.clone(), present(write, "record").cloned()))
        })?;
        let view = |new: bool| {
            let mut records = records.iter().filter(|(was, _)| (*was == Value::Int(0)) == new);
            records.find_map(|(_, record)| TokenView::of(record.as_ref()?))
        };
        let status = change.get("status")?;
        let word = |name| optional(status, name, text).map(|word| word.map(String::from));
        let preview = change.get("preview") == Some(&Value::Bool(true));
        // A change that makes a token and replaces none is its creation.
        let (old, new) = (view(false), view(true));
        let creates = records.iter().all(|(was, _)| *was == Value::Int(0));
        let (token, successor) = if creates { (new, None) } else { (old, new) };
        Some(PlannedChange {
            change: if preview { None } else { Some(Change::read(change)?) },
            plaintext: optional(change, "plaintext", text)?.map(Plaintext::new),
            token,
            successor,
            warnings: Problem::list(change.get("warnings")?)?,
            before: word("before")?,
            after: word("after")?,
        })
    }

    pub(super) fn result(self) -> CommandResult {
        let PlannedChange { plaintext, token, successor, warnings, .. } = self;
        CommandResult { token, successor, plaintext, warnings, repeated: false }
    }

    pub(super) fn preview(self) -> CommandPreview {
        let PlannedChange { token, successor, warnings, before, after, .. } = self;
        CommandPreview { token, successor, warnings, before, after, repeated: false }
    }
}

impl CommandResult {
    /// The command took effect before; the token as it is now.
    pub(super) fn repeated(token: Option<TokenView>) -> CommandResult {
        CommandResult { token, successor: None, plaintext: None, warnings: Vec::new(), repeated: true }
    }
}

impl CommandPreview {
    /// The command took effect before; the token as it is now.
    pub(super) fn repeated(token: Option<TokenView>) -> CommandPreview {
        CommandPreview {
            token,
            successor: None,
            warnings: Vec::new(),
            before: None,
            after: None,
            repeated: true,
        }
    }
}
