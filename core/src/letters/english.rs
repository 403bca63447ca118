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
            one: "The API token {token} expires on {ends}. From then on, every request that uses it is refused.",
            many: "These {count} API tokens expire at the times given. From then on, every request that uses them is refused.",
            advice: "If you still need access, extend the end of the token before that time, or create a new token and put it in its place. If you no longer need it, there is nothing to do.",
        },
        NoticeSubject::IdleSoon => Words {
            about_one: "The API token {token} stops working on {ends} unless it is used",
            about_many: "{count} API tokens stop working soon unless they are used",
            one: "The API token {token} has not been used for some time. If it stays unused until {ends}, it stops working after that.",
            many: "These {count} API tokens have not been used for some time. Each of them stops working after the time given if it stays unused until then.",
            advice: "If you still need access, use the token or extend it before that time. If you no longer need it, there is nothing to do.",
        },
        NoticeSubject::Expired => Words {
            about_one: "The API token {token} has expired",
            about_many: "{count} API tokens have expired",
            one: "The API token {token} expired on {ends}. Every request that uses it is now refused.",
            many: "These {count} API tokens expired at the times given. Every request that uses them is now refused.",
            advice: "If you still need access, create a new token and put it in place wherever the old one was used. If you no longer need it, the old token can be deleted.",
        },
        NoticeSubject::Idle => Words {
            about_one: "The API token {token} has stopped working because it was not used",
            about_many: "{count} API tokens have stopped working because they were not used",
            one: "The API token {token} was valid until {ends}. It was not used for too long, and every request that uses it is now refused.",
            many: "These {count} API tokens were not used for too long. Since the times given, every request that uses them is refused.",
            advice: "If you still need access, ask for the token to be extended, or create a new one. If you no longer need it, the token can be deleted.",
        },
        NoticeSubject::RevokedForIdleness => Words {
            about_one: "The API token {token} was revoked because it was not used",
            about_many: "{count} API tokens were revoked because they were not used",
            one: "The API token {token} was not used for too long and has been revoked. Every request that uses it is refused.",
            many: "These {count} API tokens were not used for too long and have been revoked. Every request that uses them is refused.",
            advice: "If you still need access, create a new token and put it in place. If you no longer need it, there is nothing to do.",
        },
        NoticeSubject::DeletedForIdleness => Words {
            about_one: "The API token {token} was deleted because it was not used",
            about_many: "{count} API tokens were deleted because they were not used",
            one: "The API token {token} was not used for too long and has been deleted. It cannot be restored.",
            many: "These {count} API tokens were not used for too long and have been deleted. They cannot be restored.",
            advice: "If you still need access, create a new token and put it in place. If you no longer need it, there is nothing to do.",
        },
        NoticeSubject::RenewalOffered => Words {
            about_one: "The API token {token} is ready to be renewed until {ends}",
            about_many: "{count} API tokens are ready to be renewed",
            one: "The API token {token} is due for its automatic renewal. The system that uses it can fetch its new secret until {ends}. After that this offer is void, and another one follows.",
            many: "These {count} API tokens are due for their automatic renewal. The systems that use them can fetch the new secrets until the times given. After that these offers are void, and others follow.",
            advice: "If that system renews its token by itself, there is nothing to do. Otherwise renew it with the present token and the key of this offer. For safety the key is not part of this letter.",
        },
        NoticeSubject::Renewed => Words {
            about_one: "The API token {token} was renewed automatically",
            about_many: "{count} API tokens were renewed automatically",
            one: "The API token {token} was renewed automatically and has a new secret. The old secret works for a short time only.",
            many: "These {count} API tokens were renewed automatically and have new secrets. The old secrets work for a short time only.",
            advice: "Please make sure that every system that uses the token has the new secret. If none of your people renewed it, revoke the token now.",
        },
        NoticeSubject::RenewalLost => Words {
            about_one: "The API token {token} has ended without being renewed",
            about_many: "{count} API tokens have ended without being renewed",
            one: "The automatic renewal of the API token {token} was not taken up before the token ended. Every request that uses it is now refused.",
            many: "The automatic renewals of these {count} API tokens were not taken up before the tokens ended. Every request that uses them is now refused.",
            advice: "Please create a new token and put it in place. Then find out why the renewal was not taken up: the callback may be out of reach, or its system switched off.",
        },
        NoticeSubject::SecretRetired => Words {
            about_one: "The previous secret of the API token {token} no longer works",
            about_many: "The previous secrets of {count} API tokens no longer work",
            one: "The API token {token} was given a new secret, and the time in which the previous one worked as well is over. Requests with the previous secret are now refused.",
            many: "These {count} API tokens were given new secrets, and the time in which the previous ones worked as well is over. Requests with a previous secret are now refused.",
            advice: "If every system uses the new secret already, there is nothing to do. A system that is refused now still has the previous one.",
        },
        NoticeSubject::ReuseDetected => Words {
            about_one: "Security notice: an old secret of the API token {token} was used",
            about_many: "Security notice: old secrets of {count} API tokens were used",
            one: "Someone tried to use a secret of the API token {token} that was replaced before. The attempt was refused. It may be a system that was not switched over, or someone who has a copy of the old secret.",
            many: "Someone tried to use secrets of these {count} API tokens that were replaced before. The attempts were refused. It may be a system that was not switched over, or someone who has a copy of an old secret.",
            advice: "Please find out where the attempt came from. If you cannot explain it, revoke the token and create a new one.",
        },
        NoticeSubject::AlreadyRedeemed => Words {
            about_one: "Security notice: a renewal key of the API token {token} was used twice",
            about_many: "Security notice: renewal keys of {count} API tokens were used twice",
            one: "A key for renewing the API token {token} was used a second time. The second attempt was refused. It may be a system that asked twice, or someone who has seen the key.",
            many: "Keys for renewing these {count} API tokens were used a second time. The second attempts were refused. It may be a system that asked twice, or someone who has seen a key.",
            advice: "Please find out where the second attempt came from. If you cannot explain it, revoke the token and create a new one.",
        },
    }
}
