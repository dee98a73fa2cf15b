//! Prints which module of `src` imports which. Fails if two files import each other in a circle, or if a module imports
//! one above it: `cargo test --test imports`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that prints what it has found"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use syn::visit::{self, Visit};
use syn::{Item, ItemUse, UseTree, Visibility};

/// The modules of `src` from top to bottom. A module imports only those of lines below its own, never one of its own line.
const LAYERS: [&[&str]; 14] = [
    &["main"],
    &["lib"],
    &["fuzz"],
    &["cli"],
    &["commands"],
    &["app"],
    &["error"],
    &["output", "api", "completion_cache", "sandbox"],
    &["history"],
    &["config", "desired"],
    &["model", "text_input"],
    &["private_file"],
    &["shell_quote"],
    &["escape"],
];

/// Modules that may import less than the order of the layers allows.
const RESTRICTED: [(&str, &[&str]); 2] = [
    ("desired", &["model", "escape"]),
    ("sandbox", &["model", "private_file"]),
];

/// A module's path within the crate, such as `["output", "table"]`.
type ModulePath = Vec<String>;

struct SourceFile {
    module: ModulePath,
    /// The paths that it imports, from the crate's root.
    imports: Vec<ModulePath>,
    /// The names that it re-exports, with the path that each comes from.
    re_exports: BTreeMap<String, ModulePath>,
}

fn main() -> ExitCode {
    let files = read_files();
    let modules: BTreeSet<_> = files.iter().map(|file| file.module.clone()).collect();
    let mut file_imports: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
    for file in &files {
        let imports = file.imports.iter();
        let imported = imports.filter_map(|path| defining_module(path, &files, &modules));
        let others = imported.filter(|module| *module != file.module);
        file_imports.insert(file.module.clone(), others.collect());
    }
    let mut top_module_imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (module, imports) in &file_imports {
        let top_module = top_module_of(module);
        let others = imports
            .iter()
            .map(top_module_of)
            .filter(|other| *other != top_module);
        top_module_imports
            .entry(top_module)
            .or_default()
            .extend(others);
    }
    for top_module in LAYERS.concat() {
        let imports = top_module_imports.get(top_module).into_iter().flatten();
        let imports: Vec<_> = imports.copied().collect();
        println!("{top_module:>10} -> {}", imports.join(", "));
    }
    let mut faults = upward_imports(&top_module_imports);
    faults.extend(circles(&file_imports));
    for fault in &faults {
        println!("error: {fault}");
    }
    if faults.is_empty() {
        println!("{} files, no circle and no import upwards", files.len());
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn read_files() -> Vec<SourceFile> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending = vec![source.clone()];
    let mut files = Vec::new();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(read_file(&path, &source));
            }
        }
    }
    files
}

fn read_file(path: &Path, source: &Path) -> SourceFile {
    let module = module_of(path.strip_prefix(source).unwrap());
    let text = std::fs::read_to_string(path).unwrap();
    let mut collector = Collector {
        module: module.clone(),
        imports: Vec::new(),
        re_exports: BTreeMap::new(),
    };
    collector.visit_file(&syn::parse_file(&text).unwrap());
    SourceFile {
        module,
        imports: collector.imports,
        re_exports: collector.re_exports,
    }
}

/// The module of a file: `output/table.rs` and `output/table/mod.rs` are `["output", "table"]`.
fn module_of(path: &Path) -> ModulePath {
    let path: PathBuf = match path.file_stem().unwrap().to_str() {
        Some("mod") => path.parent().unwrap().into(),
        _ => path.with_extension(""),
    };
    let parts = path.components();
    parts
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect()
}

fn top_module_of(module: &ModulePath) -> &str {
    &module[0]
}

/// Collects the imports and re-exports of one file, without its tests.
struct Collector {
    module: ModulePath,
    imports: Vec<ModulePath>,
    re_exports: BTreeMap<String, ModulePath>,
}

