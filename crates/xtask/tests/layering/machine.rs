//! A file that names a folder of somebody's machine works on that machine only.

use crate::repository::File;

/// Folders under which people and build machines keep their own. Written apart so that this file passes its own test.
const PRIVATE: [&str; 4] = [concat!("/", "home/"), concat!("/", "Users/"), concat!("/", "root/"), concat!("/", "work/")];

/// One sentence for each line with such a path.
pub(crate) fn paths(file: &File) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    let guilty = lines.filter(|(_, line)| PRIVATE.iter().any(|folder| mentions(line, folder)));
    guilty.map(|(index, line)| format!("{}:{}: a path of one machine: {}", file.path.display(), index + 1, line.trim())).collect()
}

/// The folder must begin a path: `src/home/view` is nobody's home.
fn mentions(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-~/})>*".contains(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, guilty: bool) {
        let file = File::made_up("docs/made-up.md", &format!("first\n{line}\n"));
        let breaches = paths(&file);
        assert_eq!(breaches.len(), usize::from(guilty), "{line}");
        assert!(breaches.iter().all(|breach| breach.starts_with("docs/made-up.md:2: ")), "{breaches:?}");
    }

    #[test]
    fn a_private_folder_is_found_wherever_a_path_may_begin() {
        for folder in PRIVATE {
            check(&format!("cd {folder}someone/debrief"), true);
            check(&format!("DATA={folder}x"), true);
            check(&format!("\"{folder}x\""), true);
            check(&format!("file://{folder}x"), false);
            check(&format!("src{folder}x"), false);
        }
    }

    #[test]
    fn relative_paths_and_variables_belong_to_nobody() {
        check("~/.cache/debrief and $HOME/.cache and /var/lib/debrief", false);
        check("crates/api/src", false);
    }
}
