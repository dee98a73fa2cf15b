use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use clap::Subcommand;

use crate::app::{App, duration, stop_token};
use crate::error::{Exit, Result};
use crate::sandbox::{self, DEFAULT_PROFILE, Listener, RateLimit, Sandbox, ServeOptions};

/// Serve or reset the local sandbox, or print where its state is
///
/// Any command runs against it with --sandbox. `serve` is for other programs, such as curl.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: SandboxCommand,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// Serve the API on a loopback port until Ctrl-C
    ///
    /// First prints, for a shell to take up, the variables with which other programs find it: DATADOG_HOST, and the
    /// keys of the sample hub. With -v each answer is told on standard error.
    Serve(ServeArgs),
    /// Restore the sample orgs and connections
    #[command(before_help = "  orgconn sandbox reset")]
    Reset,
    /// Print the path of the state file
    #[command(before_help = "  rm \"$(orgconn sandbox path)\"")]
    Path,
}

#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn sandbox serve --listen 127.0.0.1:8126
  orgconn sandbox serve --latency 200ms --rate-limit 20/10s")]
struct ServeArgs {
    /// Address on this machine; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback_address)]
    listen: SocketAddr,

    /// Wait this long before each answer
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    latency: Option<Duration>,

    /// Requests that an org may send, such as 20/10s
    ///
    /// What it sends beyond this many in this time is refused.
    #[arg(long, value_name = "N/PERIOD", value_parser = rate_limit)]
    rate_limit: Option<RateLimit>,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    let state_file = app.sandbox_file()?;
    match args.command {
        SandboxCommand::Serve(args) => serve(args, app).await?,
        SandboxCommand::Reset => {
            Sandbox::reset(&state_file).map_err(anyhow::Error::from)?;
            app.remove_sandbox_from_cache();
            app.output.note("the sandbox has its samples again");
        }
        SandboxCommand::Path => {
            app.output
                .write_text(&format!("{}\n", state_file.display()))?;
        }
    }
    Ok(Exit::Done)
}

async fn serve(args: ServeArgs, app: &mut App) -> Result<()> {
    let sandbox = Sandbox::open(&app.sandbox_file()?).map_err(anyhow::Error::from)?;
    let listener = Listener::bind(args.listen).map_err(anyhow::Error::from)?;
    let options = ServeOptions {
        latency: args.latency.unwrap_or_default(),
        rate_limit: args.rate_limit,
        log_requests: true,
    };
    // Signals are handled before the variables are printed: their reader may send one at once.
    let stop = stop_token().context("cannot handle signals")?;
    app.output.write_text(&shell_variables(&listener.url()))?;
    sandbox::serve(sandbox, listener, options, stop).await;
    Ok(())
}

/// Reads an address that other machines cannot reach.
fn loopback_address(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| {
        "give an address and a port, such as 127.0.0.1:8126 or [::1]:8126".to_owned()
    })?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the sandbox listens on loopback addresses only, such as 127.0.0.1".to_owned())
    }
}

/// Reads a number of requests and a period of whole seconds.
fn rate_limit(text: &str) -> Result<RateLimit, String> {
    let parse = || {
        let (requests, period) = text.split_once('/')?;
        let requests = requests.parse().ok().filter(|requests| *requests > 0)?;
        let period = duration(period)
            .ok()
            .filter(|period| period.subsec_nanos() == 0)?;
        Some(RateLimit { requests, period })
    };
    parse().ok_or_else(|| {
        "give a number of requests and a period of whole seconds, such as 20/10s".to_owned()
    })
}

/// The variables that lead another program to the sandbox, for a shell to `eval`.
fn shell_variables(url: &str) -> String {
    let mut text = format!("export DATADOG_HOST={url}\n");
    let profiles = sandbox::profiles();
    if let Some(hub) = profiles
        .iter()
        .find(|profile| profile.name == DEFAULT_PROFILE)
    {
        text.push_str(&format!(
            "export DD_API_KEY={}\nexport DD_APP_KEY={}\n",
            hub.api_key(),
            hub.app_key()
        ));
    }
    text
}
