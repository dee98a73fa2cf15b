use super::{App, ChosenAccounts, ConnectionEnds};
use crate::config::ConfigFile;
use crate::error::{CommandError, Exit, Result};
use crate::escape::escape_message;
use crate::model::{
    ConnectionSelector, ConnectionType, MAX_DESTINATIONS, Org, OrgDirectory, OrgSelector, TypeSet,
    fold_name,
};
use crate::output::Choice;
use crate::shell_quote::command_line;

/// A question for what the command line leaves out.
struct Question<'a> {
    text: &'a str,
    /// What is chosen, such as "type".
    noun: &'a str,
    /// What does not happen without an answer, such as "nothing was created".
    unchanged: &'a str,
}

/// Questions for what the command line leaves out. A command asks only if [`Output::can_ask`] says so, and calls
/// [`App::show_command_line`] after its last question.
///
/// Each fails if the user declines, or presses Ctrl-C. `text` is the question; `unchanged` says for the error what did
/// not happen, such as "nothing was created".
///
/// [`Output::can_ask`]: crate::output::Output::can_ask
impl App {
    /// Whether a command that takes ids or the ends of a connection is given neither, so that it calls
    /// [`App::ask_for_connection`].
    ///
    /// # Errors
    /// Fails if both are given, or neither and nobody can be asked.
    pub(crate) fn asks_for_connection(&self, has_ids: bool, ends: &ConnectionEnds) -> Result<bool> {
        ends.check_against_ids(has_ids)?;
        if has_ids || !ends.is_empty() {
            return Ok(false);
        }
        match self.output.can_ask() {
            true => Ok(true),
            false => Err(CommandError::usage("no connection is named")
                .hint("give an id, the beginning of one, or --source and --destination")),
        }
    }

    /// Opens the accounts as [`App::candidate_accounts_if`], and with `asks_for_connection` asks for the connection that
    /// the command is about. Returns it, or `None` if it was not asked for.
    ///
    /// # Errors
    /// As [`App::candidate_accounts_if`] and [`App::ask_for_connection`].
    pub(crate) async fn accounts_and_connection(
        &mut self,
        says_target: bool,
        asks_for_connection: bool,
        text: &str,
        unchanged: &str,
    ) -> Result<(ChosenAccounts, Option<ConnectionSelector>)> {
        let chosen_accounts = self.candidate_accounts_if(says_target || asks_for_connection)?;
        let chosen = match asks_for_connection {
            true => {
                let asking = self.ask_for_connection(&chosen_accounts, text, unchanged);
                Some(asking.await?)
            }
            false => None,
        };
        Ok((chosen_accounts, chosen))
    }

    /// Asks for one of the connections that the default account sees, or where accounts are chosen all of these.
    ///
    /// # Errors
    /// Fails if no connection could be read.
    pub(crate) async fn ask_for_connection(
        &mut self,
        chosen_accounts: &ChosenAccounts,
        text: &str,
        unchanged: &str,
    ) -> Result<ConnectionSelector> {
        let progress = self.output.progress("reading the connections", None);
        let mut offered = progress
            .during(chosen_accounts.offered_connections())
            .await?;
        offered.connections.sort_by_cached_key(|connection| {
            let (source, destination) = (connection.source.label(), connection.destination.label());
            (fold_name(&source).into_owned(), destination)
        });
        if offered.connections.is_empty() {
            let message = "no connection to choose from: these credentials see none";
            return Err(CommandError::new(Exit::NotFound, message));
        }
        self.note_unused_profiles(&offered.failures);
        let question = Question {
            text,
            noun: "connection",
            unchanged,
        };
        let connections = offered.connections.iter();
        let ends = connections.clone();
        let ends = ends.flat_map(|connection| [&connection.source, &connection.destination]);
        let labels = self.output.org_labels(ends);
        let choices = connections.map(|connection| Choice::of_connection(connection, &labels));
        let choices = Vec::from_iter(choices);
        let id = offered.connections[self.choose_one(&question, &choices)?].id;
        self.answers.push(id.to_string());
        Ok(ConnectionSelector::Id(id))
    }

