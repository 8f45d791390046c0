//! Taking typed values out of a row, one after the other.

use debrief_store::body::BodyError;
use duckdb::Row;
use duckdb::arrow::error::ArrowError;
use duckdb::types::ValueRef;

/// A row that does not read as what it should be: damage, or a newer program's work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The engine's own trouble.
    #[error(transparent)]
    Engine(#[from] duckdb::Error),
    /// A value of another type than the column has.
    #[error("column {0} of a row has an unexpected type")]
    Type(usize),
    /// No value where there must be one.
    #[error("a row lacks a value that every row has")]
    Missing,
    /// Rows that cannot be put into columns.
    #[error(transparent)]
    Batch(#[from] ArrowError),
    /// A block of bodies that is none.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// A code without meaning.
    #[error("a row has an unknown {0} code")]
    Code(&'static str),
}

/// A cursor over the cells of one row.
pub(crate) struct Cells<'r, 's> {
    row: &'r Row<'s>,
    at: usize,
}

impl<'r, 's> Cells<'r, 's> {
    pub(crate) fn new(row: &'r Row<'s>) -> Self {
        Self { row, at: 0 }
    }

    fn next(&mut self) -> Result<ValueRef<'r>, Unreadable> {
        let value = self.row.get_ref(self.at)?;
        self.at += 1;
        Ok(value)
    }

    /// Leaves cells unread.
    pub(crate) fn skip(&mut self, cells: usize) {
        self.at += cells;
    }

    fn mistyped(&self) -> Unreadable {
        Unreadable::Type(self.at - 1)
    }

    pub(crate) fn u64_if(&mut self) -> Result<Option<u64>, Unreadable> {
        match self.next()? {
            ValueRef::Null => Ok(None),
            ValueRef::UBigInt(value) => Ok(Some(value)),
            ValueRef::UInt(value) => Ok(Some(value.into())),
            ValueRef::UTinyInt(value) => Ok(Some(value.into())),
            ValueRef::BigInt(value) => Ok(Some(u64::try_from(value).map_err(|_| self.mistyped())?)),
            _ => Err(self.mistyped()),
        }
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Unreadable> {
        self.u64_if()?.ok_or(Unreadable::Missing)
    }

    pub(crate) fn u32_if(&mut self) -> Result<Option<u32>, Unreadable> {
        let value = self.u64_if()?;
        value.map(u32::try_from).transpose().map_err(|_| self.mistyped())
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Unreadable> {
        self.u32_if()?.ok_or(Unreadable::Missing)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Unreadable> {
        u8::try_from(self.u64()?).map_err(|_| self.mistyped())
    }

    pub(crate) fn i64_if(&mut self) -> Result<Option<i64>, Unreadable> {
        match self.next()? {
            ValueRef::Null => Ok(None),
            ValueRef::BigInt(value) => Ok(Some(value)),
            _ => Err(self.mistyped()),
        }
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Unreadable> {
        self.i64_if()?.ok_or(Unreadable::Missing)
    }

    pub(crate) fn bool_if(&mut self) -> Result<Option<bool>, Unreadable> {
        match self.next()? {
            ValueRef::Null => Ok(None),
            ValueRef::Boolean(value) => Ok(Some(value)),
            _ => Err(self.mistyped()),
        }
    }

    pub(crate) fn text_if(&mut self) -> Result<Option<String>, Unreadable> {
        match self.next()? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => Ok(Some(std::str::from_utf8(bytes).map_err(|_| self.mistyped())?.to_owned())),
            _ => Err(self.mistyped()),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, Unreadable> {
        self.text_if()?.ok_or(Unreadable::Missing)
    }

    pub(crate) fn blob_if(&mut self) -> Result<Option<Vec<u8>>, Unreadable> {
        match self.next()? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes.to_vec())),
            _ => Err(self.mistyped()),
        }
    }
}
