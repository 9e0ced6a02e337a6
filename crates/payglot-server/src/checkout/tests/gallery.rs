//! `PAYGLOT_GALLERY=folder cargo test -p payglot-server gallery` writes every page there, to be looked at: serve the
//! folder as the root of a web server, because pages name their style sheet by an absolute path.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::fixtures::all;
use crate::checkout::Language;
use crate::checkout::assets::{brand_css, static_file, static_names};

#[test]
fn gallery_is_written_when_asked_for() {
    let folder = std::env::var_os("PAYGLOT_GALLERY").filter(|folder| !folder.is_empty());
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.as_deref().map_or(temporary.path(), Path::new);
    write_gallery(folder).expect("the gallery can be written");
    assert!(folder.join("lt/part-refunded.html").is_file() && folder.join("checkout/brand/0b7285.css").is_file());
}

fn write_gallery(folder: &Path) -> std::io::Result<()> {
    for name in ["checkout/static", "checkout/brand"] {
        fs::create_dir_all(folder.join(name))?;
    }
    for name in static_names() {
        fs::write(folder.join("checkout/static").join(name), static_file(name).expect("a listed file").bytes)?;
    }
    fs::write(folder.join("checkout/brand/0b7285.css"), brand_css("0b7285").expect("a colour"))?;
    let mut index = String::from("<!doctype html><title>Checkout</title>");
    for language in Language::ALL {
        fs::create_dir_all(folder.join(language.code()))?;
        for (name, page) in all(language) {
            let path = format!("{}/{name}.html", language.code());
            fs::write(folder.join(&path), page)?;
            let _ = write!(index, "<p><a href=\"{path}\">{path}</a>");
        }
    }
    fs::write(folder.join("index.html"), index)
}
