//! One token among people, a client and the clock.

use std::cell::Cell;

use anyhow::{Context, Result, bail, ensure};
use portcullis_wasmtime::store::{Notice, Sqlite, Touch};
use portcullis_wasmtime::tokens::{Actor, CommandResult, TokensError};
use portcullis_wasmtime::{Attempt, Identified, Level, Lookup, Policy, Reason, TokenId, Tokens};
use serde_json::Value;

use crate::clock;
use crate::page::{Ended, Page};

pub(crate) struct Scene<'p> {
    pub(crate) tokens: Tokens,
    page: &'p Page,
    has_shown_a_letter: Cell<bool>,
}

impl<'p> Scene<'p> {
    pub(crate) fn set(policy: Policy, store: Sqlite, page: &'p Page) -> Result<Scene<'p>> {
        page.columns();
        // A host keeps this key elsewhere than the store.
        let key = b"the key of this story's trails";
        let tokens = Tokens::new(policy, store).with_clock(clock::now).with_audit_key(key);
        Ok(Scene { tokens, page, has_shown_a_letter: Cell::new(false) })
    }

    /// A command that takes effect.
    pub(crate) fn does(
        &self,
        who: &str,
        step: &str,
        outcome: &str,
        done: Result<CommandResult, TokensError>,
    ) -> Result<CommandResult> {
        let done = done.with_context(|| format!("{who} {step}"))?;
        let warned: String =
            done.warnings.iter().map(|warning| format!("; warned: {}", warning.code)).collect();
        self.page.line(who, step, Ended::Well, &format!("{outcome}{warned}"));
        Ok(done)
    }

    /// A command that is refused with this code.
    pub(crate) fn is_refused(
        &self,
        who: &str,
        step: &str,
        code: &str,
        done: Result<CommandResult, TokensError>,
    ) -> Result<()> {
        let error = done.err().with_context(|| format!("{who} {step}: it took effect"))?;
        let refusal = error.refusal().with_context(|| format!("{who} {step}: {error}"))?;
        ensure!(refusal.code.code() == code, "{who} {step}: {error}");
        self.page.line(who, step, Ended::Denied, &format!("{code}: {}", refusal.message));
        Ok(())
    }

    /// The client asks with a plaintext, and passes, or does not for this reason. Its use is noted.
    pub(crate) fn asks(&self, step: &str, on: &str, plaintext: &str, expected: Option<Reason>) -> Result<()> {
        let policy = self.tokens.policy();
        let (method, path) = on.split_once(' ').context("a method and a path")?;
        let field = format!("Bearer {plaintext}");
        let attempt = Attempt::http(method, path).application("shop");
        let attempt = match policy.header_name() {
            Some(_) => attempt.header(plaintext),
            None => attempt.authorization(&field),
        };
        let Identified::Token(id) = policy.identify(&attempt) else { bail!("{step}: nothing to look up") };
        let record = self.tokens.store().get(&id)?;
        let token = record.as_deref().map(|record| policy.open_token(record));
        let found = token.as_ref().map_or(Lookup::Unknown, Lookup::Token);
        let decision = policy.decide(&attempt, found, None, clock::now());
        ensure!(decision.reason() == expected, "{step}: {:?} in place of {expected:?}", decision.reason());
        let said: Value = serde_json::from_str(&decision.to_json(Level::Operator)?)?;
        if let Some(touch) = Touch::parse(&said["touch"].to_string()) {
            let revision = said["revision"].as_u64().context("a revision")?;
            self.tokens.store().touch(&id, revision, &touch)?;
        }
        let hint = said["hints"]["graceEnds"].as_str().map(|end| format!("; old secret, until {end}"));
        match expected {
            None => self.page.line("client", step, Ended::Well, &format!("200{}", hint.unwrap_or_default())),
            Some(reason) => {
                let outcome = format!("{} {}", reason.status(), reason.code());
                self.page.line("client", step, Ended::Denied, &outcome);
            }
        }
        Ok(())
    }

    /// The clock is moved, and what time asks for is done. The notices that came of it.
    pub(crate) fn time_comes(&self, day: i64, hour: i64, minute: i64) -> Result<Vec<Value>> {
        clock::set(day, hour, minute);
        let swept = self.tokens.sweep(100)?;
        ensure!(swept.done && swept.failed.is_empty(), "a sweep that did not work: {:?}", swept.failed);
        self.mails_go_out("time")
    }

    /// What waits in the outbox is sent, as far as a story can send it. `because` is who brought it about.
    pub(crate) fn mails_go_out(&self, because: &str) -> Result<Vec<Value>> {
        let waiting = self.tokens.outbox(100)?;
        let mut notices = Vec::new();
        for notice in &waiting {
            let notice: Value = serde_json::from_str(&notice.json)?;
            let text = |name: &str| notice[name].as_str().unwrap_or_default().to_owned();
            let ends = text("ends").chars().take(10).collect::<String>();
            let ends = if ends.is_empty() { ends } else { format!("; ends {ends}") };
            let step = format!("{} {}", text("notice"), text("stage"));
            self.page.line(because, step.trim_end(), Ended::ByTime, &format!("mail to {}{ends}", text("to")));
            notices.push(notice);
        }
        self.a_letter(&waiting)?;
        self.tokens.acknowledge(&waiting.iter().map(|notice| notice.key.clone()).collect::<Vec<_>>())?;
        Ok(notices)
    }

    /// The first letter of this story, as it would be sent.
    fn a_letter(&self, waiting: &[Notice]) -> Result<()> {
        if waiting.is_empty() || self.has_shown_a_letter.replace(true) {
            return Ok(());
        }
        let letters: Value = serde_json::from_str(&self.tokens.letters(waiting)?)?;
        self.page.letter(letters[0]["text"]["en"].as_str().context("a letter in English")?);
        Ok(())
    }

    /// The whole trail of a token, looked at by the host.
    pub(crate) fn verifies(&self, token: &TokenId) -> Result<()> {
        let trail = self.tokens.trail(token, &Actor::system())?;
        ensure!(trail.verified, "the trail is not verified: {}", trail.report);
        let outcome = format!("{} events, each sealed with the one before: verified", trail.events.len());
        self.page.line("host", "verifies the audit trail", Ended::Well, &outcome);
        Ok(())
    }
}

/// The part of a plaintext that may be shown: all but the secret.
pub(crate) fn shown(plaintext: &str) -> String {
    plaintext.rsplit_once('_').map_or_else(String::new, |(public, _)| format!("{public}_…"))
}
