//! 引语 — the words that introduce the name of a private person, and how far each of them can be trusted.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What follows a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, whatever it looks like: `我叫`.
    Name,
    /// A name or, in running text, a word: `联系人`, `包工头`. A colon or a blank between makes it a name.
    Label,
    /// More than names: the end of the name must show. `本人`, `家属`.
    Unsure,
    /// Mostly words: the end must show, and the surname must be one that begins no words. `我妈`, `联系`.
    Weak,
}

const KINDS: [Kind; 4] = [Kind::Name, Kind::Label, Kind::Unsure, Kind::Weak];

/// Patterns of the cues, in the order of [`KINDS`]; of two that begin alike, the longer one first.
static CUES: LazyLock<[String; 4]> = LazyLock::new(|| {
    let relatives = "妈妈?|爸爸?|爹|娘|母亲|父亲|爱人|老公|老婆|丈夫|妻子|媳妇|儿子|女儿|孩子|对象|哥哥?|弟弟?|姐姐?|妹妹?|爷爷|奶奶|姥姥|姥爷|婆婆|公公|岳父|岳母|舅舅?|叔叔?|姑姑?|姨|嫂子";
    [
        format!("[我俺](?:的名字)?叫|名叫|名字[叫是]|[他她]叫|(?:{relatives})的?(?:名字)?叫"),
        "姓[ \u{3000}]{0,4}名|户名|联系人|经办人|经手人|代办人|法定代表人|法人代表|当事人|申请人|反映人|投诉人|举报人|\
         来电人|来信人|信访人|诉求人|参保人|持卡人|开户人|收款人|领款人|收件人|欠款人|借款人|担保人|委托人|监护人|\
         受害人|死者|伤者|原告|被告|包工头|工头|老板|房东|雇主|工友|老乡"
            .to_owned(),
        "我是|俺是|本人|家属|法人|户主".to_owned(),
        format!("[我俺](?:{relatives})|联系"),
    ]
});

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = CUES.iter().map(|cues| format!("({cues})"));
    let any = kinds.collect::<Vec<_>>().join("|");
    Regex::new(&format!(r"(?:(?:{any})([:：是叫为=|（( \u{{3000}}\t]*))+"))
        .expect("the pattern is a constant")
});

/// What a text must hold for any cue to be found in it.
pub(super) fn sign() -> String {
    CUES.join("|")
}

/// A cue that was found, or a chain of them (`我是当事人`): the last one counts.
pub(super) struct Cue {
    pub kind: Kind,
    /// Something stands between the cue and what follows.
    pub is_separated: bool,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// The cues of a text, in its order.
pub(super) fn cues(text: &str) -> impl Iterator<Item = Cue> {
    CUE.captures_iter(text).map(|captures| cue(&captures))
}

fn cue(captures: &Captures) -> Cue {
    let start = |group: usize| captures.get(group).map(|found| found.start());
    let kinds = KINDS.iter().enumerate();
    let last = kinds.max_by_key(|(number, _)| start(number + 1));
    Cue {
        kind: last.map_or(Kind::Unsure, |(_, kind)| *kind),
        is_separated: captures
            .get(KINDS.len() + 1)
            .is_some_and(|between| !between.is_empty()),
        end: captures.get(0).map_or(0, |whole| whole.end()),
    }
}
