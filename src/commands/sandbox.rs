use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Error, Result};
use clap::Subcommand;

use crate::cli::duration;
use crate::context::{self, Context};
use crate::error::Exit;
use crate::sandbox::{self, DEFAULT_PROFILE, Listener, Sandbox, ServeOptions};

/// The local stand-in for the API: serve it, reset it, or say where its state is
///
/// Any command runs against it with --sandbox. `serve` is for other programs, such as curl.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve the API on a loopback port until Ctrl-C
    ///
    /// First prints, for a shell to take up, the variables with which other programs find it: DATADOG_HOST, and the
    /// keys of the sample hub. With -v each answer is told on standard error.
    Serve(ServeArgs),
    /// Put the sample orgs and connections back as they were
    Reset,
    /// Print the path of the state file
    Path,
}

#[derive(clap::Args, Debug)]
struct ServeArgs {
    /// Address to listen on, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    listen: SocketAddr,

    /// Wait this long before each answer
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    latency: Option<Duration>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit> {
    let state_file = context.sandbox_file()?;
    match args.action {
        Action::Serve(args) => serve(&args, context),
        Action::Reset => {
            Sandbox::reset(&state_file)?;
            context.forget_sandbox();
            context.output.note("the sandbox is as it was at first");
            Ok(Exit::Done)
        }
        Action::Path => {
            context
                .output
                .write_text(&format!("{}\n", state_file.display()))?;
            Ok(Exit::Done)
        }
    }
}

fn serve(args: &ServeArgs, context: &mut Context) -> Result<Exit> {
    let sandbox = Sandbox::open(&context.sandbox_file()?)?;
    let listener = Listener::bind(args.listen)?;
    let introduction = introduction(&listener.url());
    let options = ServeOptions {
        latency: args.latency.unwrap_or_default(),
        log: Some(Box::new(|served| log::info!("{served}"))),
        ..ServeOptions::default()
    };
    let output = &mut context.output;
    context::until_stopped(async |stop| {
        // Whoever reads it may ask to stop at once.
        output.write_text(&introduction)?;
        Ok::<_, Error>(sandbox::serve(sandbox, listener, options, stop).await?)
    })??;
    Ok(Exit::Done)
}

/// Reads an address that other machines cannot reach.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| {
        "give an address and a port, such as 127.0.0.1:8126 or [::1]:8126".to_owned()
    })?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the sandbox listens on loopback addresses only, such as 127.0.0.1".to_owned())
    }
}

/// What another program needs to use the sandbox: a script can take it with `eval`.
fn introduction(url: &str) -> String {
    let hub = sandbox::profiles()
        .iter()
        .find(|profile| profile.name == DEFAULT_PROFILE);
    let keys = hub.map_or_else(String::new, |hub| {
        format!(
            "export DD_API_KEY={}\nexport DD_APP_KEY={}\n",
            hub.api_key, hub.app_key
        )
    });
    format!("export DATADOG_HOST={url}\n{keys}")
}
