use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::escape::is_invisible;

/// The minimum length of a secret in bytes. A shorter text is no key; redacting it would only make messages unreadable.
const MIN_SECRET_LENGTH: usize = 8;

/// The minimum length of Datadog's keys, which are letters and digits only.
const KEY_LENGTH: usize = 32;

/// How the access tokens and the newer keys of Datadog begin.
const TOKEN_PREFIXES: [&str; 3] = ["ddpat_", "ddsat_", "ddapp_"];

/// Strikes secrets out of texts from outside: a server or a command may send back what it received. `Debug` shows no
/// secret.
#[derive(Debug, Default)]
pub(crate) struct Redactor {
    /// The secrets, and their encodings in base64, in the form of [`plain_characters`].
    patterns: Vec<SecretString>,
}

impl Redactor {
    /// Creates a redactor for these secrets. Those that are too short for a key are left out.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let secrets = secrets
            .into_iter()
            .filter(|secret| secret.len() >= MIN_SECRET_LENGTH);
        let patterns = secrets.flat_map(|secret| {
            let encoded = (0..3).map(|offset| base64_within(secret, offset));
            iter::once(plain(secret)).chain(encoded.map(|text| plain(&text)))
        });
        Self {
            patterns: patterns.map(|text| text.as_str().into()).collect(),
        }
    }

    /// Replaces each secret in the text by `***`: in any letter case, with invisible characters in it, percent-encoded,
    /// with the escapes of JSON, or in base64.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut matches = self.matches(text);
        matches.extend(self.matches_within_escapes(text));
        if matches.is_empty() {
            return Cow::Borrowed(text);
        }
        matches.sort_by_key(|found| found.start);
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for found in matches {
            if found.start >= end {
                redacted.push_str(&text[end..found.start]);
                redacted.push_str("***");
            }
            end = end.max(found.end);
        }
        redacted.push_str(&text[end..]);
        Cow::Owned(redacted)
    }

    /// The places of the secrets in the text with its escapes decoded.
    fn matches(&self, text: &str) -> Vec<Range<usize>> {
        let plain = plain(text);
        let matches = self.patterns.iter().flat_map(|pattern| {
            let pattern = pattern.expose_secret();
            plain
                .match_indices(pattern)
                .map(|(start, _)| start..start + pattern.len())
        });
        let matches: Vec<_> = matches.collect();
        if matches.is_empty() {
            return matches;
        }
        // The place in the text of each byte of `plain`.
        let places: Vec<_> = plain_characters(text)
            .flat_map(|(character, place)| iter::repeat_n(place, character.len_utf8()))
            .collect();
        let matches = matches.into_iter();
        matches
            .map(|found| places[found.start].start..places[found.end - 1].end)
            .collect()
    }

    /// The places of the secrets whose first characters look like the end of an escape, as after `%2`.
    fn matches_within_escapes(&self, text: &str) -> Vec<Range<usize>> {
        if !text.contains(['%', '\\']) {
            return Vec::new();
        }
        let starts = decoded_characters(text).flat_map(|(_, place)| place.skip(1));
        let rests = starts.filter_map(|start| Some((start, text.get(start..)?)));
        let matches = rests.flat_map(|(start, rest)| {
            let patterns = self.patterns.iter();
            let lengths =
                patterns.filter_map(|pattern| match_length(rest, pattern.expose_secret()));
            lengths.map(move |length| start..start + length)
        });
        matches.collect()
    }
}

/// Whether a word may be a key or a token of Datadog. Such a word in the place of a name was probably written there by
/// mistake, so it is not shown.
pub(crate) fn looks_like_key(word: &str) -> bool {
    let is_key = word.len() >= KEY_LENGTH
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && word.bytes().any(|byte| byte.is_ascii_digit());
    let begins_as_token = |prefix| word.len() > KEY_LENGTH && word.starts_with(prefix);
    is_key || TOKEN_PREFIXES.into_iter().any(begins_as_token)
}

/// Whether a text has a word that may be a key, between characters that neither keys nor paths have.
pub(crate) fn contains_key(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-/.+".contains(c))
        .any(looks_like_key)
}

/// A name for messages: `***` if it may be a key.
pub(crate) fn hide_key(name: &str) -> &str {
    match name
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(looks_like_key)
    {
        true => "***",
        false => name,
    }
}

/// The part of the base64 encoding that the secret alone determines, where this many bytes stand before it in their
/// group of three.
fn base64_within(secret: &str, offset: usize) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(offset + secret.len()));
    bytes.resize(offset, 0);
    bytes.extend_from_slice(secret.as_bytes());
    let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*bytes));
    let end = bytes.len() * 8 / 6;
    let start = (offset * 8).div_ceil(6);
    Zeroizing::new(encoded[start..end].to_owned())
}

fn plain(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(plain_characters(text).map(|(character, _)| character));
    plain
}

