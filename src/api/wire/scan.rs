//! The reading of what is as it should be: a single pass over the text that makes connections and nothing in between,
//! for listings of tens of thousands. Derived code of serde takes more than half as long again in a program that is
//! built for size; here it reads what is rare, such as strings with escapes.

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

/// Reads a page. `None` if anything in it is not as it should be. Of a key that comes twice in a record, the last
/// counts.
pub(super) fn page(text: &str) -> Option<Page> {
    let mut page = Page::default();
    let mut has_data = false;
    let mut scanner = Scanner { text, at: 0 };
    scanner.object(|scanner, key| match key {
        "data" if !has_data => {
            has_data = true;
            scanner.array(|scanner| {
                page.connections.push(scanner.connection()?);
                Some(())
            })
        }
        "meta" => {
            let meta: Option<Meta> = scanner.by_serde()?;
            page.counts = meta.and_then(|meta| meta.page).unwrap_or_default();
            Some(())
        }
        "data" => None,
        _ => scanner.skip(),
    })?;
    (has_data && scanner.peek().is_none()).then_some(page)
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

/// A place in a text of JSON. Each method reads what it is named after, with the white space before it.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn connection(&mut self) -> Option<Connection> {
        let mut connection = Connection::default();
        self.object(|scanner, key| {
            match key {
                "id" => connection.id = scanner.optional(Self::id)?,
                "attributes" => drop(scanner.optional(|it| it.attributes(&mut connection))?),
                "relationships" => drop(scanner.optional(|it| it.relationships(&mut connection))?),
                _ => scanner.skip()?,
            }
            Some(())
        })?;
        Some(connection)
    }

    fn attributes(&mut self, connection: &mut Connection) -> Option<()> {
        self.object(|scanner, key| {
            match key {
                "created_at" => connection.created_at = scanner.optional(Self::text)?,
                "connection_types" => {
                    connection.types = scanner.optional(Self::types)?.unwrap_or_default();
                }
                _ => scanner.skip()?,
            }
            Some(())
        })
    }

    fn relationships(&mut self, connection: &mut Connection) -> Option<()> {
        self.object(|scanner, key| {
            let place = match key {
                "source_org" => &mut connection.source,
                "sink_org" => &mut connection.destination,
                "created_by" => &mut connection.created_by,
                _ => return scanner.skip(),
            };
            *place = scanner.optional(Self::related)?.unwrap_or_default();
            Some(())
        })
    }

    fn related(&mut self) -> Option<Reference> {
        let mut reference = Reference::default();
        self.object(|scanner, key| {
            match key {
                "data" => reference = scanner.optional(Self::resource)?.unwrap_or_default(),
                _ => scanner.skip()?,
            }
            Some(())
        })?;
        Some(reference)
    }

    fn resource(&mut self) -> Option<Reference> {
        let mut reference = Reference::default();
        self.object(|scanner, key| {
            match key {
                "id" => reference.id = scanner.optional(Self::id)?,
                "name" => reference.name = scanner.optional(Self::text)?,
                _ => scanner.skip()?,
            }
            Some(())
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
