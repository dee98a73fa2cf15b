use std::collections::HashSet;

use super::file::{DesiredFile, Place};
use crate::commands::report::PartFailure;
use crate::commands::survey::{Member, Survey, survey};
use crate::context::Session;
use crate::error::{Exit, Failure};
use crate::output::StepRow;
use crate::topology::{Action, Edge, Id, Plan, PlanOptions, Position, Reference, Step};

const HINT: &str = "--all-profiles takes every profile of the configuration file; one of them has to hold the keys of \
                    the org itself";

/// The live state held against the file: what is to be done, and what could not be known.
pub(crate) struct Prospect<'a> {
    /// What turns the live state into the file's, as far as the live state is known.
    pub(crate) plan: Plan,
    /// What the chosen profiles see; its failures are in `unknown`.
    pub(crate) survey: Survey<'a>,
    /// Why the live state is not wholly known: profiles that could not be asked, and connections that none sees.
    pub(crate) unknown: Vec<PartFailure>,
}

/// Reads the live state through all accounts of the session, and compares it with the file.
///
/// # Errors
/// No account could be asked, or the file names orgs that cannot be found; all mistakes at once.
pub(crate) async fn look<'a>(
    session: &'a Session,
    file: &DesiredFile,
    options: PlanOptions,
) -> Result<Prospect<'a>, Vec<PartFailure>> {
    let mut survey = survey(session).await;
    let mut unknown = std::mem::take(&mut survey.failures);
    if survey.members.is_empty() {
        return Err(unknown);
    }
    let state = match file.resolve(&survey) {
        Ok(state) => state,
        Err(mistakes) => {
            unknown.extend(mistakes);
            return Err(unknown);
        }
    };
    let unread = options
        .prune
        .then(|| unread_sources(state.edges(), &survey));
    let (state, unseen) = state.part(|edge| survey.sees(&edge.source.id, &edge.destination.id));
    let mut troubles: Vec<_> = unseen.iter().map(cannot_be_seen).collect();
    troubles.extend(unread.unwrap_or_default());
    unknown.extend(explain(troubles, file, &survey));
    let mut plan = Plan::between(&survey.connections, &state, options);
    plan.assign_profiles(|step| member_for(step, &survey)?.account.profile().cloned());
    Ok(Prospect {
        plan,
        survey,
        unknown,
    })
}

/// Something that no chosen profile can see or do, and the edge or step that it is about.
struct Trouble {
    place: Option<Position>,
    /// What cannot be seen or done, and who would have to be served for that: up to “is served by”.
    what: String,
}

fn cannot_be_seen(edge: &Edge) -> Trouble {
    let (source, destination) = (edge.source.reference(), edge.destination.reference());
    let (source, destination) = (source.label(), destination.label());
    Trouble {
        place: Some(edge.position),
        what: format!(
            "whether `{source}` is connected to `{destination}` cannot be seen: neither of them is served by"
        ),
    }
}

/// The sources whose other connections nobody can see, so that those beyond the file are not known.
fn unread_sources(edges: &[Edge], survey: &Survey<'_>) -> Vec<Trouble> {
    let mut told = HashSet::new();
    edges
        .iter()
        .filter(|edge| survey.member_of(&edge.source.id).is_none() && told.insert(&edge.source.id))
        .map(|edge| Trouble {
            place: Some(edge.position),
            what: format!(
                "what `{}` shares beyond the file cannot be seen: it is not served by",
                edge.source.reference().label()
            ),
        })
        .collect()
}

/// The troubles as failures. What to do about them is the same for all, and said once.
fn explain(troubles: Vec<Trouble>, file: &DesiredFile, survey: &Survey<'_>) -> Vec<PartFailure> {
    let credentials = credentials(survey);
    let last = troubles.len().saturating_sub(1);
    let explain = |(index, trouble): (usize, Trouble)| {
        let message = format!("{} {credentials}", trouble.what);
        let mut failure = Failure::new(Exit::Permission, message);
        if index == last {
            failure = failure.hint(HINT);
        }
        match trouble.place {
            Some(position) => file.place(position).failure(failure),
            None => anyhow::Error::from(failure).into(),
        }
    };
    troubles.into_iter().enumerate().map(explain).collect()
}

/// What there is to work with, by name.
fn credentials(survey: &Survey<'_>) -> String {
    let members = survey.members.iter();
    let profiles: Vec<_> = members
        .filter_map(|member| Some(&**member.account.profile()?))
        .collect();
    match (profiles.as_slice(), survey.members.as_slice()) {
        ([], [only, ..]) => format!("these credentials, which belong to `{}`", only.org.label()),
        ([only], _) => format!("the profile {only}"),
        (several, _) => format!("any of the profiles {}", several.join(", ")),
    }
}

/// The account that may carry a step out. A connection is made and changed in its source org; both ends may delete it.
fn member_for<'s, 'a>(step: &Step, survey: &'s Survey<'a>) -> Option<&'s Member<'a>> {
    let of = |org: &Reference| survey.member_of(org.id.as_ref()?);
    match step.action {
        Action::Unchanged => None,
        Action::Create | Action::Update => of(&step.source),
        Action::Delete => of(&step.source).or_else(|| of(&step.destination)),
    }
}

impl<'a> Prospect<'a> {
    /// The account that may carry a step out, if it was chosen.
    pub(crate) fn member_for(&self, step: &Step) -> Option<&Member<'a>> {
        member_for(step, &self.survey)
    }

    /// Whether any of the live state is known that the file is about.
    pub(crate) fn knows_something(&self) -> bool {
        self.unknown.is_empty() || !self.plan.steps().is_empty()
    }

    /// The changes that no chosen profile may carry out: one failure for each source org.
    pub(crate) fn unserved(&self, file: &DesiredFile) -> Vec<PartFailure> {
        let mut told: HashSet<Option<&Id>> = HashSet::new();
        let troubles = self
            .plan
            .changes()
            .filter(|step| self.member_for(step).is_none() && told.insert(step.source.id.as_ref()))
            .map(|step| Trouble {
                place: self.position(step),
                what: format!(
                    "the connections from `{0}` cannot be changed: `{0}` is not served by",
                    step.source.label()
                ),
            });
        explain(troubles.collect(), file, &self.survey)
    }

    /// The steps as rows, nothing done yet.
    pub(crate) fn rows(&self) -> Vec<StepRow> {
        let steps = self.plan.steps().iter().cloned();
        steps.map(StepRow::planned).collect()
    }

    /// Where the file speaks of a step; of one that it does not name, where it first speaks of its source.
    pub(crate) fn place(&self, step: &Step, file: &DesiredFile) -> Option<Place> {
        self.position(step).map(|position| file.place(position))
    }

    fn position(&self, step: &Step) -> Option<Position> {
        let of_source = || {
            let steps = self.plan.steps().iter();
            steps
                .filter(|other| other.source.id == step.source.id)
                .filter_map(|other| other.position)
                .min()
        };
        step.position.or_else(of_source)
    }
}
