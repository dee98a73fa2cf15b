//! What the shells offer when somebody presses Tab: the words that may come next on a command line.
//!
//! A script in the shell (of `orgconn completions SHELL`) hands the line to the program, which follows its words
//! through clap's own definition of the command line, and knows what an argument wants by the name of its value
//! (`ORG`, `CONNECTION`, `TYPE`), which is what the help calls it too. Names of orgs and ids of connections come from a
//! [`Cache`] that commands at a terminal leave behind ([`Recorder`]): completing sends nothing, starts no runtime and
//! reads no secret, and nothing else ever reads that cache.

mod answer;
mod cache;
mod candidate;
mod columns;
mod connections;
mod disk;
mod line;
mod orgs;
mod recorder;
mod scope;
mod sorted;
mod values;
mod walk;
mod words;

#[cfg(test)]
mod tests;

pub use answer::Shell;
pub(crate) use answer::{REQUEST, answer};
pub use cache::{Cache, Owner};
pub use candidate::Candidate;
pub use recorder::{Collected, Recorder};
