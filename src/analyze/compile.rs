//! Rule files → lists of terms, places and accounts, with every mistake named by file and line.

use crate::analyze::files::{LevelsFile, TopicBlock, TopicsFile};
use crate::analyze::letters::LetterWords;
use crate::analyze::rules::{Account, OtherPlace, Place, PlaceKind};
use crate::analyze::terms::{Meaning, OrgKind, OrgRank, Side, Strength, TermList};
use crate::analyze::{pairs::Pair, tables, tables::Table, variants::Variant};
use crate::model::{Intent, Problem, Topic};
use std::collections::HashSet;

/// Before a number of characters: the halves of a pair may stand in different clauses.
const CROSSING: char = '跨';

/// Groups that the code itself asks for; their words are data, but they must exist.
const GROUPS_IN_CODE: &[&str] = &[
    "N1",
    "N2",
    "N3",
    "N4",
    "E1",
    "E2",
    "E3",
    "E4",
    "E5",
    "S1",
    "P1",
    "plight",
    "achievement",
    "outcome",
    "playful",
    "hyperbole",
    "scene",
    "evidence",
    "image_mark",
    "rumor",
    "mobilise",
    "when",
    "where",
    "negation",
    "turn",
    "praise_word",
    "sneer_face",
    "angry_face",
    "glad_face",
    "meme",
    "exaggeration",
    "speech_act",
    "official_voice",
    "transfer",
    "progress",
    "conflict",
    "gather",
    "danger_scene",
];

/// Filters that the code asks for.
const FILTERS_IN_CODE: &[&str] = &[
    "agent",
    "hire",
    "bait",
    "fiction",
    "insurer",
    "housing_fund",
    "civil",
    "trade",
];

/// Everything collected so far, with the problems met on the way.
#[derive(Default)]
pub(super) struct Compiler {
    pub terms: TermList,
    pub letters: LetterWords,
    pub words: Vec<String>,
    pub groups: Vec<String>,
    pub filters: Vec<String>,
    pub pairs: Vec<Pair>,
    pub places: Vec<Place>,
    pub elsewhere: Vec<OtherPlace>,
    pub accounts: Vec<Account>,
    pub variants: Vec<Variant>,
    pub problems: Vec<Problem>,
}

impl Compiler {
    pub fn add_topics(&mut self, file: &TopicsFile) {
        for block in &file.topic {
            let lists = [
                (&block.strong, Strength::Strong),
                (&block.generic, Strength::Generic),
                (&block.weak, Strength::Weak),
                (&block.context, Strength::Context),
            ];
            for (terms, strength) in lists {
                for term in terms {
                    self.terms.add(term, Meaning::Term(block.code, strength));
                    if is_word(term, strength) {
                        self.words.push(term.clone());
                    }
                }
            }
            self.check_topic(block);
        }
        let listed: HashSet<Topic> = file.topic.iter().map(|block| block.code).collect();
        for topic in Topic::ALL.iter().filter(|topic| !listed.contains(topic)) {
            let message = format!(
                "缺少主题{}（{}），请补上 [[topic]]",
                topic.code(),
                topic.label()
            );
            self.topic_problem("topic.code", message);
        }
    }

    fn check_topic(&mut self, block: &TopicBlock) {
        if block.until.is_some() != block.successor.is_some() {
            let message = format!("主题{}的 until 与 successor 应同时填写", block.code.code());
            self.topic_problem("topic.until", message);
        }
        for term in block.handed_over.iter().flat_map(|part| &part.terms) {
            let is_listed = [Strength::Strong, Strength::Generic, Strength::Weak]
                .iter()
                .any(|strength| (self.terms).holds(term, Meaning::Term(block.code, *strength)));
            if !is_listed {
                let message = format!("移交的词“{term}”不在主题{}的词表中", block.code.code());
                self.topic_problem("topic.handed_over.terms", message);
            }
        }
    }

    fn topic_problem(&mut self, key: &str, message: String) {
        self.problems.push(Problem {
            file: "topics.toml".to_owned(),
            line: 0,
            key: key.to_owned(),
            message,
        });
    }