    /// Asks for the destinations of new connections: orgs to which the source is not connected yet, or with
    /// `if_not_exists` all orgs.
    ///
    /// # Errors
    /// Fails if the source's account cannot be found, or if there is no such org.
    pub(crate) async fn ask_for_destinations(
        &mut self,
        chosen_accounts: &ChosenAccounts,
        source: Option<&OrgSelector>,
        if_not_exists: bool,
    ) -> Result<Vec<OrgSelector>> {
        let progress = self.output.progress("reading the orgs", None);
        let offered = progress
            .during(chosen_accounts.offered_destinations(source))
            .await?;
        self.note_unused_profiles(&offered.failures);
        let is_offered = |org: &&Org| if_not_exists || offered.types_shared_with(org).is_none();
        let orgs = offered.orgs.orgs.iter();
        let others = orgs.filter(|org| org.id != offered.source.id);
        let (mut orgs, connected): (Vec<_>, Vec<_>) = others.partition(is_offered);
        orgs.sort_by_cached_key(|org| (fold_name(&org.label()).into_owned(), org.id));
        match connected.len() {
            0 => {}
            1 => self
                .output
                .note("1 org is left out: it is connected already"),
            count => self.output.note(&format!(
                "{count} orgs are left out: they are connected already"
            )),
        }
        if orgs.is_empty() {
            let message = "no org to choose from: these credentials see no other";
            return Err(
                CommandError::new(Exit::NotFound, message).hint("name the destination by its UUID")
            );
        }
        let note = |org: &Org| {
            let shared = offered.types_shared_with(org);
            let shared = shared.map(|types| format!("shares {types} already"));
            let disabled = (org.disabled == Some(true)).then(|| "disabled".to_owned());
            Vec::from_iter(shared.into_iter().chain(disabled)).join(", ")
        };
        let refs = Vec::from_iter(orgs.iter().map(|org| org.to_ref()));
        let labels = self.output.org_labels(&refs);
        let choices = orgs.iter().zip(&refs);
        let choices = choices.map(|(org, named)| Choice::new([labels.label(named)], note(org)));
        let choices = Vec::from_iter(choices);
        let question = Question {
            text: &format!("Connect `{}` to which orgs?", offered.source.label()),
            noun: "org",
            unchanged: "nothing was created",
        };
        let chosen = self.choose_many(&question, &choices, &[])?;
        let chosen: Vec<_> = chosen.into_iter().map(|index| orgs[index]).collect();
        if chosen.len() > MAX_DESTINATIONS && !self.flags.yes {
            // A single key in the list of choices selects all orgs, also by mistake.
            let text = format!("Connect to these {} orgs?", chosen.len());
            self.ask_confirmation(&text, question.unchanged)?;
            self.expect_confirmation();
        }
        let words = chosen.iter().map(|org| word_for(org, &offered.orgs));
        self.answers.extend(words);
        Ok(chosen.iter().map(|org| OrgSelector::Uuid(org.id)).collect())
    }

    /// Asks for types to share, of the known ones and of those that are `present`, which are chosen at first.
    ///
    /// # Errors
    /// Fails as described above.
    pub(crate) fn ask_for_types(
        &mut self,
        text: &str,
        present: &TypeSet,
        unchanged: &str,
    ) -> Result<TypeSet> {
        let offered: TypeSet = ConnectionType::KNOWN.into_iter().collect();
        let offered = Vec::from_iter(offered.union(present).iter().cloned());
        let chosen = (0..offered.len()).filter(|index| present.contains(&offered[*index]));
        let chosen: Vec<_> = chosen.collect();
        let choices = offered.iter().map(|kind| Choice::new([kind.as_str()], ""));
        let choices: Vec<_> = choices.collect();
        let question = Question {
            text,
            noun: "type",
            unchanged,
        };
        let chosen = self.choose_many(&question, &choices, &chosen)?;
        let types = chosen.into_iter().map(|index| offered[index].clone());
        let types: TypeSet = types.collect();
        match words_for_types(&types) {
            Some(words) => self.answers.extend(words),
            None => self.can_repeat = false,
        }
        if !types.iter().all(ConnectionType::is_known) {
            self.answers.push("--allow-unknown-type".to_owned());
        }
        Ok(types)
    }

    /// Asks for a profile, and chooses it as `--profile` does.
    ///
    /// # Errors
    /// Fails as described above.
    pub(super) fn ask_for_profile(&mut self, file: &ConfigFile) -> Result<()> {
        let profiles = file.profiles.iter();
        let choices = profiles.map(|profile| Choice::new([&profile.name], profile.server.label()));
        let choices: Vec<_> = choices.collect();
        let question = Question {
            text: "Use which profile?",
            noun: "profile",
            unchanged: "nothing was done",
        };
        let name = file.profiles[self.choose_one(&question, &choices)?]
            .name
            .clone();
        self.answers.extend(["--profile".to_owned(), name.clone()]);
        self.flags.accounts.profile = vec![name];
        Ok(())
    }

