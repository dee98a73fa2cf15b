use crate::topology::Id;

/// Words that some reader of YAML, old or new, does not take for text.
const NO_TEXT: [&str; 13] = [
    "true",
    "false",
    "null",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "nan",
    "inf",
    "infinity",
    "undefined",
];

/// `text` as a YAML scalar that is read as this text, by any reader and also within `[…]`: plain where nothing can be
/// misread, else in double quotes.
pub(super) fn yaml(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Letters first and nothing with a meaning after them; UUIDs, which no reader takes for a number, as well.
fn is_plain(text: &str) -> bool {
    let begins_well = text.starts_with(char::is_alphabetic) || Id::from(text).as_uuid().is_some();
    let is_harmless =
        |character: char| character.is_alphanumeric() || " ._/()+-".contains(character);
    begins_well
        && !text.ends_with(' ')
        && text.chars().all(is_harmless)
        && !NO_TEXT.contains(&text.to_lowercase().as_str())
}

/// `text` in double quotes, on one line, everything escaped that is not plainly visible. YAML and HCL read it alike.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            visible if is_visible(visible) => quoted.push(visible),
            hidden => quoted.push_str(&escape(hidden)),
        }
    }
    quoted.push('"');
    quoted
}

/// `text` as an HCL string: as [`quoted`], and no part of it is a template.
pub(super) fn hcl(text: &str) -> String {
    quoted(text).replace("${", "$${").replace("%{", "%%{")
}

/// Control characters, marks that turn the direction of writing and the like are not; Rust's own escapes tell.
fn is_visible(character: char) -> bool {
    character == '\'' || character.escape_debug().len() == 1
}

fn escape(character: char) -> String {
    let code = u32::from(character);
    if code <= 0xffff {
        format!("\\u{code:04x}")
    } else {
        format!("\\U{code:08x}")
    }
}
