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
            one: "Das API-Token {token} läuft am {ends} ab. Danach werden alle Anfragen mit diesem Token abgelehnt.",
            many: "Die folgenden {count} API-Tokens laufen zu den angegebenen Zeitpunkten ab. Danach werden alle Anfragen mit diesen Tokens abgelehnt.",
            advice: "Wenn Sie den Zugang weiterhin benötigen, verlängern Sie das Token rechtzeitig oder ersetzen Sie es durch ein neues. Wenn Sie ihn nicht mehr benötigen, müssen Sie nichts tun.",
        },
        NoticeSubject::IdleSoon => Words {
            about_one: "Das API-Token {token} wird am {ends} ungültig, wenn es bis dahin nicht verwendet wird",
            about_many: "{count} API-Tokens werden bald ungültig, wenn sie nicht verwendet werden",
            one: "Das API-Token {token} wurde seit längerer Zeit nicht verwendet. Wenn es bis zum {ends} nicht verwendet wird, wird es ungültig.",
            many: "Die folgenden {count} API-Tokens wurden seit längerer Zeit nicht verwendet. Jedes Token, das bis zum angegebenen Zeitpunkt nicht verwendet wird, wird ungültig.",
            advice: "Wenn Sie den Zugang weiterhin benötigen, verwenden oder verlängern Sie das Token rechtzeitig. Wenn Sie ihn nicht mehr benötigen, müssen Sie nichts tun.",
        },
        NoticeSubject::Expired => Words {
            about_one: "Das API-Token {token} ist abgelaufen",
            about_many: "{count} API-Tokens sind abgelaufen",
            one: "Das API-Token {token} ist am {ends} abgelaufen. Alle Anfragen mit diesem Token werden jetzt abgelehnt.",
            many: "Die folgenden {count} API-Tokens sind zu den angegebenen Zeitpunkten abgelaufen. Alle Anfragen mit diesen Tokens werden jetzt abgelehnt.",
            advice: "Wenn Sie den Zugang weiterhin benötigen, erstellen Sie ein neues Token und hinterlegen Sie es überall dort, wo das alte verwendet wurde. Wenn Sie ihn nicht mehr benötigen, können Sie das alte Token löschen.",
        },
        NoticeSubject::Idle => Words {
            about_one: "Das API-Token {token} ist wegen Inaktivität ungültig geworden",
            about_many: "{count} API-Tokens sind wegen Inaktivität ungültig geworden",
            one: "Das API-Token {token} war bis zum {ends} gültig. Da es zu lange nicht verwendet wurde, werden alle Anfragen mit diesem Token jetzt abgelehnt.",
            many: "Die folgenden {count} API-Tokens wurden zu lange nicht verwendet. Seit den angegebenen Zeitpunkten werden alle Anfragen mit diesen Tokens abgelehnt.",
            advice: "Wenn Sie den Zugang weiterhin benötigen, lassen Sie das Token verlängern oder erstellen Sie ein neues. Wenn Sie ihn nicht mehr benötigen, können Sie das Token löschen.",
        },
        NoticeSubject::RevokedForIdleness => Words {
            about_one: "Das API-Token {token} wurde wegen Inaktivität widerrufen",
            about_many: "{count} API-Tokens wurden wegen Inaktivität widerrufen",
            one: "Das API-Token {token} wurde zu lange nicht verwendet und deshalb widerrufen. Alle Anfragen mit diesem Token werden jetzt abgelehnt.",
            many: "Die folgenden {count} API-Tokens wurden zu lange nicht verwendet und deshalb widerrufen. Alle Anfragen mit diesen Tokens werden jetzt abgelehnt.",
            advice: "Wenn Sie den Zugang weiterhin benötigen, erstellen Sie ein neues Token und hinterlegen Sie es überall dort, wo das alte verwendet wurde. Wenn Sie ihn nicht mehr benötigen, müssen Sie nichts tun.",
        },
        NoticeSubject::DeletedForIdleness => Words {
            about_one: "Das API-Token {token} wurde wegen Inaktivität gelöscht",
            about_many: "{count} API-Tokens wurden wegen Inaktivität gelöscht",
            one: "Das API-Token {token} wurde zu lange nicht verwendet und deshalb gelöscht. Es kann nicht wiederhergestellt werden.",
            many: "Die folgenden {count} API-Tokens wurden zu lange nicht verwendet und deshalb gelöscht. Sie können nicht wiederhergestellt werden.",
            advice: "Wenn Sie den Zugang weiterhin benötigen, erstellen Sie ein neues Token und hinterlegen Sie es überall dort, wo das alte verwendet wurde. Wenn Sie ihn nicht mehr benötigen, müssen Sie nichts tun.",
        },
        NoticeSubject::RenewalOffered => Words {
            about_one: "Das API-Token {token} kann bis zum {ends} erneuert werden",
            about_many: "{count} API-Tokens können erneuert werden",
            one: "Die automatische Erneuerung des API-Tokens {token} steht an. Das System, das dieses Token verwendet, kann das neue Secret bis zum {ends} abrufen. Danach verfällt dieses Angebot und ein neues folgt.",
            many: "Die automatische Erneuerung der folgenden {count} API-Tokens steht an. Die Systeme, die diese Tokens verwenden, können die neuen Secrets bis zu den angegebenen Zeitpunkten abrufen. Danach verfallen diese Angebote und neue folgen.",
            advice: "Wenn das System sein Token selbst erneuert, müssen Sie nichts tun. Andernfalls erneuern Sie es mit dem aktuellen Token und dem Schlüssel dieses Angebots. Aus Sicherheitsgründen enthält diese Nachricht den Schlüssel nicht.",
        },
        NoticeSubject::Renewed => Words {
            about_one: "Das API-Token {token} wurde automatisch erneuert",
            about_many: "{count} API-Tokens wurden automatisch erneuert",
            one: "Das API-Token {token} wurde automatisch erneuert und hat ein neues Secret. Das bisherige Secret ist nur noch kurze Zeit gültig.",
            many: "Die folgenden {count} API-Tokens wurden automatisch erneuert und haben neue Secrets. Die bisherigen Secrets sind nur noch kurze Zeit gültig.",
            advice: "Bitte stellen Sie sicher, dass alle Systeme das neue Secret verwenden. Falls weder Sie noch Ihr Team die Erneuerung veranlasst haben, widerrufen Sie das Token sofort.",
        },
        NoticeSubject::RenewalLost => Words {
            about_one: "Das API-Token {token} wurde nicht rechtzeitig erneuert und ist abgelaufen",
            about_many: "{count} API-Tokens wurden nicht rechtzeitig erneuert und sind abgelaufen",
            one: "Die automatische Erneuerung des API-Tokens {token} wurde nicht abgeschlossen, bevor es ablief. Alle Anfragen mit diesem Token werden jetzt abgelehnt.",
            many: "Die automatische Erneuerung der folgenden {count} API-Tokens wurde nicht abgeschlossen, bevor sie abliefen. Alle Anfragen mit diesen Tokens werden jetzt abgelehnt.",
            advice: "Bitte erstellen Sie ein neues Token und hinterlegen Sie es überall dort, wo das alte verwendet wurde. Prüfen Sie anschließend, warum die Erneuerung nicht abgeschlossen wurde. Möglicherweise war die Callback-Adresse nicht erreichbar oder das System abgeschaltet.",
        },
        NoticeSubject::SecretRetired => Words {
            about_one: "Das bisherige Secret des API-Tokens {token} ist nicht mehr gültig",
            about_many: "Die bisherigen Secrets von {count} API-Tokens sind nicht mehr gültig",
            one: "Das API-Token {token} hat ein neues Secret, und die Übergangsfrist für das bisherige ist abgelaufen. Anfragen mit dem bisherigen Secret werden jetzt abgelehnt.",
            many: "Die folgenden {count} API-Tokens haben neue Secrets, und die Übergangsfrist für die bisherigen ist abgelaufen. Anfragen mit einem bisherigen Secret werden jetzt abgelehnt.",
            advice: "Wenn bereits alle Systeme das neue Secret verwenden, müssen Sie nichts tun. Ein System, dessen Anfragen jetzt abgelehnt werden, verwendet noch das bisherige.",
        },
        NoticeSubject::ReuseDetected => Words {
            about_one: "Sicherheitshinweis: Ein ersetztes Secret des API-Tokens {token} wurde verwendet",
            about_many: "Sicherheitshinweis: Ersetzte Secrets von {count} API-Tokens wurden verwendet",
            one: "Für das API-Token {token} wurde ein Secret verwendet, das bereits ersetzt worden war. Der Versuch wurde abgelehnt. Möglicherweise wurde ein System noch nicht umgestellt, oder jemand besitzt eine Kopie des alten Secrets.",
            many: "Für die folgenden {count} API-Tokens wurden Secrets verwendet, die bereits ersetzt worden waren. Die Versuche wurden abgelehnt. Möglicherweise wurde ein System noch nicht umgestellt, oder jemand besitzt eine Kopie eines alten Secrets.",
            advice: "Bitte klären Sie, woher der Versuch stammt. Wenn Sie ihn sich nicht erklären können, widerrufen Sie das Token und erstellen Sie ein neues.",
        },
        NoticeSubject::AlreadyRedeemed => Words {
            about_one: "Sicherheitshinweis: Ein Erneuerungsschlüssel des API-Tokens {token} wurde zweimal verwendet",
            about_many: "Sicherheitshinweis: Erneuerungsschlüssel von {count} API-Tokens wurden zweimal verwendet",
            one: "Ein Erneuerungsschlüssel des API-Tokens {token} wurde ein zweites Mal verwendet. Der zweite Versuch wurde abgelehnt. Möglicherweise hat ein System die Anfrage doppelt gesendet, oder jemand hat den Schlüssel gesehen.",
            many: "Erneuerungsschlüssel der folgenden {count} API-Tokens wurden ein zweites Mal verwendet. Die zweiten Versuche wurden abgelehnt. Möglicherweise hat ein System die Anfrage doppelt gesendet, oder jemand hat einen Schlüssel gesehen.",
            advice: "Bitte klären Sie, woher der zweite Versuch stammt. Wenn Sie ihn sich nicht erklären können, widerrufen Sie das Token und erstellen Sie ein neues.",
        },
    }
}
