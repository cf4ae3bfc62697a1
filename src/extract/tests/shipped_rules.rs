//! The rules that ship with the program compile, and no host has two.

use crate::extract::SiteRules;
use std::collections::HashMap;
use std::path::Path;

#[test]
fn shipped_site_rules_compile_and_name_each_host_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/sites");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is absent", folder.display());
        return;
    };
    let (mut hosts, mut wrong) = (HashMap::new(), Vec::new());
    for path in entries.flatten().map(|entry| entry.path()) {
        let text = std::fs::read_to_string(&path).expect("the file is text");
        match toml::from_str::<SiteRules>(&text) {
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
            Ok(rules) => {
                for host in rules.hosts {
                    if let Some(other) = hosts.insert(host.clone(), path.clone()) {
                        wrong.push(format!(
                            "{host}: {} and {}",
                            path.display(),
                            other.display()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