/// The length of the beginning of a text that is the pattern in its plain form.
fn match_length(text: &str, pattern: &str) -> Option<usize> {
    let mut characters = plain_characters(text);
    let mut length = 0;
    for expected in pattern.chars() {
        let (_, place) = characters
            .next()
            .filter(|(character, _)| *character == expected)?;
        length = place.end;
    }
    Some(length)
}

/// The visible characters of a text with their places in it. The escapes of URLs and of JSON are decoded, letters are in
/// lower case, and the characters of the two base64 alphabets are the same.
fn plain_characters(text: &str) -> impl Iterator<Item = (char, Range<usize>)> {
    decoded_characters(text)
        .filter(|(character, _)| !is_invisible(*character))
        .map(|(character, place)| match character {
            '-' => ('+', place),
            '_' => ('/', place),
            other => (other.to_ascii_lowercase(), place),
        })
}

/// The characters of a text with their places in it. The escapes of URLs and of JSON are decoded.
fn decoded_characters(text: &str) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut start = 0;
    iter::from_fn(move || {
        let rest = &text[start..];
        let first = rest.chars().next()?;
        let (character, length) = decode_escape(rest).unwrap_or((first, first.len_utf8()));
        let place = start..start + length;
        start = place.end;
        Some((character, place))
    })
}

/// The character that an escape at the beginning of the text stands for, and the length of the escape.
fn decode_escape(text: &str) -> Option<(char, usize)> {
    let (digits, length) = match text.as_bytes() {
        [b'%', ..] => (text.get(1..3)?, 3),
        [b'\\', b'u', ..] => (text.get(2..6)?, 6),
        [b'\\', b'/', ..] => return Some(('/', 2)),
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let code = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(code)?, length))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE;
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "test-Api_key-0123";

    #[test]
    fn every_secret_is_redacted() {
        for (api_key, text, expected) in [
            (
                "test-api-key",
                "test-api-key, test-app-key and test-api-key",
                "***, *** and ***",
            ),
            ("test-app", "test-app-key", "***"),
            ("test", "test-app-key and test", "*** and test"),
            ("test-api-key", "nothing of it", "nothing of it"),
        ] {
            let redactor = Redactor::new([api_key, "test-app-key"]);
            assert_eq!(redactor.redact(text), expected);
        }
    }

    #[test]
    fn a_secret_is_redacted_however_it_is_written() {
        let redactor = Redactor::new([SECRET]);
        for written in [
            SECRET.to_uppercase(),
            SECRET.replace('-', "%2D"),
            SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect(),
            SECRET.replace('A', "\\u0041"),
            SECRET.replace("key", "k\0e\u{200b}y\u{200d}"),
            SECRET.replace("key", "k\\u0000e\\u200by"),
            SECRET.replace("key", "k\ney"),
        ] {
            assert_eq!(redactor.redact(&format!("é {written}!")), "é ***!");
        }
    }

    #[test]
    fn a_secret_is_redacted_right_behind_what_looks_like_an_escape() {
        let redactor = Redactor::new(["abcd-api-key"]);
        for (before, shown) in [("%2", "%2***"), ("\\u200", "\\u200***"), ("%", "%***")] {
            for written in ["abcd-api-key", "ABCD%2dapi%2dkey"] {
                assert_eq!(
                    redactor.redact(&format!("{before}{written}!")),
                    format!("{shown}!")
                );
            }
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_redacted_in_base64(before in ".{0,5}", after in ".{0,5}") {
            let redactor = Redactor::new([SECRET]);
            let text = format!("{before}{SECRET}{after}");
            for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE.encode(&text)] {
                let redacted = redactor.redact(&encoded).into_owned();
                prop_assert!(redacted.contains("***"), "{redacted}");
                // At most the characters at both ends hold bits of the secret beside others.
                prop_assert!(redacted.len() <= encoded.len() - SECRET.len() + 3, "{redacted}");
            }
        }

        #[test]
        fn other_texts_stay_as_they_are(text in any::<String>()) {
            prop_assert_eq!(&*Redactor::new([SECRET]).redact(&text), &*text);
        }
    }

    #[test]
    fn what_may_be_a_key_is_told_by_its_form() {
        let (hex, token) = ("0123abcd".repeat(4), format!("ddpat_{}", "x".repeat(30)));
        for key in [&hex, &token] {
            assert!(looks_like_key(key));
            assert_eq!(hide_key(&format!("{key}.example")), "***");
            assert!(contains_key(&format!("echo '{key}'")));
            assert!(contains_key(&format!("--token={key}")));
        }
        for name in ["hub", "83999dcd-7f97-11f0-8de1-1ecf66f1aa85", "ddpat_"] {
            assert_eq!(hide_key(name), name);
        }
        assert!(!contains_key(&format!("/nix/store/{hex}-bash/bin/sh")));
        assert!(!contains_key("op://datadog/hub/app-key"));
    }
}
