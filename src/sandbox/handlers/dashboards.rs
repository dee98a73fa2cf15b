use serde_json::{Value, json};

use crate::sandbox::auth::Caller;
use crate::sandbox::error::ApiError;
use crate::sandbox::message::{Request, Response};
use crate::sandbox::sample_data::content::{dashboards, notebooks, powerpacks};

/// `GET /api/v1/dashboard`: the dashboards of the calling org, without their widgets.
pub(super) fn dashboard_list(request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let summaries = dashboards(caller.org).into_iter().map(|mut dashboard| {
        if let Some(fields) = dashboard.as_object_mut() {
            fields.remove("widgets");
        }
        dashboard
    });
    let page = page(summaries.collect(), request, ("count", "start"), 100)?;
    Ok(Response::ok(json!({ "dashboards": page })))
}

/// `GET /api/v1/dashboard/{id}`: a dashboard of the calling org.
pub(super) fn dashboard(request: &Request, id: &str) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let dashboard = dashboards(caller.org).into_iter().find(|it| it["id"] == id);
    Ok(Response::ok(dashboard.ok_or(ApiError::NotFound)?))
}

/// `GET /api/v1/notebooks`: the notebooks of the calling org, with their cells unless `include_cells` is `false`.
pub(super) fn notebook_list(request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let mut all = notebooks(caller.org);
    let total = all.len();
    if request.parameter("include_cells").as_deref() == Some("false") {
        for notebook in &mut all {
            if let Some(attributes) = notebook["attributes"].as_object_mut() {
                attributes.remove("cells");
            }
        }
    }
    let page = page(all, request, ("count", "start"), 100)?;
    let counts = json!({"total_count": total, "total_filtered_count": total});
    Ok(Response::ok(
        json!({"data": page, "meta": {"page": counts}}),
    ))
}

/// `GET /api/v2/powerpacks`: the powerpacks of the calling org.
pub(super) fn powerpack_list(request: &Request) -> Result<Response, ApiError> {
    let caller = Caller::with_write_permission(&request.headers)?;
    let (powerpacks, authors) = powerpacks(caller.org);
    let total = powerpacks.len();
    let page = page(powerpacks, request, ("page[limit]", "page[offset]"), 25)?;
    let pagination = json!({"type": "offset_limit", "total": total});
    Ok(Response::ok(json!({
        "data": page,
        "included": authors,
        "meta": {"pagination": pagination},
    })))
}

/// The page of a list that a request asks for by a limit and an offset.
fn page(
    rows: Vec<Value>,
    request: &Request,
    (limit, offset): (&'static str, &'static str),
    default_limit: usize,
) -> Result<Vec<Value>, ApiError> {
    let limit = request.number(limit)?.unwrap_or(default_limit);
    let offset = request.number(offset)?.unwrap_or(0);
    Ok(rows.into_iter().skip(offset).take(limit).collect())
}
