//! Lints of a kind: commands that never work, and rules that lock owners out.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Span, join};
use crate::document::{Lint, Place, Problem};
use crate::policy::kind::kind::{Kind, Privilege};

/// Lints one kind.
#[inline(never)]
pub(crate) fn survey(kind: &Kind, lints: &mut Vec<Lint>) {
    let kinds = Place::Root.field("kinds");
    let at = kinds.field(&kind.name);
    let mut note = |at: &Place<'_>, code: &'static str, message: String| {
        lints.push(Problem::at(&at.pointer(), code, message));
    };
    let may = at.field("may");
    for (command, who) in &kind.may {
        let word = command.word();
        if let Some(why) = never_works(kind, *command) {
            let message = join(&["tokens of this kind never accept \"", word, "\": ", why]);
            note(&may.field(word), "command_never_works", message);
        }
        if *command != Privilege::Rotate && who.iter().any(|who| who == "token") {
            let message = "a token by itself can only rotate; name \"owner\" or a role".into();
            note(&may.field(word), "not_by_the_token", message);
        }
    }
    let somebody_may =
        |command: Privilege| kind.may.iter().any(|(given, who)| *given == command && !who.is_empty());
    if kind.lockable && somebody_may(Privilege::Lock) && !somebody_may(Privilege::Unlock) {
        let message = "tokens can be locked, but no role may unlock them; add \"unlock\": [\"admin\"]".into();
        note(&may, "nobody_may_unlock", message);
    }
    if kind.renewal.automatic.is_some() && kind.grace == Span::from_millis(0) {
        let message =
            "without a grace period, a client that loses one reply is locked out; add \"grace\": \"24h\"";
        note(&at.field("renewal"), "renewal_without_grace", message.into());
    }
    let idle = kind.idle.as_ref();
    let clocks = [
        ("lifetime", kind.lifetime.default, &kind.lifetime.remind[..]),
        ("idle", idle.map(|idle| idle.default), idle.map_or(&[][..], |idle| &idle.remind)),
    ];
    for (name, period, stages) in clocks {
        let at_clock = at.field(name);
        let at_stages = at_clock.field("remind");
        for (i, stage) in stages.iter().enumerate() {
            if period.is_some_and(|period| period <= *stage) {
                let message = "this reminder is due at creation; make it shorter than the default";
                note(&at_stages.item(i), "reminder_at_once", message.into());
            }
        }
    }
}

/// Why this command never works on a token of this kind.
fn never_works(kind: &Kind, command: Privilege) -> Option<&'static str> {
    let (works, why) = match command {
        Privilege::Lock => (kind.lockable, "they are not lockable"),
        Privilege::Regenerate => (kind.regenerable, "a revocation is final"),
        Privilege::Renew => (kind.renewal.manual, "manual renewal is off"),
        Privilege::Edit => (!kind.editable.is_empty(), "no field is editable"),
        Privilege::RedeemRenewal => {
            (false, "redeeming needs the secret and the key of the offer, not a role")
        }
        Privilege::Create
        | Privilege::Extend
        | Privilege::Unlock
        | Privilege::Revoke
        | Privilege::Rotate
        | Privilege::Delete
        | Privilege::List => (true, ""),
    };
    (!works).then_some(why)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use crate::policy::policy::Policy;

    fn lints(kind: &str) -> Vec<(String, &'static str)> {
        let document = [
            r#"{"portcullis":1,"name":"n","realm":"r","resources":{"a":{"actions":["read"]}},
                "routes":[{"on":"GET /a","needs":"a:read"}],"kinds":{"k":{"prefix":"ex","#,
            kind,
            "}}}",
        ]
        .concat();
        let policy = Policy::from_json(&document).expect(kind);
        policy.lints().iter().map(|lint| (lint.path.clone(), lint.code)).collect()
    }

    #[test]
    fn commands_that_never_work_are_reported() {
        for (kind, path, code) in [
            (
                r#""may":{"revoke":["a"],"lock":["a"],"unlock":["a"]}"#,
                "/kinds/k/may/lock",
                "command_never_works",
            ),
            (
                r#""may":{"revoke":["a"],"regenerate":["a"]}"#,
                "/kinds/k/may/regenerate",
                "command_never_works",
            ),
            (r#""may":{"revoke":["a"],"renew":["a"]}"#, "/kinds/k/may/renew", "command_never_works"),
            (r#""may":{"revoke":["a"],"edit":["a"]}"#, "/kinds/k/may/edit", "command_never_works"),
            (r#""may":{"revoke":["a","token"]}"#, "/kinds/k/may/revoke", "not_by_the_token"),
            (r#""may":{"revoke":["a"],"lock":["a"]},"lockable":true"#, "/kinds/k/may", "nobody_may_unlock"),
            (
                r#""may":{"revoke":["a"]},"renewal":{"automatic":{"redeemWithin":"2h","offerAgainAfter":"1d"}}"#,
                "/kinds/k/renewal",
                "renewal_without_grace",
            ),
            (
                r#""may":{"revoke":["a"]},"idle":{"default":"30d","remind":["7d","30d"]}"#,
                "/kinds/k/idle/remind/1",
                "reminder_at_once",
            ),
        ] {
            assert_eq!(lints(kind), [(String::from(path), code)], "{kind}");
        }
    }

    #[test]
    fn commands_that_work_are_not_reported() {
        let kind = r#""may":{"revoke":["a"],"lock":["a"],"unlock":["a"],"rotate":["token"],"edit":["a"],"renew":["a"],
            "regenerate":["a"]},"lockable":true,"editable":["name"],"revoke":"regenerable","grace":"1d",
            "lifetime":{"default":"90d","remind":["30d"]},
            "renewal":{"manual":true,"automatic":{"redeemWithin":"2h","offerAgainAfter":"1d"}}"#;
        assert_eq!(lints(kind), []);
    }
}
