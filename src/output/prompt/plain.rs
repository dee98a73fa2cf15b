//! Questions on a terminal that cannot move its cursor: plain lines, answered by a line.

use std::io::{self, Write as _};

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use inquire::InquireError;
use secrecy::zeroize::Zeroizing;

use super::choice::{Item, NO_MATCH};

/// The number of items that are listed at a time.
const MAX_LISTED: usize = 20;

/// The columns of an item's number.
const NUMBER_WIDTH: usize = 5;

/// What stands behind an item that is chosen at first.
const CHOSEN: &str = " (chosen)";

/// The columns that a line of this width has for an item.
pub(super) fn item_width(width: usize) -> usize {
    width.saturating_sub(NUMBER_WIDTH + 2 + CHOSEN.len())
}

pub(super) fn confirm(question: &str, advice: &str) -> Result<bool, InquireError> {
    loop {
        let answer = ask_line(&format!("{question} (y/N) "))?;
        match answer.to_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => write_line(advice)?,
        }
    }
}

pub(super) fn choose_one(question: &str, items: &[Item]) -> Result<usize, InquireError> {
    choose(question, items, &[], "number", |numbers| match numbers {
        [only] => Some(*only),
        _ => None,
    })
}

/// Enter alone chooses the items with the indices `chosen`.
pub(super) fn choose_many(
    question: &str,
    items: &[Item],
    chosen: &[usize],
) -> Result<Vec<usize>, InquireError> {
    choose(question, items, chosen, "numbers", |numbers| {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        numbers.dedup();
        (!numbers.is_empty()).then_some(numbers)
    })
}

/// Lists the items with their numbers, until `take` accepts the indices that the user types. A typed text narrows the
/// list.
fn choose<T>(
    question: &str,
    items: &[Item],
    chosen: &[usize],
    wanted: &str,
    take: impl Fn(&[usize]) -> Option<T>,
) -> Result<T, InquireError> {
    let mut filter = String::new();
    loop {
        write_line(question)?;
        let found = items.iter().enumerate();
        let found: Vec<_> = found.filter(|(_, item)| item.matches(&filter)).collect();
        for (index, item) in found.iter().take(MAX_LISTED) {
            let mark = match chosen.contains(index) {
                true => CHOSEN,
                false => "",
            };
            write_line(&format!("{:>NUMBER_WIDTH$}  {item}{mark}", index + 1))?;
        }
        if let hidden @ 1.. = found.len().saturating_sub(MAX_LISTED) {
            write_line(&format!("       {hidden} more: type a part of a name"))?;
        }
        if found.is_empty() {
            write_line(&format!("       {NO_MATCH}"))?;
        }
        let answer = ask_line(&format!("{wanted}, or text to filter: "))?;
        let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
        let numbers: Option<Vec<_>> = words
            .map(|word| word.parse::<usize>().ok()?.checked_sub(1))
            .map(|index| index.filter(|index| *index < items.len()))
            .collect();
        let answered = match &numbers {
            Some(numbers) if numbers.is_empty() => match take(chosen) {
                None => return Err(InquireError::OperationCanceled),
                answered => answered,
            },
            Some(numbers) => take(numbers),
            None => None,
        };
        match answered {
            Some(answered) => return Ok(answered),
            None => filter = answer,
        }
    }
}

/// Enter alone gives the proposal.
pub(super) fn ask_text(question: &str, proposal: Option<&str>) -> Result<String, InquireError> {
    let answer = match proposal {
        Some(proposal) => ask_line(&format!("{question} ({proposal}): "))?,
        None => ask_line(&format!("{question}: "))?,
    };
    match (answer.as_str(), proposal) {
        ("", Some(proposal)) => Ok(proposal.to_owned()),
        _ => Ok(answer),
    }
}

/// Reads keys until Enter, and shows none of them.
pub(super) fn ask_secret(question: &str) -> Result<Zeroizing<String>, InquireError> {
    write(&format!("{question}: "))?;
    terminal::enable_raw_mode()?;
    let mut typed = Zeroizing::new(String::with_capacity(1024));
    let answer = loop {
        let Event::Key(key) = event::read()? else {
            continue;
        };
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            _ if key.kind != KeyEventKind::Press => {}
            KeyCode::Enter => break Ok(()),
            KeyCode::Esc => break Err(InquireError::OperationCanceled),
            KeyCode::Char('d') if is_control => break Err(InquireError::OperationCanceled),
            KeyCode::Char('c') if is_control => break Err(InquireError::OperationInterrupted),
            KeyCode::Backspace => {
                typed.pop();
            }
            KeyCode::Char(character) if !is_control => typed.push(character),
            _ => {}
        }
    };
    terminal::disable_raw_mode()?;
    answer?;
    write_line("")?;
    Ok(typed)
}

/// Reads the line that answers a question. Its end, and Escape in it, decline the question.
fn ask_line(question: &str) -> Result<String, InquireError> {
    write(question)?;
    let mut line = String::new();
    let length = io::stdin().read_line(&mut line)?;
    if length == 0 {
        write_line("")?;
    }
    match length == 0 || line.contains('\u{1b}') {
        true => Err(InquireError::OperationCanceled),
        false => Ok(line.trim().to_owned()),
    }
}

fn write_line(text: &str) -> io::Result<()> {
    write(&format!("{text}\n"))
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}
