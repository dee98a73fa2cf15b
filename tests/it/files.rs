//! The files that the program reads and writes: whose they must be, what they must be, and how large they may be.
#![cfg(unix)]

mod at_once;
mod faults;
mod limits;
mod modes;
mod streams;
mod unwritable;
