mod choice;
mod plain;

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use console::Term;
use crossterm::event::{self, DisableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{Clear, ClearType};
use crossterm::{cursor, terminal};
use inquire::list_option::ListOption;
use inquire::ui::{Color, RenderConfig, StyleSheet, Styled};
use inquire::{Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

pub(crate) use self::choice::Choice;
use self::choice::{Item, NO_MATCH, describe_chosen, fit, score};
use super::handle::Output;
use super::question_interrupt::QuestionInterrupt;
use super::shorten::shorten;
use super::streams::terminal_size;
use super::wrap::wrap;
use crate::escape::escape_message;

/// The number of items shown at a time, where the terminal has room for them.
const PAGE_SIZE: usize = 10;

/// The time after a signal in which a question that is being drawn is drawn to its end.
const DRAWING_TIME: Duration = Duration::from_millis(50);

/// The number of lines that a question takes at most.
const MAX_QUESTION_LINES: usize = 2;

/// Questions. They are asked on standard error, so that standard output contains data only. Each waits for Enter; what
/// was typed before it appeared is thrown away; Escape and Ctrl-D decline it.
///
/// The terminal is in raw mode while a question is open, so Ctrl-C is a key like any other. The caller must install
/// signal handlers first, which end the question with [`QuestionInterrupt::interrupt`]. Where `TERM` is `dumb`, questions are
/// plain lines, and the cursor is never moved.
impl Output {
    /// Whether a person can be asked: standard input and standard error are terminals, and `--no-input` is not given.
    pub(crate) fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// What ends the question that is open, if there is one.
    pub(crate) fn question_interrupt(&self) -> QuestionInterrupt {
        self.question_interrupt.clone()
    }

    /// Asks a question with the answers yes and no. No is the answer to Enter alone, and of a user who declines.
    ///
    /// # Errors
    /// Fails with [`io::ErrorKind::Interrupted`] if the user pressed Ctrl-C or a signal came, with
    /// [`io::ErrorKind::NotConnected`] if nobody can be asked, and with any other kind if the terminal failed.
    pub(crate) fn confirm(&mut self, question: &str) -> io::Result<bool> {
        const ADVICE: &str = "type y for yes or n for no";
        let question = self.question_text(question, " (y/N)");
        let style = self.prompt_style();
        let answer = match self.is_dumb_terminal() {
            true => self.ask(move || plain::confirm(&question, ADVICE))?,
            false => self.ask(move || {
                Confirm::new(&question)
                    .with_default(false)
                    .with_error_message(ADVICE)
                    .with_render_config(style)
                    .prompt()
            })?,
        };
        Ok(answer.unwrap_or(false))
    }

    /// Asks the user to choose one of `choices`, which must not be empty; typed text narrows them. Returns its index, or
    /// `None` if the user declines.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn choose_one(
        &mut self,
        question: &str,
        choices: &[Choice],
    ) -> io::Result<Option<usize>> {
        let question = self.question_text(question, "");
        let style = self.prompt_style();
        let (width, rows) = self.question_size();
        if self.is_dumb_terminal() {
            let items = fit(choices, plain::item_width(width), self.symbols());
            return self.ask(move || plain::choose_one(&question, &items));
        }
        let items = fit(choices, width.saturating_sub(3), self.symbols());
        let help = help_text("type to filter, enter chooses, escape declines", width);
        self.ask(move || {
            loop {
                let chosen = Select::new(&question, options(&items))
                    .with_scorer(&|typed, _, _, index| score(&items, typed, index))
                    .with_formatter(&|chosen| answer_text(&question, chosen.value, width))
                    .with_page_size(page_size(rows))
                    .with_help_message(&help)
                    .with_render_config(style)
                    .raw_prompt()?;
                if chosen.index < items.len() {
                    return Ok(chosen.index);
                }
            }
        })
    }

    /// Asks the user to choose at least one of `choices`, which must not be empty; typed text narrows them. Those with
    /// the indices `chosen` are chosen at first. Returns the indices in their order, or `None` if the user declines.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn choose_many(
        &mut self,
        question: &str,
        choices: &[Choice],
        chosen: &[usize],
    ) -> io::Result<Option<Vec<usize>>> {
        let question = self.question_text(question, "");
        let chosen = chosen.to_vec();
        let style = self.prompt_style();
        let (width, rows) = self.question_size();
        if self.is_dumb_terminal() {
            let items = fit(choices, plain::item_width(width), self.symbols());
            return self.ask(move || plain::choose_many(&question, &items, &chosen));
        }
        let items = fit(choices, width.saturating_sub(7), self.symbols());
        let help = help_text(
            "space selects, type to filter, enter confirms, escape declines",
            width,
        );
        self.ask(move || {
            let count = items.len();
            let require_one = move |chosen: &[ListOption<&String>]| {
                use inquire::validator::Validation;
                Ok(match chosen.iter().any(|option| option.index < count) {
                    false => Validation::Invalid("select one or more with space".into()),
                    true => Validation::Valid,
                })
            };
            let describe = |chosen: &[ListOption<&String>]| {
                let chosen = chosen.iter().filter_map(|option| items.get(option.index));
                answer_text(&question, &describe_chosen(&Vec::from_iter(chosen)), width)
            };
            let chosen = MultiSelect::new(&question, options(&items))
                .with_default(&chosen)
                .with_scorer(&|typed, _, _, index| score(&items, typed, index))
                .with_formatter(&describe)
                .with_validator(require_one)
                .with_page_size(page_size(rows))
                .with_help_message(&help)
                .with_keep_filter(false)
                .with_render_config(style)
                .raw_prompt()?;
            let chosen = chosen.iter().map(|option| option.index);
            Ok(chosen.filter(|&index| index < count).collect())
        })
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
        let shown = proposal.map_or_else(String::new, |proposal| format!(" ({proposal})"));
        let question = self.question_text(question, &shown);
        let proposal = proposal.map(str::to_owned);
        let style = self.prompt_style();
        let typed = match self.is_dumb_terminal() {
            true => self.ask(move || plain::ask_text(&question, proposal.as_deref()))?,
            false => self.ask(move || {
                let mut prompt = Text::new(&question).with_render_config(style);
                prompt.default = proposal.as_deref();
                prompt.prompt()
            })?,
        };
        let typed = typed.map(|typed| typed.trim().to_owned());
        Ok(typed.filter(|typed| !typed.is_empty()))
    }

    /// Asks for a secret, which is not shown while it is typed. `None` if the user declines, or types nothing.
    ///
    /// # Errors
    /// Fails as [`Output::confirm`] does.
    pub(crate) fn ask_secret(&mut self, question: &str) -> io::Result<Option<SecretString>> {
        let question = self.question_text(question, "");
        let style = self.prompt_style();
        let typed = match self.is_dumb_terminal() {
            true => self.ask(move || plain::ask_secret(&question))?,
            false => self.ask(move || {
                Password::new(&question)
                    .with_display_mode(PasswordDisplayMode::Hidden)
                    .without_confirmation()
                    .with_render_config(style)
                    .prompt()
                    .map(Zeroizing::new)
            })?,
        };
        let typed = typed.filter(|typed| !typed.trim().is_empty());
        Ok(typed.map(|typed| typed.as_str().into()))
    }

    /// The symbols are ASCII. Colours are those of the terminal's own palette that can be read on light and dark.
    fn prompt_style(&self) -> RenderConfig<'static> {
        let plain = RenderConfig::empty();
        if !self.stderr.is_colored {
            return plain;
        }
        let (accent, mark) = (Color::DarkCyan, Color::DarkGreen);
        let style = StyleSheet::empty().with_fg(accent);
        plain
            .with_prompt_prefix(Styled::new("?").with_fg(mark))
            .with_answered_prompt_prefix(Styled::new("?").with_fg(mark))
            .with_answer(style)
            .with_highlighted_option_prefix(Styled::new(">").with_fg(accent))
            .with_selected_option(Some(style))
            .with_selected_checkbox(Styled::new("[x]").with_fg(mark))
    }

    /// The question without what could harm the terminal, and in a few lines: it may repeat a long name. They are broken
    /// between words, with room for the text `behind` it.
    fn question_text(&self, question: &str, behind: &str) -> String {
        let (width, _) = self.question_size();
        let question = escape_message(question);
        let ellipsis = self.symbols().ellipsis;
        let question = shorten(&question, MAX_QUESTION_LINES * width, ellipsis);
        if self.is_dumb_terminal() {
            return question;
        }
        let lines = wrap(&format!("{question}{behind}"), text_width(width));
        match lines.strip_suffix(behind) {
            Some(question) => question.to_owned(),
            None => lines,
        }
    }

    /// The columns and rows of the terminal on which questions are asked.
    fn question_size(&self) -> (usize, usize) {
        terminal_size(&Term::stderr(), &self.options.environment)
    }

    /// Whether the terminal cannot move its cursor.
    fn is_dumb_terminal(&self) -> bool {
        self.options.environment.is_dumb()
    }

    /// Shows a prompt and waits for its answer, or for a signal. `None` if the user declines.
    fn ask<T: Send + 'static>(
        &self,
        prompt: impl FnOnce() -> Result<T, InquireError> + Send + 'static,
    ) -> io::Result<Option<T>> {
        if !self.can_ask {
            let error = io::Error::new(io::ErrorKind::NotConnected, "there is nobody to ask");
            return Err(error);
        }
        let is_dumb = self.is_dumb_terminal();
        let (sender, answers) = mpsc::channel();
        let signal_sender = sender.clone();
        self.question_interrupt.open(move || {
            let interrupted = Err(InquireError::OperationInterrupted);
            signal_sender.send(interrupted).ok();
        });
        // The thread waits for keys, which a signal cannot end. It is left behind then, since the program ends.
        thread::spawn(move || {
            let discarded = discard_input(is_dumb).map_err(Into::into);
            sender.send(discarded.and_then(|()| prompt())).ok();
        });
        let answer = answers.recv();
        self.question_interrupt.close();
        let is_interrupted = matches!(answer, Ok(Err(InquireError::OperationInterrupted)));
        let error = match answer {
            Ok(Ok(answer)) => return Ok(Some(answer)),
            Ok(Err(InquireError::OperationCanceled)) => return Ok(None),
            Ok(Err(error)) => error,
            Err(error) => InquireError::IO(io::Error::other(error)),
        };
        if is_interrupted {
            thread::sleep(DRAWING_TIME);
        }
        // The cursor is still hidden, and on the line of the question.
        restore_terminal(is_dumb);
        Err(match error {
            InquireError::IO(error) => error,
            InquireError::OperationInterrupted => {
                io::Error::new(io::ErrorKind::Interrupted, "interrupted while asking")
            }
            other => io::Error::other(other),
        })
    }
}

