use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;
use dialoguer::{Confirm, MultiSelect, Password};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::escape::escape;
use super::handle::Output;

/// Questions. They are asked on standard error, so that standard output contains data only.
///
/// On Ctrl-C the prompt raises SIGINT in this process. The caller must install a handler for it first: only then does
/// the question return an error and show the cursor again.
impl Output {
    /// Whether a person can be asked: standard input and standard error are terminals, and `--no-input` is not given.
    pub(crate) fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// A flag that is true while a question is open, and stays true after Ctrl-C has ended one. Meanwhile the signal
    /// handler ignores Ctrl-C, since the question handles it.
    pub(crate) fn asking_flag(&self) -> Arc<AtomicBool> {
        self.asking_flag.clone()
    }

    /// Asks a question with the answers yes and no. Enter alone means no.
    ///
    /// # Errors
    /// Fails with [`io::ErrorKind::Interrupted`] if the user pressed Ctrl-C, with [`io::ErrorKind::NotConnected`] if
    /// nobody can be asked, and with any other kind if the terminal failed.
    pub(crate) fn confirm(&mut self, question: &str) -> io::Result<bool> {
        let prompt = Confirm::new().with_prompt(escape(question)).default(false);
        self.ask(|terminal| {
            let answer = prompt.interact_on(terminal);
            if answer.is_err() {
                // The cursor is still on the line of the question.
                terminal.write_line("").ok();
            }
            answer
        })
    }

    /// Asks the user to select any number of `items`. Returns their indices in `items`, which must not be empty.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn choose_many(&mut self, question: &str, items: &[&str]) -> io::Result<Vec<usize>> {
        let question = format!("{} (space to select, enter to confirm)", escape(question));
        let items = items.iter().map(|item| escape(item));
        let prompt = MultiSelect::new().with_prompt(question).items(items);
        self.ask(|terminal| prompt.interact_on(terminal))
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn ask_secret(&mut self, question: &str) -> io::Result<SecretString> {
        let prompt = Password::new().with_prompt(escape(question));
        let typed = self.ask(|terminal| prompt.interact_on(terminal))?;
        Ok(Zeroizing::new(typed).as_str().into())
    }

    fn ask<T>(&self, prompt: impl FnOnce(&Term) -> dialoguer::Result<T>) -> io::Result<T> {
        if !self.can_ask {
            let error = io::Error::new(io::ErrorKind::NotConnected, "there is nobody to ask");
            return Err(error);
        }
        let terminal = Term::stderr();
        self.asking_flag.store(true, Ordering::Relaxed);
        let answer = prompt(&terminal);
        if answer.is_ok() {
            self.asking_flag.store(false, Ordering::Relaxed);
        }
        answer.map_err(|dialoguer::Error::IO(error)| {
            // An interrupted prompt leaves the cursor hidden, and its line without a line break.
            terminal.show_cursor().ok();
            terminal.write_line("").ok();
            match error.kind() {
                io::ErrorKind::Interrupted => {
                    io::Error::new(error.kind(), "interrupted while asking")
                }
                _ => error,
            }
        })
    }
}