    pub fn add_table(&mut self, name: &str, content: &str) {
        let columns: &[&str] = match name {
            "organisations.tsv" => &["term", "kind", "level"],
            "risk.tsv" => &["group", "term", "weight"],
            "cues.tsv" => &["group", "term"],
            "intents.tsv" => &["intent", "term", "weight"],
            "variants.tsv" => &["variant", "term", "when"],
            "gazetteer.tsv" => &["name", "code", "kind", "standing", "answer"],
            "elsewhere.tsv" => &["name", "kind"],
            "filters.tsv" => &["filter", "term"],
            "letters.tsv" => &["term", "weight"],
            "pairs.tsv" => &["target", "first", "second", "within"],
            "accounts.tsv" => &["name", "kind", "region"],
            _ => {
                self.problems.push(Problem {
                    file: format!("lexicon/{name}"),
                    line: 0,
                    key: "文件名".to_owned(),
                    message: "不认识这个词表，请按说明命名或移走".to_owned(),
                });
                return;
            }
        };
        let table = tables::read(name, content, columns, &mut self.problems);
        for row in &table.rows {
            let outcome = match name {
                "organisations.tsv" => self.add_organisation(&row.cells),
                "risk.tsv" => self.add_risk(&row.cells),
                "cues.tsv" => self.add_group_word(row.cells[0], row.cells[1], 1.0),
                "intents.tsv" => self.add_intent(&row.cells),
                "variants.tsv" => self.add_variant(&row.cells),
                "gazetteer.tsv" => self.add_place(&row.cells),
                "elsewhere.tsv" => self.add_elsewhere(&row.cells),
                "filters.tsv" => self.add_filter(&row.cells),
                "letters.tsv" => (self.letters.add(row.cells[0], row.cells[1]))
                    .map_err(|message| ("weight", message)),
                "pairs.tsv" => self.add_pair(&row.cells),
                _ => self.add_account(&row.cells),
            };
            self.keep_problem(&table, row.line, outcome);
        }
    }

    fn keep_problem(&mut self, table: &Table, line: usize, outcome: Outcome) {
        if let Err((column, message)) = outcome {
            self.problems.push(table.problem(line, column, message));
        }
    }

    fn add_organisation(&mut self, cells: &[&str]) -> Outcome {
        let kind = match cells[1] {
            "bureau" => OrgKind::Bureau,
            "hall" => OrgKind::Hall,
            "hotline" => OrgKind::Hotline,
            other => return Err(("kind", format!("“{other}”应为 bureau、hall 或 hotline"))),
        };
        let rank = match cells[2] {
            "city" => OrgRank::City,
            "province" => OrgRank::Province,
            "nation" => OrgRank::Nation,
            "any" => OrgRank::Any,
            other => {
                return Err((
                    "level",
                    format!("“{other}”应为 city、province、nation 或 any"),
                ));
            }
        };
        self.terms.add(cells[0], Meaning::Org(kind, rank));
        self.words.push(cells[0].to_owned());
        Ok(())
    }

    fn add_risk(&mut self, cells: &[&str]) -> Outcome {
        let weight = weight_of(cells[2])?;
        self.add_group_word(cells[0], cells[1], weight)
    }

    fn add_group_word(&mut self, group: &str, term: &str, weight: f32) -> Outcome {
        let group = position_or_add(&mut self.groups, group);
        self.terms.add(term, Meaning::Group(group, weight));
        Ok(())
    }

    fn add_intent(&mut self, cells: &[&str]) -> Outcome {
        let intent: Intent = cells[0]
            .parse()
            .map_err(|error: crate::model::UnknownCode| ("intent", error.to_string()))?;
        let weight = weight_of(cells[2])?;
        self.terms.add(cells[1], Meaning::Intent(intent, weight));
        Ok(())
    }

    fn add_variant(&mut self, cells: &[&str]) -> Outcome {
        let variant =
            Variant::parse(cells[0], cells[1], cells[2]).map_err(|message| ("when", message))?;
        self.variants.push(variant);
        Ok(())
    }

    fn add_place(&mut self, cells: &[&str]) -> Outcome {
        let kind = match cells[2] {
            "province" => PlaceKind::Province,
            "city" => PlaceKind::City,
            "district" => PlaceKind::District,
            "street" => PlaceKind::Street,
            "landmark" => PlaceKind::Landmark,
            "not_a_place" => {
                self.terms.add(cells[0], Meaning::NotAPlace);
                return Ok(());
            }
            other => {
                return Err((
                    "kind",
                    format!(
                        "“{other}”应为 province、city、district、street、landmark 或 not_a_place"
                    ),
                ));
            }
        };
        let is_code = |code: &str| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
        if !is_code(cells[1]) || (cells[4] != "-" && !is_code(cells[4])) {
            return Err(("code", "区划编码应为六位数字，如 410103".to_owned()));
        }
        let needs_anchor = match cells[3] {
            "alone" => false,
            "anchor" => true,
            other => return Err(("standing", format!("“{other}”应为 alone 或 anchor"))),
        };
        let meaning = Meaning::Place(self.places.len());
        self.terms.add(cells[0], meaning);
        self.words.push(cells[0].to_owned());
        self.places.push(Place {
            name: cells[0].to_owned(),
            code: cells[1].to_owned(),
            kind,
            needs_anchor,
            answer: (cells[4] != "-").then(|| cells[4].to_owned()),
        });
        Ok(())
    }

