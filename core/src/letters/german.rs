//! Letters in German.

use crate::letters::words::Words;
use crate::lifecycle::NoticeSubject;

pub(super) const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

pub(super) fn words(subject: NoticeSubject) -> Words {
    match subject {
        NoticeSubject::ExpiresSoon => Words {
            about_one: "Das API-Token {token} läuft am {ends} ab",
            about_many: "{count} API-Tokens laufen bald ab",
            one: "Das API-Token {token} läuft am {ends} ab. Ab dann werden alle Anfragen damit abgelehnt.",
            many: "Diese {count} API-Tokens laufen zu den genannten Zeitpunkten ab. Ab dann werden alle Anfragen damit abgelehnt.",
            advice: "Wenn Sie den Zugang weiter brauchen, verlängern Sie das Token vor diesem Zeitpunkt, oder erstellen Sie ein neues und setzen Sie es an seine Stelle. Wenn Sie es nicht mehr brauchen, ist nichts zu tun.",
        },
        NoticeSubject::IdleSoon => Words {
            about_one: "Das API-Token {token} wird nach dem {ends} ungültig, wenn es niemand benutzt",
            about_many: "{count} API-Tokens werden bald ungültig, wenn sie niemand benutzt",
            one: "Das API-Token {token} wurde seit einiger Zeit nicht benutzt. Bleibt es bis zum {ends} unbenutzt, wird es danach ungültig.",
            many: "Diese {count} API-Tokens wurden seit einiger Zeit nicht benutzt. Jedes davon wird nach dem genannten Zeitpunkt ungültig, wenn es bis dahin unbenutzt bleibt.",
            advice: "Wenn Sie den Zugang weiter brauchen, benutzen oder verlängern Sie das Token vor diesem Zeitpunkt. Wenn Sie es nicht mehr brauchen, ist nichts zu tun.",
        },
        NoticeSubject::Expired => Words {
            about_one: "Das API-Token {token} ist abgelaufen",
            about_many: "{count} API-Tokens sind abgelaufen",
            one: "Das API-Token {token} ist am {ends} abgelaufen. Alle Anfragen damit werden jetzt abgelehnt.",
            many: "Diese {count} API-Tokens sind zu den genannten Zeitpunkten abgelaufen. Alle Anfragen damit werden jetzt abgelehnt.",
            advice: "Wenn Sie den Zugang weiter brauchen, erstellen Sie ein neues Token und setzen Sie es überall ein, wo das alte benutzt wurde. Wenn Sie es nicht mehr brauchen, kann das alte Token gelöscht werden.",
        },
        NoticeSubject::Idle => Words {
            about_one: "Das API-Token {token} ist ungültig geworden, weil es niemand benutzt hat",
            about_many: "{count} API-Tokens sind ungültig geworden, weil sie niemand benutzt hat",
            one: "Das API-Token {token} war bis zum {ends} gültig. Es wurde zu lange nicht benutzt, und alle Anfragen damit werden jetzt abgelehnt.",
            many: "Diese {count} API-Tokens wurden zu lange nicht benutzt. Seit den genannten Zeitpunkten werden alle Anfragen damit abgelehnt.",
            advice: "Wenn Sie den Zugang weiter brauchen, lassen Sie das Token verlängern, oder erstellen Sie ein neues. Wenn Sie es nicht mehr brauchen, kann es gelöscht werden.",
        },
        NoticeSubject::RevokedForIdleness => Words {
            about_one: "Das API-Token {token} wurde widerrufen, weil es niemand benutzt hat",
            about_many: "{count} API-Tokens wurden widerrufen, weil sie niemand benutzt hat",
            one: "Das API-Token {token} wurde zu lange nicht benutzt und deshalb widerrufen. Alle Anfragen damit werden abgelehnt.",
            many: "Diese {count} API-Tokens wurden zu lange nicht benutzt und deshalb widerrufen. Alle Anfragen damit werden abgelehnt.",
            advice: "Wenn Sie den Zugang weiter brauchen, erstellen Sie ein neues Token und setzen Sie es ein. Wenn Sie ihn nicht mehr brauchen, ist nichts zu tun.",
        },
        NoticeSubject::DeletedForIdleness => Words {
            about_one: "Das API-Token {token} wurde gelöscht, weil es niemand benutzt hat",
            about_many: "{count} API-Tokens wurden gelöscht, weil sie niemand benutzt hat",
            one: "Das API-Token {token} wurde zu lange nicht benutzt und deshalb gelöscht. Es lässt sich nicht wiederherstellen.",
            many: "Diese {count} API-Tokens wurden zu lange nicht benutzt und deshalb gelöscht. Sie lassen sich nicht wiederherstellen.",
            advice: "Wenn Sie den Zugang weiter brauchen, erstellen Sie ein neues Token und setzen Sie es ein. Wenn Sie ihn nicht mehr brauchen, ist nichts zu tun.",
        },
        NoticeSubject::RenewalOffered => Words {
            about_one: "Das API-Token {token} kann bis zum {ends} erneuert werden",
            about_many: "{count} API-Tokens können erneuert werden",
            one: "Die automatische Erneuerung des API-Tokens {token} steht an. Das System, das es benutzt, kann das neue Geheimnis bis zum {ends} abholen. Danach verfällt dieses Angebot, und ein weiteres folgt.",
            many: "Die automatische Erneuerung dieser {count} API-Tokens steht an. Die Systeme, die sie benutzen, können die neuen Geheimnisse bis zu den genannten Zeitpunkten abholen. Danach verfallen diese Angebote, und weitere folgen.",
            advice: "Wenn das System sein Token selbst erneuert, ist nichts zu tun. Andernfalls erneuern Sie es mit dem jetzigen Token und dem Schlüssel dieses Angebots. Aus Sicherheitsgründen steht der Schlüssel nicht in diesem Schreiben.",
        },
        NoticeSubject::Renewed => Words {
            about_one: "Das API-Token {token} wurde automatisch erneuert",
            about_many: "{count} API-Tokens wurden automatisch erneuert",
            one: "Das API-Token {token} wurde automatisch erneuert und hat ein neues Geheimnis. Das alte gilt nur noch kurze Zeit.",
            many: "Diese {count} API-Tokens wurden automatisch erneuert und haben neue Geheimnisse. Die alten gelten nur noch kurze Zeit.",
            advice: "Bitte stellen Sie sicher, dass jedes System, das das Token benutzt, das neue Geheimnis hat. Wenn niemand von Ihnen es erneuert hat, widerrufen Sie das Token jetzt.",
        },
        NoticeSubject::RenewalLost => Words {
            about_one: "Das API-Token {token} ist ohne Erneuerung zu Ende gegangen",
            about_many: "{count} API-Tokens sind ohne Erneuerung zu Ende gegangen",
            one: "Die automatische Erneuerung des API-Tokens {token} wurde nicht eingelöst, bevor es zu Ende ging. Alle Anfragen damit werden jetzt abgelehnt.",
            many: "Die automatischen Erneuerungen dieser {count} API-Tokens wurden nicht eingelöst, bevor sie zu Ende gingen. Alle Anfragen damit werden jetzt abgelehnt.",
            advice: "Bitte erstellen Sie ein neues Token und setzen Sie es ein. Klären Sie dann, warum die Erneuerung nicht eingelöst wurde: Vielleicht war der Rückruf nicht erreichbar oder das System abgeschaltet.",
        },
        NoticeSubject::SecretRetired => Words {
            about_one: "Das vorige Geheimnis des API-Tokens {token} gilt nicht mehr",
            about_many: "Die vorigen Geheimnisse von {count} API-Tokens gelten nicht mehr",
            one: "Das API-Token {token} hat ein neues Geheimnis bekommen, und die Zeit, in der auch das vorige galt, ist um. Anfragen mit dem vorigen Geheimnis werden jetzt abgelehnt.",
            many: "Diese {count} API-Tokens haben neue Geheimnisse bekommen, und die Zeit, in der auch die vorigen galten, ist um. Anfragen mit einem vorigen Geheimnis werden jetzt abgelehnt.",
            advice: "Wenn alle Systeme schon das neue Geheimnis benutzen, ist nichts zu tun. Ein System, das jetzt abgelehnt wird, hat noch das vorige.",
        },
        NoticeSubject::ReuseDetected => Words {
            about_one: "Sicherheitshinweis: Ein altes Geheimnis des API-Tokens {token} wurde benutzt",
            about_many: "Sicherheitshinweis: Alte Geheimnisse von {count} API-Tokens wurden benutzt",
            one: "Jemand hat versucht, ein schon ersetztes Geheimnis des API-Tokens {token} zu benutzen. Der Versuch wurde abgelehnt. Es kann ein System sein, das nicht umgestellt wurde, oder jemand, der eine Kopie des alten Geheimnisses hat.",
            many: "Jemand hat versucht, schon ersetzte Geheimnisse dieser {count} API-Tokens zu benutzen. Die Versuche wurden abgelehnt. Es kann ein System sein, das nicht umgestellt wurde, oder jemand, der eine Kopie eines alten Geheimnisses hat.",
            advice: "Bitte klären Sie, woher der Versuch kam. Wenn Sie ihn nicht erklären können, widerrufen Sie das Token und erstellen Sie ein neues.",
        },
        NoticeSubject::AlreadyRedeemed => Words {
            about_one: "Sicherheitshinweis: Ein Erneuerungsschlüssel des API-Tokens {token} wurde zweimal benutzt",
            about_many: "Sicherheitshinweis: Erneuerungsschlüssel von {count} API-Tokens wurden zweimal benutzt",
            one: "Ein Schlüssel zum Erneuern des API-Tokens {token} wurde ein zweites Mal benutzt. Der zweite Versuch wurde abgelehnt. Es kann ein System sein, das doppelt angefragt hat, oder jemand, der den Schlüssel gesehen hat.",
            many: "Schlüssel zum Erneuern dieser {count} API-Tokens wurden ein zweites Mal benutzt. Die zweiten Versuche wurden abgelehnt. Es kann ein System sein, das doppelt angefragt hat, oder jemand, der einen Schlüssel gesehen hat.",
            advice: "Bitte klären Sie, woher der zweite Versuch kam. Wenn Sie ihn nicht erklären können, widerrufen Sie das Token und erstellen Sie ein neues.",
        },
    }
}
