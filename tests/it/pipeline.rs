//! The program in shell scripts and pipelines.
#![cfg(unix)]

use snapbox::{IntoData as _, assert_data_eq, str};

use crate::harness::World;

fn run(script: &str) -> crate::harness::Finished {
    World::bare().script(&format!("set -euo pipefail\n{script}"))
}

#[test]
fn a_connection_is_made_checked_and_deleted_by_its_id() {
    let script = r#"
id=$(orgconn --sandbox create 'Security Archive' --type logs -o id) &&
  orgconn --sandbox check --destination 'Security Archive' --type logs -o id &&
  orgconn --sandbox delete "$id" --yes -o id
orgconn --sandbox check --destination 'Security Archive' --absent --columns result --no-header
"#;
    let output = run(script).quiet_success();
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[0].len(), 36, "{output}");
    assert_eq!(lines, [lines[0], lines[0], "as wanted"]);
}

#[test]
fn what_is_listed_is_deleted() {
    let script = r#"
export ORGCONN_SANDBOX=1
orgconn list --type metrics -o id >before
orgconn list --type metrics -o id | orgconn delete - --yes -o id >deleted
cmp before deleted
test "$(wc -l <before)" -eq 4
orgconn list -o jsonl | grep -c metrics || echo none
"#;
    assert_eq!(run(script).quiet_success(), "0\nnone\n");
}

#[test]
fn an_exit_code_can_be_branched_on() {
    let script = r#"
export ORGCONN_SANDBOX=1
if orgconn check --source Platform --type logs -q >table; then echo holds; else echo differs; fi
if orgconn check --source 'Legacy Shop' --type audit >table 2>why; then echo holds; else echo "code $?"; fi
cat why
orgconn create 'Security Archive' --type logs >table
orgconn create 'Security Archive' --type logs 2>why || echo "code $?"
orgconn create 'Security Archive' --type logs --if-not-exists -o id >table && echo there
orgconn get 1234 2>why || echo "code $?"
orgconn delete 40bb 2>why || echo "code $?"
orgconn list --nosuch 2>why || echo "code $?"
"#;
    assert_data_eq!(
        run(script).quiet_success(),
        str![[r#"
holds
code 3
warning: `Legacy Shop` to `Observability Hub` lacks audit (shares logs)
code 6
there
code 5
code 2
code 2

"#]]
    );
}

#[test]
fn a_reader_that_is_content_early_is_no_failure() {
    let output = run("orgconn --sandbox list -o id | head -n 1").quiet_success();
    assert_eq!(output, "40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d\n");
}

#[test]
#[cfg(target_os = "linux")]
fn standard_output_that_is_full_is_a_failure() {
    for command in ["orgconn --sandbox list -o json", "orgconn schema"] {
        let ended = World::bare()
            .script(&format!("{command} >/dev/full"))
            .code(1);
        let message =
            "error: cannot write to standard output: No space left on device (os error 28)\n";
        assert!(ended.stderr.ends_with(message), "{}", ended.stderr);
    }
}

#[test]
fn the_data_alone_is_on_standard_output() {
    let script = "orgconn --sandbox create 'Security Archive' --type audit --dry-run -v -o id 2>messages; cat messages";
    let output = run(script).quiet_success();
    assert!(output.contains("dry run: nothing was changed"), "{output}");
    assert!(output.contains("GET /api/v2/org -> 200"), "{output}");
    let silent = run(&script.replace("; cat messages", "")).quiet_success();
    assert_eq!(silent, "");
}

#[test]
fn values_go_through_a_loop_whole() {
    let script = r#"
orgconn --sandbox list -o tsv --columns source,types --no-header |
  while IFS=$'\t' read -r source types; do printf '<%s> <%s>\n' "$source" "$types"; done
"#;
    assert_data_eq!(
        run(script).quiet_success(),
        str![[r#"
<Retail US> <logs>
<Retail EU> <logs,metrics>
<Logistics> <metrics>
<Platform> <logs,metrics,audit>
<Payments> <metrics>
<Payments> <logs,rum>
<Legacy Shop> <logs>
<\u{1b}[31mחנות\u{1b}[0m 👩‍💻\nKöln> <audit>

"#]]
        .raw()
    );
}
