//! A path template as the route tables write it, and a request that it matches.

use std::collections::BTreeMap;

/// `/repos/{owner}/compare/{base}...{head}`: segments of literal text and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    text: String,
    segments: Vec<Vec<Part>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Parameter(String),
    Rest(String),
}

/// A concrete path that a template matches, and the values that stand for its parameters.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    pub(super) path: String,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Template {
    /// Reads a template, or says why it cannot be read.
    ///
    /// A query string, a regular expression and an encoded literal are no templates.
    pub(super) fn parse(text: &str) -> Result<Template, String> {
        let path = text.strip_prefix('/').ok_or("it does not begin with a slash")?;
        if let Some(odd) = path.chars().find(|c| "?#*%\\".contains(*c) || c.is_whitespace() || c.is_control())
        {
            return Err(format!("`{odd}` has no place in a template"));
        }
        let texts: Vec<&str> = path.split('/').collect();
        let inner = &texts[..texts.len() - 1];
        if let Some(odd) = inner.iter().find(|text| text.is_empty() || text.contains("...}")) {
            return Err(format!("`{odd}` can only be the last segment"));
        }
        if let Some(odd) = texts.iter().find(|text| text.starts_with(':') || [".", ".."].contains(text)) {
            return Err(format!("`{odd}` is no segment"));
        }
        let segments = texts.into_iter().map(parts).collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<&str> = segments.iter().flatten().filter_map(Part::name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("{{{}}} occurs twice", pair[0])),
            None => Ok(Template { text: text.to_owned(), segments }),
        }
    }

    /// The template as it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The template without the names of its parameters: equal shapes match the same paths.
    pub(super) fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            for part in segment {
                match part {
                    Part::Literal(text) => shape.push_str(text),
                    Part::Parameter(_) => shape.push_str("{}"),
                    Part::Rest(_) => shape.push_str("{...}"),
                }
            }
        }
        shape
    }

    /// A path for this template and for no template that has a literal where this one has a parameter.
    ///
    /// Every value holds an encoded space, which no literal can hold.
    pub(super) fn filled(&self) -> Filled {
        let mut path = String::new();
        let mut parameters = BTreeMap::new();
        for segment in &self.segments {
            path.push('/');
            for part in segment {
                let value = format!("v{} x", parameters.len() + 1);
                match part {
                    Part::Literal(text) => path.push_str(text),
                    Part::Parameter(name) => {
                        path.push_str(&value.replace(' ', "%20"));
                        parameters.insert(name.clone(), value);
                    }
                    Part::Rest(name) => {
                        let value = format!("{value}/{value}");
                        path.push_str(&value.replace(' ', "%20"));
                        parameters.insert(name.clone(), value);
                    }
                }
            }
        }
        Filled { path, parameters }
    }
}

impl Part {
    fn name(&self) -> Option<&str> {
        match self {
            Part::Literal(_) => None,
            Part::Parameter(name) | Part::Rest(name) => Some(name),
        }
    }
}

fn parts(segment: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = segment;
    while !rest.is_empty() {
        let (literal, parameter) = match rest.split_once('{') {
            Some((literal, parameter)) => (literal, Some(parameter)),
            None => (rest, None),
        };
        if literal.contains('}') {
            return Err(format!("a brace is missing in `{segment}`"));
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        let Some(parameter) = parameter else { break };
        let (name, after) =
            parameter.split_once('}').ok_or_else(|| format!("a brace is missing in `{segment}`"))?;
        if parts.last().is_some_and(|part| part.name().is_some()) {
            return Err(format!("there is no text between two parameters in `{segment}`"));
        }
        let plain = name.strip_suffix("...").unwrap_or(name);
        if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            return Err(format!("`{name}` is no name of a parameter"));
        }
        if plain == name {
            parts.push(Part::Parameter(plain.to_owned()));
        } else if segment.len() == name.len() + 2 {
            parts.push(Part::Rest(plain.to_owned()));
        } else {
            return Err(format!("`{{{name}}}` is a whole segment or nothing"));
        }
        rest = after;
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_template_says_why() {
        for text in [
            "readme",
            "/readme(?:/(.*))?",
            "/up/{link}?ret-json=1",
            "/{a",
            "/a}",
            "/{a}{b}",
            "/{}",
            "/{a}/{a}",
            "/a//b",
            "/:id",
            "/*",
            "/a/../b",
            "/{a...}/b",
            "/x{a...}",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        for text in [
            "/",
            "/a/",
            "/a/{b}",
            "/a/{b}:cancel",
            "/compare/{base}...{head}",
            "/fn({id})",
            "/files/{rest...}",
        ] {
            assert_eq!(Template::parse(text).map(|template| template.text().to_owned()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn shapes_forget_the_names_of_parameters() {
        let shape = |text| Template::parse(text).map(|template| template.shape());
        assert_eq!(shape("/a/{b}/c{d}"), shape("/a/{x}/c{y}"));
        assert_ne!(shape("/a/{b}"), shape("/a/{b...}"));
        assert_ne!(shape("/a/{b}"), shape("/a/{b}/"));
    }

    #[test]
    fn a_filled_template_tells_its_values() {
        let filled = Template::parse("/x/{a}...{b}/").unwrap().filled();
        assert_eq!(filled.path, "/x/v1%20x...v2%20x/");
        assert_eq!(filled.parameters["b"], "v2 x");
    }
}
