//! Orgs with names that are dangerous in a shell: Tab and Enter pass the name on and run nothing.

use serde_json::json;

use super::values;
use crate::harness::{Api, Terminal, World, uuid};

/// Names that try to run a command. Each has another first letter, by which it is completed. `touch PWN` creates a
/// file, and so does the function `pwn`, which needs no space.
const NAMES: [&str; 19] = [
    "O'Neil & Sons",
    "a\\';touch PWN #",
    "d';touch PWN;'",
    "e\";touch PWN;\"",
    "g\\;pwn",
    "h`pwn`",
    "i\\\\';pwn;#",
    "j|pwn&pwn",
    "k’; touch PWN #",
    "m\\$(pwn)'\"!x!",
    "n*~{a,b}[c]?^%",
    "o:b=c d @e #f",
    "q\"$(pwn)\"",
    "rü 日本's",
    "s(pwn)",
    "t'`pwn`'$(pwn)",
    "u>PWN",
    "v$(pwn)",
    "w'$(pwn)'",
];

/// Names with characters for private use. Where zsh reads a line, the last two digits of each are the code of an ASCII
/// character, such as `;` and a space.
const PRIVATE_USE_NAMES: [&str; 4] = [
    "xa\u{e03b}pwn\u{e03b}",
    "xb\u{e027}\u{e03b}touch\u{e020}PWN\u{e020}\u{e023}",
    "xc\u{e024}\u{e028}pwn\u{e029}",
    "xd\u{e022}\u{e00a}pwn\u{e00a}",
];

/// The beginnings of the word that is completed: after each of them a name's first letter is typed and Tab is pressed.
const BEGINNINGS: [&str; 5] = ["", "'", "\"", "--source=", "--source='"];

/// A world whose completion cache has orgs with these names.
fn world_of_hostile_orgs() -> World {
    let reference = |number: usize| json!({"type": "orgs", "id": uuid(number as u128)});
    let org = |(number, name): (usize, &&str)| json!({"type": "orgs", "id": uuid(number as u128), "attributes": {"name": name}});
    let names = NAMES.iter().chain(&PRIVATE_USE_NAMES);
    let included: Vec<_> = names.enumerate().map(org).collect();
    let managed: Vec<_> = (0..included.len()).map(reference).collect();
    let api = Api::new();
    api.get(
        "/api/v2/org",
        &json!({
            "data": {"type": "managed_orgs", "id": uuid(0), "relationships": {
                "current_org": {"data": reference(0)}, "managed_orgs": {"data": managed},
            }},
            "included": included,
        }),
    );
    let world = World::talking_to(&api.url()).with("LC_ALL", "C.UTF-8");
    let (code, screen) = Terminal::start(&world, 200, &["orgs"]).end();
    assert_eq!(code, Some(0), "{screen}");
    world
}

/// Completes each name after each beginning in a shell that is ready, and presses `enter`. Requires that the program gets
/// the whole name, and that no name has created the file `PWN`.
fn complete_all(world: &World, shell: &mut Terminal, beginnings: &[&str], enter: &str) {
    for beginning in beginnings {
        for name in NAMES {
            let letter = &name[..1];
            let is_flag = beginning.starts_with("--");
            let (flag, passed) = match is_flag {
                true => ("", format!("[list][--source={name}]")),
                false => ("--source ", format!("[list][--source][{name}]")),
            };
            shell.press(&format!("orgconn list {flag}{beginning}{letter}\t"));
            shell.press(enter);
            shell.wait_for(&passed);
            shell.forget();
            assert!(!world.home().join("PWN").exists(), "{beginning} {name}");
        }
    }
}

/// A terminal with a shell in which the completions are set up, and in which a function in place of the program prints
/// its arguments. `None` if the shell is not installed.
#[expect(clippy::print_stderr, reason = "what is skipped is told")]
fn shell(world: &World, command: &[&str], setup: &str) -> Option<Terminal> {
    let is_there = world.script(&format!("command -v {}", command[0])).code == 0;
    if !is_there {
        eprintln!("skipped: {} is not installed", command[0]);
    }
    is_there.then(|| {
        let mut shell = Terminal::shell(world, 300, command);
        shell.press(&format!("{setup}; echo rea''dy\n"));
        shell.wait_for("ready\r\n");
        shell
    })
}

const FUNCTIONS: &str = "pwn() { : > PWN; }; orgconn() { printf '[%s]' \"$@\"; echo; }; PS1='$ '";

