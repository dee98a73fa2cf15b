use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::error::EnvironmentError;

/// The name of the program's own directory within the user's.
const OWN: &str = "orgconn";

/// Where the configuration file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigLocation {
    /// Its path.
    pub path: PathBuf,
    /// Whether somebody named it (`--config`, `ORGCONN_CONFIG`): then it must exist.
    pub is_named: bool,
}

impl ConfigLocation {
    /// A file that somebody named.
    pub fn named(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            is_named: true,
        }
    }
}

/// The families of systems that differ in where a user's files go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Platform {
    Linux,
    Mac,
    Windows,
}

impl Platform {
    const CURRENT: Self = if cfg!(target_os = "macos") {
        Self::Mac
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Linux
    };
}

/// Where a user's files go, by the XDG Base Directory Specification on every platform, and on macOS and Windows in
/// the platform's own place as well.
impl Environment {
    /// The configuration file: what `--config` says (`flag`), else `ORGCONN_CONFIG`, else
    /// `$XDG_CONFIG_HOME/orgconn/config.toml`, else `~/.config/orgconn/config.toml`. On macOS a file in
    /// `~/Library/Application Support` is taken if that last one is not there; on Windows the file is in `%APPDATA%`
    /// unless there is one in `~/.config`.
    ///
    /// # Errors
    /// No home directory is known.
    pub fn config_file(&self, flag: Option<&Path>) -> Result<ConfigLocation, EnvironmentError> {
        match flag.or_else(|| self.path("ORGCONN_CONFIG")) {
            Some(path) => Ok(ConfigLocation::named(path)),
            None => self.config_file_on(Platform::CURRENT),
        }
    }

    /// The directory for what must last but is no setting: `$XDG_STATE_HOME/orgconn`, else
    /// `~/.local/state/orgconn`; on Windows `%LOCALAPPDATA%\orgconn\state`.
    ///
    /// # Errors
    /// No home directory is known.
    pub fn state_directory(&self) -> Result<PathBuf, EnvironmentError> {
        self.directory_on(Platform::CURRENT, "XDG_STATE_HOME", ".local/state", "state")
    }

    /// The directory for what may be thrown away: `$XDG_CACHE_HOME/orgconn`, else `~/.cache/orgconn`; on Windows
    /// `%LOCALAPPDATA%\orgconn\cache`.
    ///
    /// # Errors
    /// No home directory is known.
    pub fn cache_directory(&self) -> Result<PathBuf, EnvironmentError> {
        self.directory_on(Platform::CURRENT, "XDG_CACHE_HOME", ".cache", "cache")
    }

    /// The user's home directory: `HOME`, else what the system says.
    ///
    /// # Errors
    /// Neither is known.
    pub fn home(&self) -> Result<&Path, EnvironmentError> {
        self.absolute_path("HOME")
            .or_else(|| self.system_home())
            .ok_or(EnvironmentError::NoHome)
    }

    fn config_file_on(&self, platform: Platform) -> Result<ConfigLocation, EnvironmentError> {
        let within = |base: &Path| base.join(OWN).join("config.toml");
        let path = match (self.absolute_path("XDG_CONFIG_HOME"), self.home()) {
            (Some(base), _) => within(base),
            (None, home) => {
                let usual = within(&home?.join(".config"));
                match self.native_config_base(platform).map(|base| within(&base)) {
                    Some(native) if platform == Platform::Windows && !usual.exists() => native,
                    Some(native) if native.exists() && !usual.exists() => native,
                    _ => usual,
                }
            }
        };
        Ok(ConfigLocation {
            path,
            is_named: false,
        })
    }

    fn native_config_base(&self, platform: Platform) -> Option<PathBuf> {
        match platform {
            Platform::Linux => None,
            Platform::Mac => Some(self.home().ok()?.join("Library/Application Support")),
            Platform::Windows => self.absolute_path("APPDATA").map(Path::to_owned),
        }
    }

