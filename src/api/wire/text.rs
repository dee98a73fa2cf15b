use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A JSON string, made into a `T` without a `String` in between: a page holds thousands of ids.
pub(super) struct FromText<T>(T);

impl<T> FromText<T> {
    pub(super) fn into_inner(self) -> T {
        self.0
    }
}

impl<'de, T: for<'a> From<&'a str>> Deserialize<'de> for FromText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str>> Visitor<'_> for TextVisitor<T> {
    type Value = FromText<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<FromText<T>, E> {
        Ok(FromText(text.into()))
    }
}