#[test]
fn bash_runs_nothing_of_a_name() {
    let world = world_of_hostile_orgs();
    let setup = format!("eval \"$(orgconn completions bash)\"; {FUNCTIONS}");
    let command = ["bash", "--noprofile", "--norc", "-i"];
    let mut bash = shell(&world, &command, &setup).unwrap();
    complete_all(&world, &mut bash, &BEGINNINGS, "\n");
    // The open quote is closed, whatever quotes are within it.
    for typed in ["\"O'N", "'O'\\''N", "\"w'\\$(", "O\\'N"] {
        bash.press(&format!("orgconn list --source {typed}\t"));
        bash.press("\n");
        let name = if typed.contains('w') {
            "w'$(pwn)'"
        } else {
            "O'Neil & Sons"
        };
        bash.wait_for(&format!("[list][--source][{name}]"));
        bash.forget();
    }
    // Within these quotes nothing is offered: the line stays as it is typed, and the test types the closing quote.
    for (typed, closing, passed) in [
        ("$'a", "'", "[list][a]"),
        ("$\"a", "\"", "[list][a]"),
        ("`echo a", "`", "[list][a]"),
        ("\"`echo h", "`\"", "[list][h]"),
        ("$(echo d", ")", "[list][d]"),
        ("\"${x:-d", "}\"", "[list][d]"),
    ] {
        bash.press(&format!("orgconn list {typed}\t"));
        bash.press(&format!("{closing}\n"));
        bash.wait_for(passed);
        bash.forget();
    }
    // The key that inserts all completions takes the open quote away.
    for letter in ["g", "j", "k", "v"] {
        for quote in ["'", "\""] {
            bash.press(&format!("orgconn list --source {quote}{letter}\u{1b}*"));
            bash.press(&format!("{quote}\n"));
            bash.wait_for(&format!("[list][--source][{letter}]"));
            bash.forget();
        }
    }
    // Within a command substitution nothing is offered either.
    bash.press("echo `orgconn list --source h\t");
    bash.press("`\n");
    bash.wait_for("[list][--source][h]");
    assert!(!world.home().join("PWN").exists());
}

#[test]
fn a_name_that_the_shell_would_misread_is_not_offered() {
    let world = world_of_hostile_orgs();
    let offered = |world: &World, letter: &str| values(world, &["list", "--source", letter]);
    assert_eq!(offered(&world, "r"), ["rü 日本's"]);
    let world = world.with("LC_ALL", "zh_CN.GBK");
    assert_eq!(offered(&world, "r"), [""; 0]);
    assert_eq!(offered(&world, "s"), ["s(pwn)"]);
}

#[test]
fn zsh_runs_nothing_of_a_name() {
    let world = world_of_hostile_orgs();
    let setup = format!(
        "autoload -Uz compinit; compinit -u -D; eval \"$(orgconn completions zsh)\"; {FUNCTIONS}"
    );
    let Some(mut zsh) = shell(&world, &["zsh", "-f", "-i"], &setup) else {
        return;
    };
    complete_all(&world, &mut zsh, &BEGINNINGS, "\n");
    complete_all(&world, &mut zsh, &["$'"], "\n");
    for (number, name) in PRIVATE_USE_NAMES.iter().enumerate() {
        let uuid = uuid((NAMES.len() + number) as u128);
        for beginning in ["", "'", "\""] {
            zsh.press(&format!(
                "orgconn list --source {beginning}{}\t",
                &name[..2]
            ));
            zsh.press("\n");
            zsh.wait_for(&format!("[list][--source][{uuid}]"));
            zsh.forget();
            assert!(!world.home().join("PWN").exists(), "{beginning} {name:?}");
        }
    }
    // zsh takes the text of a here-document for commands, and misquotes there and within backquotes.
    for letter in ["h", "v", "w"] {
        zsh.press(&format!("cat <<E\norgconn list --source '{letter}\t"));
        zsh.press("\nE\n");
        zsh.wait_for(&format!("\r\norgconn list --source '{letter}\r\n"));
        zsh.forget();
    }
    for letter in ["g", "h"] {
        zsh.press(&format!("echo `orgconn list --source {letter}\t"));
        zsh.press("`\n");
        zsh.wait_for(&format!("[list][--source][{letter}]"));
    }
    assert!(!world.home().join("PWN").exists());
}

#[test]
fn fish_runs_nothing_of_a_name() {
    let world = world_of_hostile_orgs();
    let setup = "orgconn completions fish | source; function pwn; touch PWN; end; \
                 function orgconn; printf '[%s]' $argv; echo; end";
    let Some(mut fish) = shell(&world, &["fish", "--no-config", "-i"], setup) else {
        return;
    };
    complete_all(&world, &mut fish, &BEGINNINGS, "\n");
}

#[test]
fn elvish_runs_nothing_of_a_name() {
    let world = world_of_hostile_orgs();
    let setup = "eval (orgconn completions elvish | slurp); fn pwn { echo > PWN }; \
                 fn orgconn {|@words| each {|word| print '['$word']' } $words; echo }";
    let Some(mut elvish) = shell(&world, &["elvish", "-norc"], setup) else {
        return;
    };
    // The first Enter closes the list of completions.
    complete_all(&world, &mut elvish, &BEGINNINGS, "\n\n");
}
