//! The web page of an org's connections: `open`, and links in tables.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::{fs, io, thread};

use crate::harness::{Terminal, World};
use crate::server::account::Org;
use crate::server::certificate::Certificate;
use crate::server::{Server, ServerOptions};

const PAGE: &str = "https://app.datadoghq.com/organization-settings/cross-org-visibility\n";

/// A world with the keys of the hub.
fn world() -> World {
    World::bare()
        .with("DD_API_KEY", &Org::HUB.api_key())
        .with("DD_APP_KEY", &Org::HUB.app_key())
}

#[test]
fn each_site_has_its_own_page() {
    for (variable, value, host) in [
        ("DD_SITE", "datadoghq.com", "app.datadoghq.com"),
        ("DD_SITE", "eu", "app.datadoghq.eu"),
        ("DD_SITE", "ddog-gov.com", "app.ddog-gov.com"),
        ("DD_SITE", "us2.ddog-gov.com", "us2.ddog-gov.com"),
        ("DD_SITE", "us5.datadoghq.com", "us5.datadoghq.com"),
        ("DD_SITE", "uk1.datadoghq.com", "uk1.datadoghq.com"),
        (
            "DD_HOST",
            "https://api.ap2.datadoghq.com/",
            "ap2.datadoghq.com",
        ),
    ] {
        let printed = world().with(variable, value).run(["open"]).quiet_success();
        let page = format!("https://{host}/organization-settings/cross-org-visibility\n");
        assert_eq!(printed, page);
    }
}

#[test]
fn a_server_that_is_no_site_has_no_page() {
    let refused = World::sandbox().run(["open", "Retail US"]).code(2);
    assert_eq!(refused.stdout, "");
    assert_eq!(
        refused.stderr,
        "error: the sandbox has no web page\n\
         hint: only Datadog's own sites have one; leave out --sandbox and ORGCONN_SANDBOX\n"
    );
    let refused = world()
        .run(["open", "--api-url", "http://127.0.0.1:9"])
        .code(2);
    assert_eq!(
        refused.stderr,
        "error: the web page that belongs to `http://127.0.0.1:9` is not known\n\
         hint: only Datadog's own sites have a known one; name one with --site in place of the URL\n"
    );
}

/// The URL of a proxy that connects every client to this server, whatever host it asks for.
fn proxy_to(server: &Server) -> String {
    let address = server.url.trim_start_matches("https://").to_owned();
    let proxy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    thread::spawn(move || {
        for client in proxy.incoming() {
            let mut client = client.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let server = TcpStream::connect(&address).unwrap();
            copy(client.try_clone().unwrap(), server.try_clone().unwrap());
            copy(server, client);
        }
    });
    url
}

/// Copies what one end sends to the other, until one of them is closed.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}

/// A site with two sources, and a world that reaches it.
fn site() -> (Server, World) {
    let world = world();
    let certificate = Certificate::new(world.home());
    let options = ServerOptions {
        sources: 2,
        ..ServerOptions::default()
    };
    let server = Server::start(options, Some(&certificate.server));
    let world = world
        .with("SSL_CERT_FILE", certificate.bundle.to_str().unwrap())
        .with("HTTPS_PROXY", &proxy_to(&server));
    (server, world)
}

#[test]
fn the_org_to_sign_in_to_is_looked_up() {
    let (_server, world) = site();
    let ids = world.run(["list", "-o", "id"]).quiet_success();
    let id = ids.lines().next().unwrap();
    let both = "`Source 000000` (source) or `Observability Hub` (destination)";
    for (named, orgs) in [
        ("source 000001", "`Source 000001`"),
        ("public-id:00000000001", "`Security Archive`"),
        (id, both),
        (&id[..6], both),
    ] {
        let opened = world.run(["open", named]).code(0);
        assert_eq!(opened.stdout, PAGE);
        let note =
            format!("the page shows the connections of the org that you sign in to: {orgs}\n");
        assert_eq!(opened.stderr, note, "{named}");
    }
    // An org may have a name that looks like an id.
    let unknown = world.run(["open", "cafe"]).code(5);
    assert_eq!(unknown.stdout, "");
    assert!(
        unknown.stderr.starts_with("error: no org"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn on_a_desktop_the_browser_shows_it() {
    let world = world();
    // The file appears in one step.
    let script = "#!/bin/sh\necho shown\nenv > environment\nprintf '%s\\n' \"$1\" > opening\nmv opening opened\n";
    // Not in the world, since nothing may run from memory on some systems.
    let programs = tempfile::tempdir().unwrap();
    let browser = programs.path().join("browser");
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let world = world.with("BROWSER", browser.to_str().unwrap());
    let opened = world.home().join("opened");
    // Into a pipe it is only printed.
    assert_eq!(world.run(["open"]).quiet_success(), PAGE);
    let (code, screen) = Terminal::start(&world, 120, &["open", "--print"]).end();
    assert_eq!((code, &*screen), (Some(0), PAGE));
    assert!(!opened.exists());
    // The browser runs in the background, as long as the terminal is there.
    let command = "orgconn open; while ! test -e opened; do sleep 0.1; done";
    let (code, screen) = Terminal::shell(&world, 120, &["sh", "-c", command]).end();
    assert_eq!((code, &*screen), (Some(0), PAGE));
    assert_eq!(fs::read_to_string(opened).unwrap(), PAGE);
    let environment = fs::read_to_string(world.home().join("environment")).unwrap();
    assert!(environment.contains("BROWSER="), "{environment}");
    assert!(!environment.contains("DD_"), "{environment}");
}

#[test]
fn names_of_orgs_are_links_where_the_terminal_shows_links() {
    let (_server, world) = site();
    let page = PAGE.trim_end();
    let link = |name: &str| format!("\u{1b}]8;;{page}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\");
    let shown = |command: &str, columns: u16| {
        let shell = ["sh", "-c", command];
        let (code, screen) = Terminal::shell(&world, columns, &shell).end();
        assert_eq!(code, Some(0), "{screen}");
        screen
    };
    for columns in [30, 40, 80, 120] {
        let plain = shown("FORCE_HYPERLINK=0 orgconn list", columns);
        let linked = shown("FORCE_HYPERLINK=1 orgconn list", columns);
        // At 40 columns the names are wrapped, and so no links; at 30 each value has a line of its own.
        let is_linked = linked.contains(&link("Source 000000"));
        assert_eq!(is_linked, columns != 40, "{linked:?}");
        let names = ["Source 000000", "Source 000001", "Observability Hub"];
        let unlinked = names
            .iter()
            .fold(linked, |screen, name| screen.replace(&link(name), name));
        assert_eq!(unlinked, plain, "{columns}");
    }
    for command in [
        "orgconn list",
        "FORCE_HYPERLINK=1 orgconn list | cat",
        "FORCE_HYPERLINK=1 orgconn list --color never",
        "FORCE_HYPERLINK=1 TERM=dumb orgconn list",
        "FORCE_HYPERLINK=1 orgconn list -o csv",
        "FORCE_HYPERLINK=1 orgconn list --sandbox",
    ] {
        assert!(!shown(command, 120).contains("\u{1b}]8"), "{command}");
    }
}
