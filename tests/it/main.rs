//! The program's contract, tested from outside.
