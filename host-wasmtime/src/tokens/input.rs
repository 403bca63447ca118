//! A command ready to execute: its text, its id, its token.

use portcullis_core::{CommandName, TokenId, Value};

use crate::base::fields::text;
use crate::tokens::actor::{Actor, CommandOptions, Presented};
use crate::tokens::command::Command;
use crate::tokens::error::TokensError;
use crate::tokens::tokens::Tokens;

/// A command with everything it needs but the record. `command`, `actor` and `presented` are JSON text.
pub(super) struct CommandInput {
    pub(super) token: Option<TokenId>,
    pub(super) command: String,
    pub(super) actor: String,
    pub(super) presented: String,
    pub(super) id: String,
    /// Whether the caller chose the id, so that the command may repeat an earlier one.
    pub(super) named: bool,
    /// The token that a new one is to replace. The rules ask for its record.
    pub(super) replaces: Option<TokenId>,
    /// Whether it makes a successor.
    pub(super) renews: bool,
}

impl CommandInput {
    /// A due command, executed by the host itself.
    pub(super) fn due(token: TokenId, command: &Value, id: &str) -> CommandInput {
        CommandInput {
            token: Some(token),
            command: command.to_json(),
            actor: Actor::system().to_value().to_json(),
            presented: Value::Null.to_json(),
            id: id.into(),
            named: true,
            replaces: None,
            renews: false,
        }
    }
}

impl Tokens {
    pub(super) fn input(
        &self,
        command: &Command<'_>,
        options: CommandOptions<'_>,
    ) -> Result<CommandInput, TokensError> {
        let CommandOptions { actor, reason, command: named, presented } = options;
        let id = match named {
            Some(id) => id.into(),
            None => random_id()?,
        };
        let mut fields = command.to_fields()?;
        fields.push(("id".into(), id.as_str().into()));
        fields.extend(reason.map(|reason| ("reason".into(), reason.into())));
        let document = Value::Map(fields);
        let renews = text(&document, "command") == Some(CommandName::Renew.word());
        let replaces = text(&document, "replaces").and_then(TokenId::parse);
        let actor = actor.map_or(Value::Null, Actor::to_value).to_json();
        let presented = presented.map_or(Value::Null, Presented::to_value).to_json();
        let document = document.to_json();
        let token = match command.token() {
            Some(token) => Some(token),
            None => self.policy().target(&format!(r#"{{"command":{document},"actor":{actor}}}"#))?,
        };
        let named = named.is_some();
        Ok(CommandInput { token, command: document, actor, presented, id, named, replaces, renews })
    }
}

/// A random UUID, version 4 (RFC 9562).
fn random_id() -> Result<String, TokensError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{number:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-"))
}
