use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{self, DisableBracketedPaste};
use crossterm::{cursor, terminal};
use inquire::ui::RenderConfig;
use inquire::{Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::handle::Output;
use crate::escape::escape_message;

/// Questions. They are asked on standard error, so that standard output contains data only. Each waits for Enter; what
/// was typed before it appeared is thrown away; Escape and Ctrl-D decline it.
///
/// The terminal is in raw mode while a question is open, so Ctrl-C is a key like any other. The caller must install
/// signal handlers first: a signal that ends the program must put the terminal back, with [`restore_terminal`].
impl Output {
    /// Whether a person can be asked: standard input and standard error are terminals, and `--no-input` is not given.
    pub(crate) fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// A flag that is true while a question is open.
    pub(crate) fn asking_flag(&self) -> Arc<AtomicBool> {
        self.asking_flag.clone()
    }

    /// Asks a question with the answers yes and no. No is the answer to Enter alone, and of a user who declines.
    ///
    /// # Errors
    /// Fails with [`io::ErrorKind::Interrupted`] if the user pressed Ctrl-C, with [`io::ErrorKind::NotConnected`] if
    /// nobody can be asked, and with any other kind if the terminal failed.
    pub(crate) fn confirm(&mut self, question: &str) -> io::Result<bool> {
        let question = escape_message(question);
        let prompt = Confirm::new(&question)
            .with_default(false)
            .with_error_message("type y for yes or n for no")
            .with_render_config(self.prompt_style());
        let answer = self.ask(|| prompt.prompt())?;
        Ok(answer.unwrap_or(false))
    }

    /// Asks the user to select any number of `items`. Returns their indices in `items`, which must not be empty. A user
    /// who declines selects none.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn choose_many(&mut self, question: &str, items: &[&str]) -> io::Result<Vec<usize>> {
        let question = escape_message(question);
        let items: Vec<_> = items.iter().map(|item| escape_message(item)).collect();
        let prompt = MultiSelect::new(&question, items)
            .with_help_message("space selects, enter confirms, escape declines")
            .with_render_config(self.prompt_style());
        let chosen = self.ask(|| prompt.raw_prompt())?.unwrap_or_default();
        Ok(chosen.iter().map(|option| option.index).collect())
    }

    /// Asks the user to choose one of `items`, of which the first is proposed. Returns its index in `items`. `None` if
    /// the user declines.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn choose_one(
        &mut self,
        question: &str,
        items: &[&str],
    ) -> io::Result<Option<usize>> {
        let question = escape_message(question);
        let items: Vec<_> = items.iter().map(|item| escape_message(item)).collect();
        let prompt = Select::new(&question, items)
            .with_help_message("arrows and letters move, enter confirms, escape declines")
            .with_page_size(10)
            .with_render_config(self.prompt_style());
        let chosen = self.ask(|| prompt.raw_prompt())?;
        Ok(chosen.map(|option| option.index))
    }

    /// Asks for a text. Enter alone gives the proposal. `None` if the user declines, or there is no proposal.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn ask_text(
        &mut self,
        question: &str,
        proposal: Option<&str>,
    ) -> io::Result<Option<String>> {
        let question = escape_message(question);
        let mut prompt = Text::new(&question).with_render_config(self.prompt_style());
        prompt.default = proposal;
        let typed = self.ask(|| prompt.prompt())?;
        let typed = typed.map(|typed| typed.trim().to_owned());
        Ok(typed.filter(|typed| !typed.is_empty()))
    }

    /// Asks for a secret, which is not shown while it is typed. `None` if the user declines, or types nothing.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn ask_secret(&mut self, question: &str) -> io::Result<Option<SecretString>> {
        let question = escape_message(question);
        let prompt = Password::new(&question)
            .with_display_mode(PasswordDisplayMode::Hidden)
            .without_confirmation()
            .with_render_config(self.prompt_style());
        let typed = self.ask(|| prompt.prompt())?.map(Zeroizing::new);
        let typed = typed.filter(|typed| !typed.trim().is_empty());
        Ok(typed.map(|typed| typed.as_str().into()))
    }

    fn prompt_style(&self) -> RenderConfig<'static> {
        match self.stderr.is_colored {
            true => RenderConfig::default_colored(),
            false => RenderConfig::empty(),
        }
    }

    /// Shows a prompt and waits for its answer. `None` if the user declines.
    fn ask<T>(&self, prompt: impl FnOnce() -> Result<T, InquireError>) -> io::Result<Option<T>> {
        if !self.can_ask {
            let error = io::Error::new(io::ErrorKind::NotConnected, "there is nobody to ask");
            return Err(error);
        }
        self.asking_flag.store(true, Ordering::Relaxed);
        let answer = discard_input().map_err(Into::into).and_then(|()| prompt());
        self.asking_flag.store(false, Ordering::Relaxed);
        let error = match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(InquireError::OperationCanceled) => return Ok(None),
            Err(error) => error,
        };
        // The cursor is still hidden, and on the line of the question.
        restore_terminal();
        Err(match error {
            InquireError::IO(error) => error,
            InquireError::OperationInterrupted => {
                io::Error::new(io::ErrorKind::Interrupted, "interrupted while asking")
            }
            other => io::Error::other(other),
        })
    }
}

/// Throws away what was typed so far: it is no answer to a question that was not there yet.
fn discard_input() -> io::Result<()> {
    #[cfg(unix)]
    rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush)?;
    // The rest of an earlier answer is in a buffer of the library.
    while event::poll(Duration::ZERO)? {
        event::read()?;
    }
    Ok(())
}

/// Puts the terminal back as it was before a question, and begins a new line.
pub(crate) fn restore_terminal() {
    // If the terminal is gone, there is nothing to put back.
    terminal::disable_raw_mode().ok();
    crossterm::execute!(
        io::stderr(),
        DisableBracketedPaste,
        cursor::Show,
        crossterm::style::Print("\n")
    )
    .ok();
}