/// The number of items that leave room for the question, an error, the help and the line below.
fn page_size(rows: usize) -> usize {
    rows.saturating_sub(7).clamp(1, PAGE_SIZE)
}

/// The columns of a question without the `? ` in front of it, or of a help text without its brackets.
fn text_width(width: usize) -> usize {
    width.saturating_sub(2)
}

/// The help line about the keys of the keyboard, broken between words.
fn help_text(text: &str, width: usize) -> String {
    wrap(text, text_width(width))
}

/// What a prompt lists: the items, and behind them what stands there if no item matches the typed text.
fn options(items: &[Item]) -> Vec<String> {
    let texts = items.iter().map(Item::to_string);
    texts.chain([NO_MATCH.to_owned()]).collect()
}

/// The answer behind a question in lines that are broken between words.
fn answer_text(question: &str, answer: &str, width: usize) -> String {
    let text = format!("{question} {answer}");
    let last_line = text.rfind('\n').map_or(0, |end| end + 1);
    let lines = wrap(&text[last_line..], text_width(width));
    let answer = lines.get(question.len() - last_line..).unwrap_or_default();
    answer.trim_start_matches(' ').to_owned()
}

/// Takes the keys of an open question again, one by one and unseen: while the program was stopped, a shell took them.
pub(crate) fn resume_question() {
    if terminal::is_raw_mode_enabled().unwrap_or(false) {
        // If the terminal is gone, the question ends by itself.
        let reset = terminal::disable_raw_mode();
        reset.and_then(|()| terminal::enable_raw_mode()).ok();
    }
}

/// Throws away what was typed so far: it is no answer to a question that was not there yet.
fn discard_input(is_dumb: bool) -> io::Result<()> {
    #[cfg(unix)]
    rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush)?;
    // The rest of an earlier answer is in a buffer of the library, which reads no keys of a dumb terminal.
    while !is_dumb && event::poll(Duration::ZERO)? {
        event::read()?;
    }
    Ok(())
}

/// Puts the terminal back as it was before a question, and begins a new line.
fn restore_terminal(is_dumb: bool) {
    // If the terminal is gone, there is nothing to put back.
    terminal::disable_raw_mode().ok();
    if !is_dumb {
        crossterm::execute!(io::stderr(), DisableBracketedPaste, cursor::Show).ok();
    }
    crossterm::execute!(io::stderr(), Print("\n")).ok();
    if !is_dumb {
        // The rest of an open list is below.
        crossterm::execute!(io::stderr(), Clear(ClearType::FromCursorDown)).ok();
    }
}
