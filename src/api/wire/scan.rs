//! The reading of what is as it should be: a single pass over the text that makes connections and nothing in between,
//! for listings of tens of thousands. serde takes three times as long, half of it to tell keys apart and to keep what
//! it has read until the end of each object; here it reads what is rare, such as strings with escapes.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::{Counts, Page};
use crate::swar::{below, equal, find};
use crate::topology::{Connection, ConnectionType, Id, Reference, TypeSet};

#[derive(Deserialize)]
struct Meta {
    page: Option<Counts>,
}

/// Reads a page. `None` if anything in it is not as it should be.
pub(super) fn page(text: &str) -> Option<Page> {
    let mut page = Page::default();
    let mut seen = Seen::default();
    let mut scanner = Scanner { text, at: 0 };
    scanner.object(|scanner, key| match key {
        "data" => {
            seen.first(0)?;
            scanner.array(|scanner| {
                page.connections.push(scanner.connection()?);
                Some(())
            })
        }
        "meta" => {
            seen.first(1)?;
            let meta: Option<Meta> = scanner.by_serde()?;
            page.counts = meta.and_then(|meta| meta.page).unwrap_or_default();
            Some(())
        }
        _ => scanner.skip(),
    })?;
    (seen.has(0) && scanner.peek().is_none()).then_some(page)
}

/// Reads the one connection of an answer. `None` as for a page.
pub(super) fn connection(text: &str) -> Option<Connection> {
    let mut connection = None;
    let mut scanner = Scanner { text, at: 0 };
    scanner.object(|scanner, key| match key {
        "data" if connection.is_none() => {
            connection = Some(scanner.connection()?);
            Some(())
        }
        "data" => None,
        _ => scanner.skip(),
    })?;
    connection.filter(|_| scanner.peek().is_none())
}

/// Which of the known keys of an object have come.
#[derive(Default)]
struct Seen(u8);

impl Seen {
    /// Notes that the key with this number came; `None` if it came before.
    fn first(&mut self, number: u8) -> Option<()> {
        let is_first = !self.has(number);
        self.0 |= 1 << number;
        is_first.then_some(())
    }

    fn has(&self, number: u8) -> bool {
        self.0 & (1 << number) != 0
    }
}

/// A place in a text of JSON. Each method reads what it is named after, with the white space before it.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn connection(&mut self) -> Option<Connection> {
        let mut connection = Connection::default();
        let mut seen = Seen::default();
        self.object(|scanner, key| match key {
            "id" => {
                seen.first(0)?;
                connection.id = scanner.optional(Self::id)?;
                Some(())
            }
            "attributes" => {
                seen.first(1)?;
                scanner.optional(|scanner| scanner.attributes(&mut connection))?;
                Some(())
            }
            "relationships" => {
                seen.first(2)?;
                scanner.optional(|scanner| scanner.relationships(&mut connection))?;
                Some(())
            }
            _ => scanner.skip(),
        })?;
        Some(connection)
    }

    fn attributes(&mut self, connection: &mut Connection) -> Option<()> {
        let mut seen = Seen::default();
        self.object(|scanner, key| match key {
            "created_at" => {
                seen.first(0)?;
                connection.created_at = scanner.optional(Self::text)?;
                Some(())
            }
            "connection_types" => {
                seen.first(1)?;
                connection.types = scanner.optional(Self::types)?.unwrap_or_default();
                Some(())
            }
            _ => scanner.skip(),
        })
    }

    fn relationships(&mut self, connection: &mut Connection) -> Option<()> {
        let mut seen = Seen::default();
        self.object(|scanner, key| {
            let (number, place) = match key {
                "source_org" => (0, &mut connection.source),
                "sink_org" => (1, &mut connection.destination),
                "created_by" => (2, &mut connection.created_by),
                _ => return scanner.skip(),
            };
            seen.first(number)?;
            *place = scanner.optional(Self::related)?.unwrap_or_default();
            Some(())
        })
    }

    fn related(&mut self) -> Option<Reference> {
        let mut reference = Reference::default();
        let mut seen = Seen::default();
        self.object(|scanner, key| match key {
            "data" => {
                seen.first(0)?;
                reference = scanner.optional(Self::resource)?.unwrap_or_default();
                Some(())
            }
            _ => scanner.skip(),
        })?;
        Some(reference)
    }

    fn resource(&mut self) -> Option<Reference> {
        let mut reference = Reference::default();
        let mut seen = Seen::default();
        self.object(|scanner, key| match key {
            "id" => {
                seen.first(0)?;
                reference.id = scanner.optional(Self::id)?;
                Some(())
            }
            "name" => {
                seen.first(1)?;
                reference.name = scanner.optional(Self::text)?;
                Some(())
            }
            _ => scanner.skip(),
        })?;
        Some(reference)
    }

    fn types(&mut self) -> Option<TypeSet> {
        let mut types = Vec::new();
        self.array(|scanner| {
            types.push(ConnectionType::from(&*scanner.string()?));
            Some(())
        })?;
        Some(types.into_iter().collect())
    }

    fn id(&mut self) -> Option<Id> {
        self.string().map(|string| Id::from(&*string))
    }

    fn text(&mut self) -> Option<Box<str>> {
        self.string().map(Into::into)
    }

    /// An object, whose values `value` reads by their keys.
    fn object(&mut self, mut value: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.token(b'{')?;
        if self.peek()? == b'}' {
            return self.token(b'}');
        }
        loop {
            let key = self.string()?;
            self.token(b':')?;
            value(self, &key)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// An array, whose items `item` reads.
    fn array(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.token(b'[')?;
        if self.peek()? == b']' {
            return self.token(b']');
        }
        loop {
            item(self)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A value that may be `null`.
    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.peek()? {
            b'n' => self.by_serde::<()>().map(|()| None),
            _ => read(self).map(Some),
        }
    }

    /// A value that nothing is made of.
    fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            _ => self.by_serde::<IgnoredAny>().map(drop),
        }
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.token(b'"')?;
        let (text, start) = (self.text, self.at);
        let end = start + find(text.as_bytes().get(start..)?, ends)?;
        if text.as_bytes()[end] == b'"' {
            self.at = end + 1;
            return text.get(start..end).map(Cow::Borrowed);
        }
        self.at = start - 1;
        self.by_serde().map(Cow::Owned)
    }

    fn by_serde<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let mut values = Deserializer::from_str(self.text.get(self.at..)?).into_iter();
        let value = values.next()?.ok();
        self.at += values.byte_offset();
        value
    }

    fn token(&mut self, token: u8) -> Option<()> {
        (self.next()? == token).then_some(())
    }

    fn next(&mut self) -> Option<u8> {
        let next = self.peek();
        self.at += 1;
        next
    }

    /// The next byte that is no white space, which is left where it is.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }
}

/// What a string without escapes ends at: a quote; or a backslash or a control character, and then it is none.
#[inline(always)]
fn ends(word: u64) -> u64 {
    equal(word, b'"') | equal(word, b'\\') | below(word, b' ')
}

#[cfg(test)]
mod tests;