    /// Adds the flag that answers a confirmation to the command line that is shown.
    pub(crate) fn expect_confirmation(&mut self) {
        self.answers.push("--yes".to_owned());
    }

    /// Shows the command line that does the same without a question, if there was one.
    pub(crate) fn show_command_line(&mut self) {
        if self.answers.is_empty() || !self.can_repeat {
            return;
        }
        // What follows `--` is read as no flag.
        let (flags, rest) = match self.arguments.iter().position(|word| word == "--") {
            Some(end) => self.arguments.split_at(end),
            None => (&self.arguments[..], &[][..]),
        };
        let words = [flags, &self.answers, rest].concat();
        let line = command_line(["orgconn".to_owned()].into_iter().chain(words));
        self.output
            .note(&format!("the same without a question: {line}"));
    }

    fn choose_one(&mut self, question: &Question<'_>, choices: &[Choice]) -> Result<usize> {
        self.watch_signals()?;
        let chosen = self.output.choose_one(question.text, choices);
        chosen
            .map_err(|error| CommandError::unanswered(error, question.unchanged))?
            .ok_or_else(|| question.declined())
    }

    fn choose_many(
        &mut self,
        question: &Question<'_>,
        choices: &[Choice],
        chosen: &[usize],
    ) -> Result<Vec<usize>> {
        self.watch_signals()?;
        let chosen = self.output.choose_many(question.text, choices, chosen);
        chosen
            .map_err(|error| CommandError::unanswered(error, question.unchanged))?
            .ok_or_else(|| question.declined())
    }
}

impl Question<'_> {
    fn declined(&self) -> CommandError {
        let (noun, unchanged) = (self.noun, self.unchanged);
        CommandError::new(Exit::Failure, format!("no {noun} was chosen; {unchanged}"))
    }
}

/// The types as words of the command line; `None` if there are no such words, since a comma separates types.
fn words_for_types(types: &TypeSet) -> Option<Vec<String>> {
    if types.iter().any(|kind| kind.as_str().contains(',')) {
        return None;
    }
    // A word that begins with `-` would be read as a flag.
    Some(
        match types.iter().any(|kind| kind.as_str().starts_with('-')) {
            true => types.iter().map(|kind| format!("--type={kind}")).collect(),
            false => vec!["--type".to_owned(), types.to_string()],
        },
    )
}

/// The org as a word of the command line: its name if that is read as this org and can be typed, else its UUID.
fn word_for(org: &Org, orgs: &OrgDirectory) -> String {
    let is_selected_by = |name: &&String| {
        let is_typable = !name.starts_with('-') && escape_message(name) == name.as_str();
        let selected = name.parse::<OrgSelector>();
        let selected = selected.is_ok_and(|selector| {
            let found = selector.resolve(orgs);
            found.is_ok_and(|found| found.id == org.id)
        });
        is_typable && selected
    };
    let name = org.name.as_ref().filter(is_selected_by);
    name.cloned().unwrap_or_else(|| org.id.to_string())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn types_are_written_only_where_they_are_read_as_the_same() {
        let words = |types: &[&str]| {
            let types = types.iter().copied().map(ConnectionType::from);
            let words = words_for_types(&types.collect());
            words.map(|words| words.join(" "))
        };
        for (types, expected) in [
            (&["logs", "metrics"][..], Some("--type logs,metrics")),
            (&["--yes", "logs"], Some("--type=logs --type=--yes")),
            (&["a,b", "logs"], None),
        ] {
            assert_eq!(words(types).as_deref(), expected);
        }
    }

    #[test]
    fn an_org_is_written_by_its_name_only_where_that_means_it() {
        let names = ["Hub", "Same", "same", "Same", "-x", "a\nb", "uuid:x"];
        let named = |(number, name): (usize, &&str)| Org {
            name: Some((*name).to_owned()),
            ..Org::from_id(Uuid::from_u128(number as u128))
        };
        let orgs = OrgDirectory {
            orgs: names.iter().enumerate().map(named).collect(),
            ..OrgDirectory::default()
        };
        let words = orgs.orgs.iter().map(|org| word_for(org, &orgs));
        let words: Vec<_> = words
            .map(|word| word.replace("00000000-0000-0000-0000-00000000", "id "))
            .collect();
        let expected = [
            "Hub", "id 0001", "same", "id 0003", "id 0004", "id 0005", "id 0006",
        ];
        assert_eq!(words, expected);
    }
}
