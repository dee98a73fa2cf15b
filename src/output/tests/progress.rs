use std::io::{self, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressDrawTarget, TermLike};
use tokio::time::sleep;

use super::{Captured, captured, plain};
use crate::output::handle::Output;
use crate::output::{Format, OutputOptions};

/// The control sequence that erases a line.
const ERASE: &str = "\r\u{1b}[2K";

impl TermLike for Captured {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(&format!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.clone().write_all(text.as_bytes())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write_str(ERASE)
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

/// An output whose standard error is a terminal on which a progress line is drawn.
fn at_terminal(options: OutputOptions, stdout: Option<usize>) -> (Output, Captured) {
    let (mut streams, _, stderr) = captured(stdout);
    let target = ProgressDrawTarget::term_like(Box::new(stderr.clone()));
    streams.progress_line = MultiProgress::with_draw_target(target);
    (Output::with_streams(options, streams), stderr)
}

/// Whether a progress line is shown with these options, where standard output is a terminal or a pipe.
async fn is_shown(options: OutputOptions, sort: Vec<String>, stdout: Option<usize>) -> bool {
    let (mut output, stderr) = at_terminal(options, stdout);
    output.sort_by(sort);
    let progress = output.progress("reading", Some(9));
    progress
        .during_after(Duration::ZERO, sleep(Duration::from_millis(200)))
        .await;
    !stderr.text().is_empty()
}

#[tokio::test]
async fn progress_is_shown_unless_quiet_or_rows_stream_to_the_terminal() {
    let quiet = OutputOptions {
        quiet: true,
        ..plain(Format::Table)
    };
    assert!(is_shown(plain(Format::Table), Vec::new(), Some(80)).await);
    assert!(is_shown(plain(Format::Jsonl), Vec::new(), None).await);
    assert!(is_shown(plain(Format::Jsonl), vec!["id".into()], Some(80)).await);
    assert!(!is_shown(plain(Format::Jsonl), Vec::new(), Some(80)).await);
    assert!(!is_shown(quiet, Vec::new(), None).await);
}

#[tokio::test]
async fn short_work_shows_no_progress() {
    let (output, stderr) = at_terminal(plain(Format::Table), None);
    let progress = output.progress("reading", None);
    let done = progress.during(async {
        progress.advance(1);
        sleep(Duration::from_millis(200)).await;
        42
    });
    assert_eq!(done.await, 42);
    assert_eq!(stderr.text(), "");
}

#[tokio::test]
async fn progress_says_how_far_the_work_is_and_leaves_nothing_behind() {
    let (output, stderr) = at_terminal(plain(Format::Table), None);
    let progress = output.progress("reading\u{1b}[2J", Some(2_000));
    let work = async {
        progress.advance(1_000);
        sleep(Duration::from_millis(200)).await;
    };
    progress.during_after(Duration::ZERO, work).await;
    let line = r"[==========>         ] 1,000/2,000 reading\u{1b}[2J";
    assert!(stderr.text().contains(line), "{:?}", stderr.text());
    assert!(stderr.text().ends_with(ERASE), "{:?}", stderr.text());
}

#[tokio::test]
async fn a_message_stands_above_the_line() {
    let (mut output, stderr) = at_terminal(plain(Format::Table), None);
    let progress = output.progress("reading", None);
    let work = async {
        progress.advance(7);
        sleep(Duration::from_millis(200)).await;
        output.note("halfway");
        sleep(Duration::from_millis(200)).await;
    };
    progress.during_after(Duration::ZERO, work).await;
    let shown = stderr.text();
    let (before, after) = shown.split_once("halfway\n").unwrap();
    assert!(before.contains(" 7 reading"), "{shown:?}");
    assert!(before.ends_with(ERASE), "{shown:?}");
    assert!(after.contains(" 7 reading"), "{shown:?}");
}

#[tokio::test]
async fn work_that_is_given_up_leaves_no_line() {
    let (output, stderr) = at_terminal(plain(Format::Table), None);
    let progress = output.progress("reading", None);
    let work = progress.during_after(Duration::ZERO, sleep(Duration::from_secs(60)));
    let ended = tokio::time::timeout(Duration::from_millis(200), work).await;
    assert!(ended.is_err() && stderr.text().contains("reading"));
    drop(progress);
    assert!(stderr.text().ends_with(ERASE), "{:?}", stderr.text());
}
