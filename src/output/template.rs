use std::mem;
use std::str::FromStr;

/// What a template writes in another way than it stands there, and what is written for it.
const ESCAPES: [(&str, &str); 5] = [
    ("{{", "{"),
    ("}}", "}"),
    (r"\n", "\n"),
    (r"\t", "\t"),
    (r"\\", "\\"),
];

/// The text of one item for `--template`: names of columns in braces, with texts between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Template {
    /// The name of each column, after the text in front of it.
    pub(super) fields: Vec<(String, String)>,
    /// The text after the last column.
    pub(super) end: String,
}

impl Template {
    /// The names of the columns, in their order.
    pub(super) fn columns(&self) -> impl Iterator<Item = &String> {
        self.fields.iter().map(|(_, column)| column)
    }
}

/// A brace or a backslash in a template stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot read it from `{0}` on; a column is written as {{source}}, a brace as {{{{ or }}}}, a line break as \\n, a tab as \\t, a backslash as \\\\"
)]
pub(crate) struct TemplateError(String);

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(position) = rest.find(['{', '}', '\\']) {
            let (plain, special) = rest.split_at(position);
            template.end.push_str(plain);
            let mut escapes = ESCAPES.iter();
            let escape = escapes.find_map(|(escape, meaning)| {
                let after = special.strip_prefix(escape)?;
                Some((meaning, after))
            });
            if let Some((meaning, after)) = escape {
                template.end.push_str(meaning);
                rest = after;
                continue;
            }
            let column = special.strip_prefix('{');
            let (column, after) = column
                .and_then(|column| column.split_once('}'))
                .ok_or_else(|| TemplateError(special.to_owned()))?;
            let before = mem::take(&mut template.end);
            template.fields.push((before, column.to_owned()));
            rest = after;
        }
        template.end.push_str(rest);
        Ok(template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_columns_and_escapes() {
        let template: Template = r"{{{source}}}\t{ types }\\n é\n".parse().unwrap();
        let fields = [("{", "source"), ("}\t", " types ")];
        let fields = fields.map(|(text, column)| (text.to_owned(), column.to_owned()));
        assert_eq!(
            template,
            Template {
                fields: fields.into(),
                end: "\\n é\n".to_owned()
            }
        );
    }

    #[test]
    fn what_is_no_column_and_no_escape_is_an_error_that_shows_it() {
        for (text, part) in [
            ("a {source", "{source"),
            ("a} b", "} b"),
            (r"\x", r"\x"),
            (r"{id}\", r"\"),
        ] {
            let refusal = text.parse::<Template>().unwrap_err();
            assert_eq!(refusal, TemplateError(part.to_owned()));
        }
    }
}
