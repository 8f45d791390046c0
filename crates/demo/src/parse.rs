//! Reads scripts (`data/*.txt`). Their form is described in docs/demo.md. What is wrong with one is told with its line.

use crate::conversation::{Language, Outcome};
use crate::script::{How, Mark, Node, Scenario, Script, Tool, Trouble, When};
use crate::text::Template;

/// Reads a script.
///
/// # Errors
/// A sentence with the number of the line that makes no sense.
pub(crate) fn script(text: &'static str) -> Result<Script, String> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let lines: Vec<_> = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect();
    let mut reader = Reader { lines, at: 0, script: Script::default(), snippets: Vec::new(), language: Language::English };
    while reader.at < reader.lines.len() {
        reader.top_level().map_err(|sentence| format!("line {}: {sentence}", reader.number()))?;
    }
    Ok(reader.script)
}

struct Reader {
    lines: Vec<(usize, &'static str)>,
    at: usize,
    script: Script,
    snippets: Vec<(&'static str, Vec<Node>)>,
    language: Language,
}

impl Reader {
    fn number(&self) -> usize {
        self.lines.get(self.at).or(self.lines.last()).map_or(0, |(number, _)| *number)
    }

    fn peek(&self) -> Option<&'static str> {
        self.lines.get(self.at).map(|(_, line)| *line)
    }

    fn top_level(&mut self) -> Result<(), String> {
        let line = self.peek().ok_or("the script ends early")?;
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        self.at += 1;
        match word {
            "slot" => self.script.lists.add(rest),
            "lang" => language(rest).map(|language| self.language = language),
            "tool" => {
                let (name, ms) = rest.split_once(' ').ok_or("a tool needs its milliseconds")?;
                self.script.tools.push((name, ms.parse().map_err(|_| format!("no milliseconds: {ms}"))?));
                Ok(())
            }
            "snippet" => {
                let nodes = self.nodes(|line| line == "end")?;
                self.at += 1;
                self.snippets.push((rest, nodes));
                Ok(())
            }
            "scenario" => self.scenario(rest),
            _ => Err(format!("nobody knows the word {word}")),
        }
    }

    fn scenario(&mut self, head: &'static str) -> Result<(), String> {
        let mut words = head.split_whitespace();
        let name = words.next().ok_or("a scenario needs a name")?;
        let mut scenario = Scenario { name, weight: 1, needs_outage: false, language: self.language, course: Vec::new() };
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("weight", weight) => scenario.weight = weight.parse().map_err(|_| format!("no weight: {weight}"))?,
                ("lang", word) => scenario.language = language(word)?,
                ("outage", "") => scenario.needs_outage = true,
                _ => return Err(format!("nobody knows the word {word}")),
            }
        }
        if self.script.scenarios.iter().any(|known| known.name == name) {
            return Err(format!("the scenario {name} is there already"));
        }
        scenario.course =
            self.nodes(|line| ["scenario ", "slot ", "snippet ", "lang ", "tool "].iter().any(|word| line.starts_with(word)))?;
        self.script.scenarios.push(scenario);
        Ok(())
    }

    /// The nodes up to a line that ends them, or to the end of the script.
    fn nodes(&mut self, is_end: impl Fn(&str) -> bool) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        while let Some(line) = self.peek().filter(|line| !is_end(line)) {
            self.at += 1;
            match line.strip_prefix('@') {
                Some(name) => {
                    let known = self.snippets.iter().find(|(known, _)| *known == name);
                    nodes.extend(known.ok_or_else(|| format!("nobody knows the snippet {name}"))?.1.iter().cloned());
                }
                None => nodes.push(self.node(line)?),
            }
        }
        Ok(nodes)
    }

    fn node(&mut self, line: &'static str) -> Result<Node, String> {
        if let Some(when) = line.strip_prefix('[') {
            return self.either(when);
        }
        let (word, rest) = line.split_once(' ').ok_or_else(|| format!("nothing is said: {line}"))?;
        Ok(match word {
            "u:" => Node::User(self.alternatives(rest)?),
            "a:" => Node::Assistant(self.alternatives(rest)?, How::Whole),
            "a~:" => Node::Assistant(self.alternatives(rest)?, How::Truncated),
            "a!:" => Node::Assistant(self.alternatives(rest)?, How::Refused),
            "t:" => Node::Tool(self.tool(rest, false)?),
            "t+:" => Node::Tool(self.tool(rest, true)?),
            "t!:" => Node::Tool(self.failing_tool(rest)?),
            "x:" => Node::Fault(self.trouble(rest)?),
            ">" => self.sub_agent(rest)?,
            "wait" => Node::Wait(rest.parse().map_err(|_| format!("no minutes: {rest}"))?),
            "!" => Node::Mark(self.mark(rest)?),
            _ => return Err(format!("nobody knows the word {word}")),
        })
    }

    fn text(&self, text: &str) -> Result<Template, String> {
        let template = Template::parse(text.trim(), &self.script.lists)?;
        if template.is_empty() { Err("a text is empty".to_owned()) } else { Ok(template) }
    }

    /// A text, and those of the lines that begin with a bar.
    fn alternatives(&mut self, first: &'static str) -> Result<Vec<Template>, String> {
        let mut texts = vec![self.text(first)?];
        while let Some(text) = self.peek().and_then(|line| line.strip_prefix("| ")) {
            texts.push(self.text(text)?);
            self.at += 1;
        }
        Ok(texts)
    }

    /// `name {…} -> {…}`.
    fn tool(&self, rest: &'static str, is_beside: bool) -> Result<Tool, String> {
        let (name, arguments, result) = asked(rest)?;
        Ok(Tool { name, arguments: self.text(arguments)?, result: Ok(self.text(result)?), is_beside })
    }

    /// `name {…} -> kind: message`.
    fn failing_tool(&self, rest: &'static str) -> Result<Tool, String> {
        let (name, arguments, trouble) = asked(rest)?;
        Ok(Tool { name, arguments: self.text(arguments)?, result: Err(self.trouble(trouble)?), is_beside: false })
    }

    fn trouble(&self, rest: &'static str) -> Result<Trouble, String> {
        let (kind, message) = rest.split_once(": ").ok_or("a failure is a kind, a colon and a message")?;
        Ok(Trouble { kind, message: self.text(message)? })
    }

    /// `> name: task`, its work, and `< answer`.
    fn sub_agent(&mut self, rest: &'static str) -> Result<Node, String> {
        let (name, task) = rest.split_once(": ").ok_or("a sub-agent needs a task")?;
        let task = self.text(task)?;
        let work = self.nodes(|line| line.starts_with("< "))?;
        let answer = self.peek().and_then(|line| line.strip_prefix("< ")).ok_or("a sub-agent needs an answer")?;
        self.at += 1;
        Ok(Node::SubAgent { name, task, work, answer: self.text(answer)? })
    }

    fn either(&mut self, word: &'static str) -> Result<Node, String> {
        let when = when(word)?;
        let then = self.nodes(|line| line == "]" || line == "[else")?;
        let mut otherwise = Vec::new();
        if self.peek() == Some("[else") {
            self.at += 1;
            otherwise = self.nodes(|line| line == "]")?;
        }
        if self.peek() != Some("]") {
            return Err(format!("nothing closes [{word}"));
        }
        self.at += 1;
        Ok(Node::Either { when, then, otherwise })
    }

    fn mark(&self, rest: &'static str) -> Result<Mark, String> {
        let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        Ok(match (word, rest) {
            ("resolved", "") => Mark::Outcome(Outcome::Resolved),
            ("unresolved", "") => Mark::Outcome(Outcome::Unresolved),
            ("issue", issue) => Mark::Issue(issue),
            ("corrected", "") => Mark::Corrected,
            ("frustrated", "") => Mark::Frustrated,
            ("rephrased", "") => Mark::Rephrased,
            ("handed_off", "") => Mark::HandedOff,
            ("left", "") => Mark::Left,
            ("end", state) if !state.is_empty() => Mark::End(state),
            ("up" | "down", "") => Mark::Feedback(word == "up", None),
            ("up" | "down", comment) => Mark::Feedback(word == "up", Some(self.text(comment)?)),
            _ => return Err(format!("nobody knows the mark {word}")),
        })
    }
}

