use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context as _;
use clap::Subcommand;

use tokio::process::Command;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::app::{App, duration, run_command, stop_token};
use crate::config::account_variables;
use crate::error::{CommandError, Exit, Result};
use crate::history::SANDBOX_HOST;
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
    /// Serve the API on a loopback port until Ctrl-C, or while a command runs
    ///
    /// First prints, for a shell to take up, the variables with which other programs find it: DATADOG_HOST, and the
    /// keys of the sample hub. A command after `--` gets them in its environment instead, without other variables that
    /// choose an account; its exit code is the result. With -v each answer is told on standard error.
    Serve(ServeArgs),
    /// Restore the samples, and forget the changes made in the sandbox
    #[command(before_help = "  orgconn sandbox reset")]
    Reset,
    /// Print the path of the state file
    #[command(before_help = "  rm \"$(orgconn sandbox path)\"")]
    Path,
}

#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn sandbox serve --listen 127.0.0.1:8126
  orgconn sandbox serve --latency 200ms --rate-limit 20/10s
  orgconn sandbox serve -- ./rehearsal.sh")]
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

    /// Run this command in the sandbox, and end with it
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    let state_file = app.sandbox_file()?;
    match args.command {
        SandboxCommand::Serve(args) => return serve(args, app).await,
        SandboxCommand::Reset => {
            Sandbox::reset(&state_file).map_err(anyhow::Error::from)?;
            app.remove_sandbox_from_cache();
            app.journal()?.reset_host(SANDBOX_HOST)?;
            app.output.note("the sandbox has its samples again");
        }
        SandboxCommand::Path => {
            app.output
                .write_text(&format!("{}\n", state_file.display()))?;
        }
    }
    Ok(Exit::Done)
}

async fn serve(args: ServeArgs, app: &mut App) -> Result<Exit> {
    if args.command.is_empty() && app.is_cut_off() {
        return Err(CommandError::usage("no command follows `--`")
            .hint("name it, or leave `--` out to serve until Ctrl-C"));
    }
    let sandbox = Sandbox::open(&app.sandbox_file()?).map_err(anyhow::Error::from)?;
    let listener = Listener::bind(args.listen).map_err(anyhow::Error::from)?;
    let options = ServeOptions {
        latency: args.latency.unwrap_or_default(),
        rate_limit: args.rate_limit,
        log_requests: true,
        limit_age: true,
    };
    if let [program, arguments @ ..] = args.command.as_slice() {
        let mut command = Command::new(program);
        command.args(arguments);
        return serve_command(command, sandbox, listener, options).await;
    }
    // Signals are handled before the variables are printed: their reader may send one at once.
    let stop = stop_token().context("cannot handle signals")?;
    app.output.write_text(&shell_variables(&listener.url()))?;
    sandbox::serve(sandbox, listener, options, stop).await;
    Ok(Exit::Done)
}

/// Serves the sandbox while a command runs, and ends with its exit code.
async fn serve_command(
    mut command: Command,
    sandbox: Sandbox,
    listener: Listener,
    options: ServeOptions,
) -> Result<Exit> {
    for name in account_variables() {
        command.env_remove(name);
    }
    command.envs(variables(&listener.url()));
    let stop = CancellationToken::new();
    let server = sandbox::serve(sandbox, listener, options, stop.clone());
    let server = AbortOnDropHandle::new(tokio::spawn(server));
    let program = command.as_std().get_program().to_owned();
    let status = run_command(command).await;
    stop.cancel();
    server.await.context("the sandbox's server failed")?;
    let status = status.map_err(|error| {
        let program = program.to_string_lossy();
        CommandError::usage(format!("cannot run `{program}`: {error}"))
    })?;
    Ok(Exit::OfCommand(exit_code(status)))
}

/// The exit code of a command as a shell has it: of one that a signal ended, 128 and the signal's number.
fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let code = status
        .code()
        .or_else(|| Some(128 + std::os::unix::process::ExitStatusExt::signal(&status)?));
    #[cfg(not(unix))]
    let code = status.code();
    let code = code.and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(Exit::Failure.code())
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

/// The variables that lead another program to the sandbox, with the keys of the sample hub.
fn variables(url: &str) -> Vec<(&'static str, String)> {
    let mut variables = vec![("DATADOG_HOST", url.to_owned())];
    let mut profiles = sandbox::profiles().iter();
    if let Some(hub) = profiles.find(|profile| profile.name == DEFAULT_PROFILE) {
        variables.push(("DD_API_KEY", hub.api_key()));
        variables.push(("DD_APP_KEY", hub.app_key()));
    }
    variables
}

/// The variables for a shell to `eval`.
fn shell_variables(url: &str) -> String {
    let lines = variables(url).into_iter();
    lines
        .map(|(name, value)| format!("export {name}={value}\n"))
        .collect()
}
