//! Letters in English.

use crate::letters::words::Words;
use crate::lifecycle::NoticeSubject;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn words(subject: NoticeSubject) -> Words {
    match subject {
        NoticeSubject::ExpiresSoon => Words {
            about_one: "The API token {token} expires on {ends}",
            about_many: "{count} API tokens expire soon",
            one: "The API token {token} expires on {ends}. After that, all requests that use it are refused.",
            many: "These {count} API tokens expire at the times shown. After that, all requests that use them are refused.",
            advice: "If you still need access, extend the token before it expires, or replace it with a new one. If you no longer need it, you do not have to do anything.",
        },
        NoticeSubject::IdleSoon => Words {
            about_one: "The API token {token} stops working on {ends} unless it is used",
            about_many: "{count} API tokens stop working soon unless they are used",
            one: "The API token {token} has not been used for some time. If it is not used by {ends}, it stops working.",
            many: "These {count} API tokens have not been used for some time. Each one stops working if it is not used by the time shown.",
            advice: "If you still need access, use or extend the token before then. If you no longer need it, you do not have to do anything.",
        },
        NoticeSubject::Expired => Words {
            about_one: "The API token {token} has expired",
            about_many: "{count} API tokens have expired",
            one: "The API token {token} expired on {ends}. All requests that use it are now refused.",
            many: "These {count} API tokens expired at the times shown. All requests that use them are now refused.",
            advice: "If you still need access, create a new token and use it wherever the old one was used. If you no longer need it, you can delete the old token.",
        },
        NoticeSubject::Idle => Words {
            about_one: "The API token {token} has stopped working because of inactivity",
            about_many: "{count} API tokens have stopped working because of inactivity",
            one: "The API token {token} was valid until {ends}. Because it was not used for too long, all requests that use it are now refused.",
            many: "These {count} API tokens were not used for too long. Since the times shown, all requests that use them are refused.",
            advice: "If you still need access, ask for the token to be extended, or create a new one. If you no longer need it, you can delete the token.",
        },
        NoticeSubject::RevokedForIdleness => Words {
            about_one: "The API token {token} was revoked because of inactivity",
            about_many: "{count} API tokens were revoked because of inactivity",
            one: "The API token {token} was not used for too long and has been revoked. All requests that use it are now refused.",
            many: "These {count} API tokens were not used for too long and have been revoked. All requests that use them are now refused.",
            advice: "If you still need access, create a new token and use it wherever the old one was used. If you no longer need it, you do not have to do anything.",
        },
        NoticeSubject::DeletedForIdleness => Words {
            about_one: "The API token {token} was deleted because of inactivity",
            about_many: "{count} API tokens were deleted because of inactivity",
            one: "The API token {token} was not used for too long and has been deleted. It cannot be restored.",
            many: "These {count} API tokens were not used for too long and have been deleted. They cannot be restored.",
            advice: "If you still need access, create a new token and use it wherever the old one was used. If you no longer need it, you do not have to do anything.",
        },
        NoticeSubject::RenewalOffered => Words {
            about_one: "The API token {token} can be renewed until {ends}",
            about_many: "{count} API tokens can be renewed",
            one: "The API token {token} is due for automatic renewal. The system that uses it can fetch its new secret until {ends}. After that, this offer expires and a new one follows.",
            many: "These {count} API tokens are due for automatic renewal. The systems that use them can fetch the new secrets until the times shown. After that, these offers expire and new ones follow.",
            advice: "If the system renews its token by itself, you do not have to do anything. Otherwise, renew it with the current token and the key of this offer. For security, this message does not contain the key.",
        },
        NoticeSubject::Renewed => Words {
            about_one: "The API token {token} was renewed automatically",
            about_many: "{count} API tokens were renewed automatically",
            one: "The API token {token} was renewed automatically and has a new secret. The previous secret works only for a short time.",
            many: "These {count} API tokens were renewed automatically and have new secrets. The previous secrets work only for a short time.",
            advice: "Please make sure that every system uses the new secret. If neither you nor your team started this renewal, revoke the token now.",
        },
        NoticeSubject::RenewalLost => Words {
            about_one: "The API token {token} was not renewed in time and has expired",
            about_many: "{count} API tokens were not renewed in time and have expired",
            one: "The automatic renewal of the API token {token} was not completed before it expired. All requests that use the token are now refused.",
            many: "The automatic renewals of these {count} API tokens were not completed before they expired. All requests that use the tokens are now refused.",
            advice: "Please create a new token and use it wherever the old one was used. Then find out why the renewal was not completed: the callback address may have been unreachable, or the system may have been switched off.",
        },
        NoticeSubject::SecretRetired => Words {
            about_one: "The previous secret of the API token {token} no longer works",
            about_many: "The previous secrets of {count} API tokens no longer work",
            one: "The API token {token} has a new secret, and the transition period for the previous one is over. Requests with the previous secret are now refused.",
            many: "These {count} API tokens have new secrets, and the transition period for the previous ones is over. Requests with a previous secret are now refused.",
            advice: "If every system already uses the new secret, you do not have to do anything. A system whose requests are now refused still uses the previous one.",
        },
        NoticeSubject::ReuseDetected => Words {
            about_one: "Security notice: a replaced secret of the API token {token} was used",
            about_many: "Security notice: replaced secrets of {count} API tokens were used",
            one: "A secret of the API token {token} was used after it had been replaced. The attempt was refused. A system may not have been switched over yet, or someone has a copy of the old secret.",
            many: "Secrets of these {count} API tokens were used after they had been replaced. The attempts were refused. A system may not have been switched over yet, or someone has a copy of an old secret.",
            advice: "Please find out where the attempt came from. If you cannot explain it, revoke the token and create a new one.",
        },
        NoticeSubject::AlreadyRedeemed => Words {
            about_one: "Security notice: a renewal key of the API token {token} was used twice",
            about_many: "Security notice: renewal keys of {count} API tokens were used twice",
            one: "A renewal key of the API token {token} was used a second time. The second attempt was refused. A system may have sent its request twice, or someone has seen the key.",
            many: "Renewal keys of these {count} API tokens were used a second time. The second attempts were refused. A system may have sent its request twice, or someone has seen a key.",
            advice: "Please find out where the second attempt came from. If you cannot explain it, revoke the token and create a new one.",
        },
    }
}