    fn add_elsewhere(&mut self, cells: &[&str]) -> Outcome {
        let meaning = Meaning::Elsewhere(self.elsewhere.len());
        self.terms.add(cells[0], meaning);
        self.elsewhere.push(OtherPlace {
            name: cells[0].to_owned(),
        });
        Ok(())
    }

    fn add_filter(&mut self, cells: &[&str]) -> Outcome {
        if !FILTERS_IN_CODE.contains(&cells[0]) {
            let known = FILTERS_IN_CODE.join("、");
            return Err(("filter", format!("“{}”应为 {known} 之一", cells[0])));
        }
        let filter = position_or_add(&mut self.filters, cells[0]);
        self.terms.add(cells[1], Meaning::Filter(filter));
        Ok(())
    }

    fn add_pair(&mut self, cells: &[&str]) -> Outcome {
        let (within, crosses_clauses) = match cells[3].strip_prefix(CROSSING) {
            Some(within) => (within, true),
            None => (cells[3], false),
        };
        let within = within
            .parse()
            .map_err(|_| ("within", format!("应为字数，如8或{CROSSING}30")))?;
        let target = match cells[0].strip_prefix("topic.") {
            Some(code) => {
                let topic: Topic = code
                    .parse()
                    .map_err(|error: crate::model::UnknownCode| ("target", error.to_string()))?;
                Meaning::Term(topic, Strength::Strong)
            }
            None => Meaning::Group(position_or_add(&mut self.groups, cells[0]), 1.0),
        };
        let pair = self.pairs.len();
        for (half, side) in [(cells[1], Side::First), (cells[2], Side::Second)] {
            for term in half.split('|').filter(|term| !term.is_empty()) {
                self.terms.add(term, Meaning::Half(pair, side));
            }
        }
        self.pairs.push(Pair {
            target,
            within,
            crosses_clauses,
        });
        Ok(())
    }

    fn add_account(&mut self, cells: &[&str]) -> Outcome {
        let is_official = match cells[1] {
            "official" => true,
            "bound" => false,
            other => return Err(("kind", format!("“{other}”应为 official 或 bound"))),
        };
        self.accounts.push(Account {
            name: cells[0].to_owned(),
            is_official,
            region: (cells[2] != "-").then(|| cells[2].to_owned()),
        });
        Ok(())
    }

    pub fn check_groups(&mut self, levels: &LevelsFile) {
        let in_rules = levels.rule.iter().flat_map(|rule| {
            let groups = [&rule.groups_all, &rule.groups_any, &rule.groups_none];
            groups
                .into_iter()
                .flatten()
                .map(|group| (rule.id.as_str(), group.as_str()))
        });
        let in_code = GROUPS_IN_CODE.iter().map(|group| ("程序", *group));
        let missing: Vec<(String, String)> = in_rules
            .chain(in_code)
            .filter(|(_, group)| !self.groups.iter().any(|known| known == group))
            .map(|(rule, group)| (rule.to_owned(), group.to_owned()))
            .collect();
        for (rule, group) in missing {
            self.problems.push(Problem {
                file: "levels.toml".to_owned(),
                line: 0,
                key: format!("rule {rule}"),
                message: format!("用到的词组“{group}”在 lexicon 各表中没有词"),
            });
        }
    }
}

/// Longer terms are phrases: they are made of words that everybody knows.
const MAX_WORD_CHARS: usize = 4;

/// Must the segmenter keep it whole? `养老金` yes, `专业技术职务` and everyday words no: what is not needed makes other
/// texts worse.
fn is_word(term: &str, strength: Strength) -> bool {
    let is_own = matches!(strength, Strength::Strong | Strength::Generic);
    is_own && term.chars().count() <= MAX_WORD_CHARS
}

/// Column and message of what is wrong with a row.
type Outcome = Result<(), (&'static str, String)>;

fn weight_of(cell: &str) -> Result<f32, (&'static str, String)> {
    cell.parse()
        .map_err(|_| ("weight", format!("“{cell}”应为数字，如1或-2")))
}

fn position_or_add(names: &mut Vec<String>, name: &str) -> usize {
    match names.iter().position(|known| known == name) {
        Some(position) => position,
        None => {
            names.push(name.to_owned());
            names.len() - 1
        }
    }
}
