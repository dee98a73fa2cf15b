set -euo pipefail
list="$ORGCONN_API_URL/api/v2/org_connections"
orgs="$ORGCONN_API_URL/api/v2/org"
get() { curl --silent --show-error --fail --header "DD-API-KEY: $DD_API_KEY" --header "DD-APPLICATION-KEY: $DD_APP_KEY" "$@"; }
show='.data[] | [.id, .relationships.source_org.data.name, .relationships.sink_org.data.name, (.attributes.connection_types | join(","))] | @tsv'
lines='def org: {id, name}; .data[] | {id, source: .relationships.source_org.data | org,
  destination: .relationships.sink_org.data | org, types: .attributes.connection_types,
  created_at: .attributes.created_at, created_by: .relationships.created_by.data | org}'