/// The name, arguments and result of a tool.
fn asked(rest: &'static str) -> Result<(&'static str, &'static str, &'static str), String> {
    let (call, result) = rest.split_once(" -> ").ok_or("a tool needs a result")?;
    let (name, arguments) = call.split_once(' ').ok_or("a tool needs arguments")?;
    Ok((name, arguments, result))
}

/// `60`, `v1`, `v2+` or `outage`.
fn when(word: &str) -> Result<When, String> {
    let wrong = || format!("nobody knows when [{word} is");
    if word == "outage" {
        return Ok(When::Outage);
    }
    let Some(versions) = word.strip_prefix('v') else {
        return word.parse().ok().filter(|percent| *percent <= 100).map(When::Percent).ok_or_else(wrong);
    };
    let (number, most) = versions.strip_suffix('+').map_or((versions, None), |number| (number, Some(usize::MAX)));
    let number = number.parse().map_err(|_| wrong())?;
    Ok(When::Versions(number, most.unwrap_or(number)))
}

fn language(word: &str) -> Result<Language, String> {
    match word {
        "en" => Ok(Language::English),
        "de" => Ok(Language::German),
        "es" => Ok(Language::Spanish),
        _ => Err(format!("nobody knows the language {word}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &'static str, expected: &str) {
        let told = script(text).map_or_else(
            |sentence| sentence,
            |script| format!("{:?}", script.scenarios.iter().map(|s| s.course.len()).collect::<Vec<_>>()),
        );
        assert!(told.contains(expected), "{text:?}: {told}");
    }

    #[test]
    fn what_makes_sense() {
        check("snippet bye\nu: Bye\nend\nscenario a weight=2\nu: Hi\n| Hello\na: Yes?\n@bye\nscenario b\nu: x", "[3, 1]");
        check("scenario a\n[60\nu: Hi\n[else\nu: Hello\n]\n! resolved", "[2]");
        check("scenario a\n> writer: Write.\nt: f {} -> 1\n< Written.\nt!: g {} -> timeout: late", "[2]");
    }

    #[test]
    fn what_does_not_is_told_with_its_line() {
        check("scenario a\nu: {x}", "line 2: nobody knows the slot {x}");
        check("scenario a\n\n[60\nu: Hi", "nothing closes [60");
        check("scenario a\nt: f {}", "a tool needs a result");
        check("scenario a\n@b", "nobody knows the snippet b");
        check("scenario a\nu: x\nscenario a\nu: x", "there already");
        check("hello", "nobody knows the word hello");
        check("scenario a\n! happy", "nobody knows the mark happy");
        check("scenario a\n[v\nu: x\n]", "nobody knows when [v is");
    }
}
