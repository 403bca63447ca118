//! Letters: notices that belong together, in words that can be sent as they are.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::canonical;
use crate::base::{Instant, sort};
use crate::document::{ObjectReader, Place, Problems, Value, instant, items, map, text, word};
use crate::letters::text::{Language, Told};
use crate::lifecycle::NoticeSubject;

/// The letters that notices make, one for each `group`, in the order in which the
/// groups first appear.
///
/// The request is `{"notices": […]}`. A letter holds `to`, `tenant`, `notice`,
/// `stage`, the `tokens` that it is about, the `keys` of its notices (to
/// acknowledge once it is on its way), and `subject` and `text` in English and
/// German, as plain text. Names are shown with what could mislead a reader
/// escaped. The single-use key of a renewal is in no letter: it is for the
/// callback, or for the operator who delivers it.
///
/// # Errors
/// The request, or a notice in it, is of another form.
pub fn letters(request: &Value) -> Result<Value, Problems> {
    let mut problems = Problems::default();
    let letters = read(request, &mut problems);
    problems.into_result(())?;
    Ok(letters.unwrap_or_default().iter().map(Letter::to_value).collect())
}

/// One notice, as far as a letter tells it.
struct Notice<'v> {
    key: &'v str,
    subject: NoticeSubject,
    group: &'v Value,
    to: Option<&'v str>,
    tenant: Option<&'v str>,
    stage: Option<&'v str>,
    token: Told<'v>,
}

/// Notices of one group; never without one.
struct Letter<'v> {
    first: Notice<'v>,
    tokens: Vec<Told<'v>>,
    keys: Vec<&'v str>,
    /// Keys and ids that it has already.
    known: [BTreeSet<&'v str>; 2],
}

fn read<'v>(request: &'v Value, problems: &mut Problems) -> Option<Vec<Letter<'v>>> {
    let mut request = ObjectReader::read(request, Place::Root, problems)?;
    let notices = request.required("notices", problems, items)?;
    request.finish(problems);
    let at = Place::Root.field("notices");
    let mut sorted: Vec<(String, usize, Notice<'v>)> = Vec::new();
    for (i, notice) in notices.iter().enumerate() {
        if let Some(notice) = Notice::read(notice, at.item(i), problems) {
            sorted.push((canonical(notice.group), i, notice));
        }
    }
    sort(&mut sorted, &|a, b| a.0.cmp(&b.0));
    let mut letters: Vec<(String, usize, Letter<'v>)> = Vec::new();
    for (group, place, notice) in sorted {
        match letters.last_mut() {
            Some((last, _, letter)) if *last == group => letter.take(notice),
            Some(_) | None => letters.push((group, place, Letter::of(notice))),
        }
    }
    sort(&mut letters, &|a, b| a.1.cmp(&b.1));
    Some(letters.into_iter().map(|(_, _, letter)| letter).collect())
}

impl<'v> Notice<'v> {
    fn read(value: &'v Value, at: Place<'_>, problems: &mut Problems) -> Option<Notice<'v>> {
        // Of what else a notice holds, nothing is told.
        let mut notice = ObjectReader::read(value, at, problems)?;
        let key = notice.required("key", problems, text);
        let subject = notice.required("notice", problems, word(NoticeSubject::WORDS));
        let group = notice
            .required("group", problems, |value, at, problems| items(value, at, problems).map(|_| value));
        let [to, tenant, stage, name] =
            ["to", "tenant", "stage", "name"].map(|field| notice.optional(field, problems, text));
        let token = notice.required("token", problems, text);
        let ends = notice.optional("ends", problems, instant);
        let token = Told { id: token?, name: name.unwrap_or_default(), ends };
        Some(Notice { key: key?, subject: subject?, group: group?, to, tenant, stage, token })
    }
}

impl<'v> Letter<'v> {
    fn of(first: Notice<'v>) -> Letter<'v> {
        Letter {
            tokens: alloc::vec![first.token],
            keys: alloc::vec![first.key],
            known: [BTreeSet::from([first.key]), BTreeSet::from([first.token.id])],
            first,
        }
    }

    /// The same notice is taken once, and a token is told of once.
    fn take(&mut self, notice: Notice<'v>) {
        let [keys, ids] = &mut self.known;
        if !keys.insert(notice.key) {
            return;
        }
        self.keys.push(notice.key);
        if ids.insert(notice.token.id) {
            self.tokens.push(notice.token);
        }
    }

    fn to_value(&self) -> Value {
        let Notice { subject, to, tenant, stage, .. } = &self.first;
        let token = |token: &Told<'_>| {
            map!([
                ("token", token.id.into()),
                ("name", token.name.into()),
                ("ends", token.ends.map(Instant::to_text).into()),
            ])
        };
        let languages = [Language::English, Language::German];
        let [subjects, texts] = [Language::subject, Language::text].map(|written| {
            let of = |language: &Language| {
                (language.code().into(), written(*language, *subject, &self.tokens).into())
            };
            Value::Map(languages.iter().map(of).collect())
        });
        map!([
            ("to", (*to).into()),
            ("tenant", (*tenant).into()),
            ("notice", subject.word().into()),
            ("stage", (*stage).into()),
            ("tokens", self.tokens.iter().map(token).collect()),
            ("keys", self.keys.iter().copied().collect()),
            ("subject", subjects),
            ("text", texts),
        ])
    }
}
