//! The program at a terminal.
#![cfg(unix)]

mod questions;
mod tables;
