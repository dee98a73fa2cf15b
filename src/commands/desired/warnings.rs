use futures_util::{StreamExt as _, stream};

use super::Prospect;
use crate::commands::survey::Member;
use crate::context::ACCOUNTS_AT_ONCE;
use crate::output::Output;
use crate::topology::Action;

/// Warns of what a person should know before a plan is carried out, and of what it leaves alone.
pub(crate) async fn warn(prospect: &Prospect<'_>, output: &mut Output) {
    for warning in prospect.plan.warnings(&prospect.survey.directory) {
        output.warn(&warning.to_string());
    }
    for creator in creators(prospect).await {
        output.warn(&creator);
    }
    for odd in prospect.plan.unmatched() {
        let (source, destination) = (odd.source.label(), odd.destination.label());
        output.warn(&format!(
            "a connection from `{source}` to `{destination}` came without its orgs' ids, or is the second of its \
             pair: it is left alone"
        ));
    }
}

/// A sentence for each person whom new connections would belong to. One who cannot be asked about is passed over:
/// what is wrong with the account shows elsewhere.
async fn creators(prospect: &Prospect<'_>) -> Vec<String> {
    let mut members: Vec<&Member<'_>> = Vec::new();
    let creates = prospect
        .plan
        .changes()
        .filter(|step| step.action == Action::Create);
    for member in creates.filter_map(|step| prospect.member_for(step)) {
        if !members.iter().any(|known| known.org.id == member.org.id) {
            members.push(member);
        }
    }
    let sentences = stream::iter(members.into_iter().map(person)).buffered(ACCOUNTS_AT_ONCE);
    sentences
        .filter_map(|sentence| async { sentence })
        .collect()
        .await
}

async fn person(member: &Member<'_>) -> Option<String> {
    let user = member
        .account
        .client()
        .await
        .ok()?
        .current_user()
        .await
        .ok()?;
    if user.service_account != Some(false) {
        return None;
    }
    let name = [user.name, user.email, user.handle]
        .into_iter()
        .flatten()
        .next();
    let who = name.map_or_else(|| "a person".to_owned(), |name| format!("{name}, a person"));
    Some(format!(
        "what is created in `{}` would belong to {who}, and be deleted with that account: Datadog recommends a \
         service account",
        member.org.label()
    ))
}
