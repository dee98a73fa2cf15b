use super::handle::Output;

/// The number of messages of one kind that are shown one by one.
const MAX_SHOWN: usize = 5;

/// Messages of one kind: they differ only in names, numbers and ids.
pub(crate) struct MessageGroup<T> {
    /// The first of them, which are shown.
    pub(crate) shown: Vec<T>,
    /// The number of the others.
    pub(crate) hidden: usize,
}

/// Groups messages by their kind, in the order in which the kinds come first. `text` returns the whole text of one.
pub(crate) fn group_messages<T>(
    messages: impl IntoIterator<Item = T>,
    text: impl Fn(&T) -> String,
) -> Vec<MessageGroup<T>> {
    let mut groups: Vec<(String, MessageGroup<T>)> = Vec::new();
    for message in messages {
        let kind = kind_of(&text(&message));
        let known = groups.iter_mut().find(|(other, _)| *other == kind);
        match known {
            None => groups.push((
                kind,
                MessageGroup {
                    shown: vec![message],
                    hidden: 0,
                },
            )),
            Some((_, group)) if group.shown.len() < MAX_SHOWN => group.shown.push(message),
            Some((_, group)) => group.hidden += 1,
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The text of a message without names, which stand in backticks, and without words that contain a digit.
fn kind_of(text: &str) -> String {
    let unquoted: String = text.split('`').step_by(2).collect();
    let words = unquoted.split_whitespace();
    let words = words.filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

impl Output {
    /// Gives warnings that may be many of one kind. Of each kind only the first are shown one by one, then how many more
    /// there are. Left out when quiet.
    pub(crate) fn warn_each(&mut self, warnings: impl IntoIterator<Item = String>) {
        self.show_each(warnings, Self::warn);
    }

    /// As [`Output::warn_each`], with notes.
    pub(crate) fn note_each(&mut self, notes: impl IntoIterator<Item = String>) {
        self.show_each(notes, Self::note);
    }

    fn show_each(&mut self, messages: impl IntoIterator<Item = String>, show: fn(&mut Self, &str)) {
        if self.stderr.is_quiet {
            return;
        }
        for group in group_messages(messages, String::clone) {
            for message in &group.shown {
                show(self, message);
            }
            if group.hidden > 0 {
                show(self, &format!("{} more of this kind", group.hidden));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_differ_in_names_and_numbers_are_of_one_kind() {
        for (one, other, same) in [
            ("no org `A`; near: `B`", "no org `C d`; near: `E`", true),
            ("file.yaml:3:5: no org", "file.yaml:12:7: no org", true),
            ("`A` is refused", "`A` is not found", false),
            ("profile hub: timeout", "profile hub: refused", false),
        ] {
            assert_eq!(kind_of(one) == kind_of(other), same, "{one} / {other}");
        }
    }

    #[test]
    fn the_first_of_each_kind_are_shown_and_the_others_are_counted() {
        let texts = (0..8).flat_map(|number| [format!("no `{number}`"), "odd".to_owned()]);
        let groups = group_messages(texts.take(15), String::clone);
        let counts: Vec<_> = groups
            .iter()
            .map(|group| (&*group.shown[0], group.shown.len(), group.hidden))
            .collect();
        assert_eq!(counts, [("no `0`", 5, 3), ("odd", 5, 2)]);
    }
}