impl Collector {
    /// The path from the crate's root; `None` for one that begins elsewhere.
    fn absolute(&self, path: &[String]) -> Option<ModulePath> {
        let is_root = matches!(self.module[0].as_str(), "lib" | "main");
        let own = if is_root { &[][..] } else { &self.module };
        let (first, rest) = path.split_first()?;
        let base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => own.to_vec(),
            "super" => own[..own.len() - 1].to_vec(),
            _ => return None,
        };
        match rest.first().map(String::as_str) {
            Some("super") => None,
            _ => Some([&base, rest].concat()),
        }
    }

    fn add_tree(&mut self, tree: &UseTree, prefix: &[String], is_re_export: bool) {
        let mut path = prefix.to_vec();
        let name = match tree {
            UseTree::Path(node) => {
                path.push(node.ident.to_string());
                return self.add_tree(&node.tree, &path, is_re_export);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(tree, &path, is_re_export);
                }
                return;
            }
            UseTree::Name(node) => {
                if node.ident != "self" {
                    path.push(node.ident.to_string());
                }
                node.ident.to_string()
            }
            UseTree::Rename(node) => {
                path.push(node.ident.to_string());
                node.rename.to_string()
            }
            UseTree::Glob(_) => "*".to_owned(),
        };
        // In a `mod.rs`, a path may begin with the name of a child.
        let absolute = self
            .absolute(&path)
            .unwrap_or_else(|| [&self.module, &*path].concat());
        if is_re_export {
            self.re_exports.insert(name, absolute);
        } else {
            self.imports.push(absolute);
        }
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        let is_test = match item {
            Item::Mod(module) => module.attrs.iter().any(|attribute| {
                let meta = &attribute.meta;
                meta.require_list()
                    .is_ok_and(|list| list.tokens.to_string() == "test")
            }),
            _ => false,
        };
        if !is_test {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_re_export = !matches!(item.vis, Visibility::Inherited);
        self.add_tree(&item.tree, &[], is_re_export);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter();
        let segments: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            let absolute = self.absolute(&segments);
            self.imports.extend(absolute);
        }
        visit::visit_path(self, path);
    }
}

/// The module that defines the item at a path. It takes the longest beginning of the path that is a file, and follows
/// re-exports from there.
fn defining_module(
    path: &ModulePath,
    files: &[SourceFile],
    modules: &BTreeSet<ModulePath>,
) -> Option<ModulePath> {
    let length = (1..=path.len())
        .rev()
        .find(|length| modules.contains(&path[..*length]))?;
    let (module, rest) = path.split_at(length);
    let file = files.iter().find(|file| file.module == module)?;
    let re_exported = rest.first().and_then(|name| file.re_exports.get(name));
    match re_exported {
        Some(origin) if origin != path => {
            defining_module(&[origin, &rest[1..]].concat(), files, modules)
        }
        _ => Some(module.to_vec()),
    }
}

fn upward_imports(top_module_imports: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let layer = |top_module: &str| {
        LAYERS
            .iter()
            .position(|top_modules| top_modules.contains(&top_module))
    };
    let mut faults = Vec::new();
    for (top_module, imports) in top_module_imports {
        let allowed = RESTRICTED.iter().find(|(limited, _)| limited == top_module);
        for import in imports {
            let is_below = layer(import) > layer(top_module);
            if !is_below || allowed.is_some_and(|(_, allowed)| !allowed.contains(import)) {
                faults.push(format!("`{top_module}` must not import `{import}`"));
            }
        }
    }
    faults
}

/// The pairs of files that import each other, directly or through other files.
fn circles(file_imports: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<String> {
    let reachable = |start: &ModulePath| {
        let mut seen = BTreeSet::new();
        let mut pending = vec![start];
        while let Some(module) = pending.pop() {
            for import in file_imports.get(module).into_iter().flatten() {
                if seen.insert(import) {
                    pending.push(import);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<_, _> = file_imports
        .keys()
        .map(|file| (file, reachable(file)))
        .collect();
    let mut faults = Vec::new();
    for (file, imports) in file_imports {
        for import in imports {
            if file < import && reached.get(import).is_some_and(|seen| seen.contains(file)) {
                faults.push(format!(
                    "`{}` and `{}` import each other",
                    file.join("::"),
                    import.join("::")
                ));
            }
        }
    }
    faults
}
