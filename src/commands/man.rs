use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Arg;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::help::ENVIRONMENT;
use super::reference::{CommandReference, GROUPS, NO_PERMISSION};
use crate::app::App;
use crate::error::{Exit, Result};

/// Print the manual page, or write those of all commands
///
/// Without --dir it prints the page of the program. With it, it writes that page and one for each command, such as
/// orgconn-list.1 and orgconn-auth-login.1.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn man > orgconn.1
  orgconn man --dir ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Directory for the pages of all commands
    ///
    /// It is created if it does not exist.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// `definition` makes clap's definition of the whole command line, with its help.
pub(crate) fn run(args: Args, definition: fn() -> clap::Command, app: &mut App) -> Result<Exit> {
    let mut program = definition();
    program.build();
    match args.dir {
        None => app.output.write_text(&page(&program)?)?,
        Some(dir) => {
            fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
            let count = write_pages(&program, &dir)?;
            let text = format!("wrote {count} manual pages to {}", dir.display());
            app.output.note(&text);
        }
    }
    Ok(Exit::Done)
}

/// Writes the page of the command, and those of its subcommands. Returns their number.
fn write_pages(command: &clap::Command, dir: &Path) -> Result<usize> {
    let path = dir.join(format!("{}.1", page_name(command)));
    fs::write(&path, page(command)?).with_context(|| format!("cannot write {}", path.display()))?;
    let subcommands = command.get_subcommands().filter(|it| !it.is_hide_set());
    let counts = subcommands.map(|subcommand| write_pages(subcommand, dir));
    Ok(1 + counts.sum::<Result<usize>>()?)
}

/// The name of the command's page, such as `orgconn-auth-login`.
fn page_name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn page(command: &clap::Command) -> Result<String> {
    let page_name = page_name(command);
    let name = page_name.strip_prefix("orgconn-").unwrap_or_default();
    let name = name.replace('-', " ");
    let is_program = name.is_empty();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let man = Man::new(
        command
            .clone()
            .override_usage(usage)
            .mut_args(describe_in_one_paragraph),
    )
    .title(page_name.to_uppercase())
    // An empty date would be left out, and the next word be taken for it.
    .date(" ")
    .source(concat!("orgconn ", env!("CARGO_PKG_VERSION")))
    .manual("orgconn manual");
    let mut page = Vec::new();
    let rendered = (|| {
        man.render_title(&mut page)?;
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        if command.has_subcommands() {
            man.render_subcommands_section(&mut page)?;
        }
        man.render_options_section(&mut page)?;
        other_sections(command, &name, is_program).to_writer(&mut page)
    })();
    rendered.context("cannot make the manual page")?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// An option's description in one paragraph, as others would lose their indentation, with its values, where they have no
/// descriptions of their own.
fn describe_in_one_paragraph(argument: Arg) -> Arg {
    let help = argument.get_long_help().or(argument.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let paragraphs = help.split("\n\n").map(|it| it.trim_end_matches('.'));
    let mut text = paragraphs.collect::<Vec<_>>().join(". ");
    let values = argument.get_possible_values();
    let are_described = values.iter().any(|value| value.get_help().is_some());
    if !values.is_empty() && !are_described {
        let names: Vec<_> = values.iter().map(|value| value.get_name()).collect();
        text = format!("{text}: {}", names.join(", "));
    }
    argument
        .hide_possible_values(!are_described)
        .long_help(text)
}

/// The sections behind the options.
fn other_sections(command: &clap::Command, name: &str, is_program: bool) -> Roff {
    let mut roff = Roff::new();
    let page_name = page_name(command);
    if let Some(examples) = examples(command) {
        roff.control("SH", ["EXAMPLES"]);
        add_lines(&mut roff, &examples);
    }
    let reference = CommandReference::of(name);
    if let Some(reference) = reference {
        roff.control("SH", ["PERMISSIONS"]);
        roff.text([roman(reference.permission)]);
    }
    let exits = match reference {
        Some(reference) => reference.exits(),
        None => Exit::ALL.map(|exit| (exit, exit.meaning())).to_vec(),
    };
    if is_program || reference.is_some() {
        roff.control("SH", ["EXIT STATUS"]);
        for (exit, meaning) in exits {
            roff.control("TP", []);
            roff.text([roman(exit.code_label())]);
            roff.text([roman(meaning)]);
        }
    }
    if command.has_subcommands() && !is_program {
        roff.control("SH", ["EXIT STATUS"]);
        let pages = command.get_subcommands().filter(|it| !it.is_hide_set());
        let pages = pages.map(|it| format!("{page_name}-{}(1)", it.get_name()));
        let pages = pages.collect::<Vec<_>>().join(", ");
        roff.text([roman(format!(
            "2 without a subcommand; otherwise that of the subcommand: {pages}"
        ))]);
    }
    roff.control("SH", ["ENVIRONMENT"]);
    if is_program {
        add_lines(&mut roff, ENVIRONMENT);
    } else {
        if reference.is_some_and(|it| it.permission != NO_PERMISSION) {
            roff.text([roman(
                "The keys are read from DD_API_KEY and DD_APP_KEY, the site from DD_SITE.",
            )]);
        }
        roff.text([roman("orgconn(1) has all variables, among them one for each global option, such as ORGCONN_PROFILE.")]);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(see_also(name))]);
    roff
}

/// The examples of the command's help.
fn examples(command: &clap::Command) -> Option<String> {
    let help = command
        .get_before_long_help()
        .or(command.get_before_help())?;
    let help = help.to_string();
    let (_, examples) = help.split_once("Examples:\n")?;
    Some(examples.to_owned())
}

/// Adds lines that are shown as they are.
fn add_lines(roff: &mut Roff, text: &str) {
    roff.control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

/// The pages of the parent, else of the commands in the same group; for the program, those of all commands.
fn see_also(name: &str) -> String {
    let groups = GROUPS.iter().map(|(_, names)| *names);
    let related = match name.split_once(' ') {
        Some((parent, _)) => vec![parent],
        None if name.is_empty() => groups.flatten().copied().collect(),
        None => {
            let group = groups.filter(|names| names.contains(&name)).flatten();
            group.copied().filter(|other| *other != name).collect()
        }
    };
    let related = related.into_iter().map(|name| format!("orgconn-{name}(1)"));
    let program = (!name.is_empty()).then(|| "orgconn(1)".to_owned());
    let pages: Vec<_> = program.into_iter().chain(related).collect();
    pages.join(", ")
}
