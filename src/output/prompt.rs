use std::io;

use dialoguer::console::Term;
use dialoguer::{Confirm, MultiSelect, Password};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::{Output, escape};

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Leave it; also what Enter alone means.
    No,
}

/// Questions. They are asked on standard error, so that standard output stays data.
///
/// On Ctrl-C the prompt raises SIGINT in this process. Only where the program handles that signal
/// does the question come back with an error, and the cursor with it: who asks sees to the handler
/// first.
impl Output {
    /// Whether there is somebody to ask: standard input and standard error are terminals, and
    /// asking is allowed.
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Asks a question that is answered with yes or no.
    ///
    /// # Errors
    /// With [`io::ErrorKind::Interrupted`], the question was left with Ctrl-C; with
    /// [`io::ErrorKind::NotConnected`], there is nobody to ask; else the terminal failed.
    pub fn confirm(&mut self, question: &str) -> io::Result<Answer> {
        let prompt = Confirm::new().with_prompt(escape(question)).default(false);
        let is_yes = self.ask(|terminal| {
            let answer = prompt.interact_on(terminal);
            if answer.is_err() {
                // It stops in the line of the question.
                terminal.write_line("").ok();
            }
            answer
        })?;
        Ok(if is_yes { Answer::Yes } else { Answer::No })
    }

    /// Lets some of `items` be chosen, maybe none. Gives their places in `items`, which must not be
    /// empty.
    ///
    /// # Errors
    /// As [`Output::confirm`].
    pub fn choose_many(&mut self, question: &str, items: &[&str]) -> io::Result<Vec<usize>> {
        let question = format!("{} (space chooses, enter goes on)", escape(question));
        let items = items.iter().map(|item| escape(item));
        let prompt = MultiSelect::new().with_prompt(question).items(items);
        self.ask(|terminal| prompt.interact_on(terminal))
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// As [`Output::confirm`].
    pub fn ask_secret(&mut self, question: &str) -> io::Result<SecretString> {
        let prompt = Password::new().with_prompt(escape(question));
        let typed = self.ask(|terminal| prompt.interact_on(terminal))?;
        Ok(Zeroizing::new(typed).as_str().into())
    }

    fn ask<T>(&self, prompt: impl FnOnce(&Term) -> dialoguer::Result<T>) -> io::Result<T> {
        if !self.can_ask {
            return Err(io::Error::new(
                io::ErrorKind::NotConnected,
                "there is nobody to ask",
            ));
        }
        let terminal = Term::stderr();
        let answer = self.messages.stderr.lend(|| prompt(&terminal));
        if answer.is_err() {
            // The prompt hides the cursor and leaves it hidden when it is interrupted.
            terminal.show_cursor().ok();
            // The question stands on a line that nothing has ended.
            terminal.write_line("").ok();
        }
        answer.map_err(|dialoguer::Error::IO(error)| match error.kind() {
            io::ErrorKind::Interrupted => {
                io::Error::new(error.kind(), "interrupted at the question")
            }
            _ => error,
        })
    }
}
