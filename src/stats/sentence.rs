//! The sentence that closes a year's ledger, as the bureau's report on open government has it.

use crate::stats::Figures;

/// `2017年，…全年共搜集上报190期750条…协调处理应急舆情事件20起…`; of a month without 全年.
pub fn sentence(title: &str, is_year: bool, figures: &Figures) -> String {
    let count = |key: &str| figures.count(key);
    let whole = if is_year { "全年" } else { "本月" };
    let mut sentence = format!(
        "{title}，搜集电视台、电台、报纸、网络论坛等渠道人社舆情信息，整理汇总后及时上报，供领导参考，\
         {whole}共搜集上报{}期{}条；",
        count("issues"),
        count("entries")
    );
    let [reported, adopted, instructed] =
        ["reported", "adopted", "instructed"].map(|kind| count(&format!("uptakes.{kind}")));
    if reported + adopted + instructed > 0 {
        sentence +=
            &format!("向外单位上报{reported}条，被采用{adopted}条，领导批示{instructed}件；");
    }
    if count("cases") > 0 {
        sentence += &format!("承办上级转办舆情{}件，", count("cases"));
    }
    sentence += &format!(
        "协调处理应急舆情事件{}起；答复网友{}件。",
        count("emergencies"),
        count("replies")
    );
    sentence
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use crate::stats::Figures;

    #[test]
    fn the_sentence_of_a_year_and_of_a_month_are_filled_in() {
        let mut figures = Figures::default();
        figures.add("issues", 190);
        figures.add("entries", 750);
        figures.add("emergencies", 20);
        figures.add("replies", 6500);
        let year = sentence("2017年", true, &figures);
        assert!(
            year.ends_with("全年共搜集上报190期750条；协调处理应急舆情事件20起；答复网友6500件。"),
            "{year}"
        );
        figures.add("cases", 5);
        let month = sentence("2017年11月", false, &figures);
        assert!(
            month.ends_with(
                "本月共搜集上报190期750条；承办上级转办舆情5件，协调处理应急舆情事件20起；答复网友6500件。"
            ),
            "{month}"
        );
        figures.add("uptakes.reported", 9);
        figures.add("uptakes.instructed", 1);
        let month = sentence("2017年11月", false, &figures);
        let words = "750条；向外单位上报9条，被采用0条，领导批示1件；承办上级转办";
        assert!(month.contains(words), "{month}");
    }
}
