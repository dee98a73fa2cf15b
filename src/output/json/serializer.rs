//! A serializer for the views of records: lists, objects, texts and plain values. serde_json looks at each letter of
//! each key, and of each text twice, which is two thirds of what it takes to print a long listing; here keys are
//! written as they are, and texts that need no escape, as nearly all, in one piece.

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::{Error, to_writer};

use super::write_text;

type Result<T = ()> = std::result::Result<T, Error>;
/// What no view has.
type Never = Impossible<(), Error>;

/// The end of a text of JSON, where a value is to be written.
pub(super) struct End<'a>(pub(super) &'a mut Vec<u8>);

/// A list or an object that is being written.
pub(super) struct Open<'a> {
    json: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> End<'a> {
    fn open(self, bracket: u8) -> Result<Open<'a>> {
        self.0.push(bracket);
        Ok(Open {
            json: self.0,
            is_empty: true,
        })
    }
}

impl Open<'_> {
    fn comma(&mut self) {
        if !self.is_empty {
            self.json.push(b',');
        }
        self.is_empty = false;
    }

    fn close(self, bracket: u8) -> Result {
        self.json.push(bracket);
        Ok(())
    }
}

impl SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.comma();
        value.serialize(End(self.json))
    }

    fn end(self) -> Result {
        self.close(b']')
    }
}

impl SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result {
        self.comma();
        self.json.push(b'"');
        self.json.extend_from_slice(name.as_bytes());
        self.json.push(b'"');
        self.json.push(b':');
        value.serialize(End(self.json))
    }

    fn end(self) -> Result {
        self.close(b'}')
    }
}

/// A struct becomes one where another is flattened into it. Its keys are texts.
impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        self.comma();
        key.serialize(End(self.json))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.json.push(b':');
        value.serialize(End(self.json))
    }

    fn end(self) -> Result {
        self.close(b'}')
    }
}

/// Values that serde_json writes just as well.
macro_rules! plain {
    ($($method:ident($kind:ty))+) => {$(
        fn $method(self, value: $kind) -> Result {
            to_writer(self.0, &value)
        }
    )+};
}

/// Values of kinds that no view has.
macro_rules! unknown {
    ($($method:ident($($kind:ty),*) -> $result:ty;)+) => {$(
        fn $method(self, $(_: $kind),*) -> Result<$result> {
            Err(Error::custom(concat!("a view has no use for ", stringify!($method))))
        }
    )+};
}

impl<'a> Serializer for End<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeStructVariant = Never;

    fn serialize_str(self, text: &str) -> Result {
        write_text(self.0, text)
    }

    fn serialize_char(self, character: char) -> Result {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>> {
        self.open(b'[')
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>> {
        self.open(b'{')
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>> {
        self.open(b'{')
    }

    plain! {
        serialize_bool(bool) serialize_f32(f32) serialize_f64(f64)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
    }

    unknown! {
        serialize_bytes(&[u8]) -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result {
        Err(Error::custom(format!(
            "a view has no use for {name}::{variant}"
        )))
    }
}
