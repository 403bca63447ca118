//! The outcome of a command, read from the module's answer.

use portcullis_core::{Bounds, Value};

use crate::base::fields::{list, optional, present, text};
use crate::base::{Error, Problem};
use crate::store::{Change, Notice};
use crate::tokens::error::Refusal;
use crate::tokens::plaintext::Plaintext;
use crate::tokens::view::TokenView;

/// The result of a command that took effect.
#[derive(Debug)]
pub struct CommandResult {
    /// The token after the command; `None` if it was deleted.
    pub token: Option<TokenView>,
    /// The successor, if the token was renewed.
    pub successor: Option<TokenView>,
    /// The plaintext, if the command made a secret. It cannot be read again.
    pub plaintext: Option<Plaintext>,
    /// Warnings about the command.
    pub warnings: Vec<Problem>,
    /// Whether the command took effect earlier. This call then did nothing, and there is no plaintext.
    pub repeated: bool,
}

/// What a command would do. Limits and unique names are checked only when it is executed.
#[derive(Debug)]
pub struct CommandPreview {
    /// The token after the command; `None` if it would be deleted.
    pub token: Option<TokenView>,
    /// The successor, if the token would be renewed.
    pub successor: Option<TokenView>,
    /// Warnings about the command.
    pub warnings: Vec<Problem>,
    /// The status before, such as `active`; `None` if there is no token yet.
    pub before: Option<String>,
    /// The status after; `None` if the token would be deleted.
    pub after: Option<String>,
    /// Whether the command took effect earlier, and would do nothing now.
    pub repeated: bool,
}

/// The outcome of a command.
pub(super) struct CommandOutcome {
    pub(super) planned: Option<PlannedChange>,
    pub(super) refused: Option<RefusedCommand>,
    pub(super) repeated: bool,
}

/// A refusal, and the notices that come with it.
pub(super) struct RefusedCommand {
    pub(super) refusal: Refusal,
    pub(super) notices: Vec<Notice>,
}

/// A change, with the parts that the store must not see.
pub(super) struct PlannedChange {
    /// `None` for a preview.
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
        // A change that makes a token and replaces none creates it.
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
    /// The result if the command took effect earlier: the token as it is now.
    pub(super) fn repeated(token: Option<TokenView>) -> CommandResult {
        CommandResult { token, successor: None, plaintext: None, warnings: Vec::new(), repeated: true }
    }
}

impl CommandPreview {
    /// The preview if the command took effect earlier: the token as it is now.
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