    fn directory_on(
        &self,
        platform: Platform,
        variable: &str,
        in_home: &str,
        in_local_data: &str,
    ) -> Result<PathBuf, EnvironmentError> {
        if let Some(base) = self.absolute_path(variable) {
            return Ok(base.join(OWN));
        }
        match self.absolute_path("LOCALAPPDATA") {
            Some(base) if platform == Platform::Windows => Ok(base.join(OWN).join(in_local_data)),
            _ => Ok(self.home()?.join(in_home).join(OWN)),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::from_pairs(pairs.iter().copied()).unwrap()
    }

    #[test]
    fn the_files_are_where_the_xdg_variables_say() {
        let environment = environment(&[
            ("HOME", "/home/u"),
            ("XDG_CONFIG_HOME", "/c"),
            ("XDG_STATE_HOME", "/s"),
            ("XDG_CACHE_HOME", "/k"),
        ]);
        let config = environment.config_file(None).unwrap();
        assert_eq!(config.path, Path::new("/c/orgconn/config.toml"));
        assert!(!config.is_named);
        assert_eq!(
            environment.state_directory().unwrap(),
            Path::new("/s/orgconn")
        );
        assert_eq!(
            environment.cache_directory().unwrap(),
            Path::new("/k/orgconn")
        );
    }

    #[test]
    fn a_named_file_comes_before_the_usual_one_and_the_flag_before_the_variable() {
        let environment = environment(&[("HOME", "/home/u"), ("ORGCONN_CONFIG", "v.toml")]);
        let named = |flag: Option<&str>| environment.config_file(flag.map(Path::new)).unwrap();
        assert_eq!(named(None), ConfigLocation::named("v.toml"));
        assert_eq!(named(Some("f.toml")), ConfigLocation::named("f.toml"));
    }

    #[test]
    fn relative_and_empty_xdg_variables_are_ignored() {
        for value in ["", "relative/path"] {
            let environment = environment(&[
                ("HOME", "/home/u"),
                ("XDG_CONFIG_HOME", value),
                ("XDG_STATE_HOME", value),
                ("XDG_CACHE_HOME", value),
            ]);
            let config = environment.config_file(None).unwrap().path;
            assert_eq!(config, Path::new("/home/u/.config/orgconn/config.toml"));
            let state = environment.state_directory().unwrap();
            assert_eq!(state, Path::new("/home/u/.local/state/orgconn"));
            let cache = environment.cache_directory().unwrap();
            assert_eq!(cache, Path::new("/home/u/.cache/orgconn"));
        }
    }

    #[test]
    fn without_a_home_the_places_are_an_error_that_says_what_to_set() {
        let error = environment(&[("HOME", "")]).config_file(None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no home directory is known; set HOME or XDG_CONFIG_HOME"
        );
    }

    #[test]
    fn on_macos_a_file_in_the_platforms_own_place_is_found() {
        let home = tempfile::tempdir().unwrap();
        let environment = Environment::from_pairs([("HOME", home.path())]).unwrap();
        let path = || environment.config_file_on(Platform::Mac).unwrap().path;
        let usual = home.path().join(".config/orgconn/config.toml");
        assert_eq!(path(), usual);
        let native = home
            .path()
            .join("Library/Application Support/orgconn/config.toml");
        for file in [&native, &usual] {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
            assert_eq!(&path(), file);
        }
    }

    #[test]
    fn on_windows_the_files_are_among_the_applications_data() {
        let environment = environment(&[
            ("HOME", "/nowhere"),
            ("APPDATA", "/roaming"),
            ("LOCALAPPDATA", "/local"),
        ]);
        let config = environment.config_file_on(Platform::Windows).unwrap().path;
        assert_eq!(config, Path::new("/roaming/orgconn/config.toml"));
        let state = environment.directory_on(Platform::Windows, "XDG_STATE_HOME", "", "state");
        assert_eq!(state.unwrap(), Path::new("/local/orgconn/state"));
    }
}
