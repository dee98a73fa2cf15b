//! orgconn: see, change and check the connections between Datadog organizations.

pub mod api;
pub mod history;
pub mod output;
pub mod topology;
