//! 主题 — the business topics of the bureau.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 主题 — one of the 21 business topics (`spec.md` 4.3). Terms, offices and dates of competence: `config/topics.toml`.
    pub enum Topic {
        Yl = "YL" / "职工养老保险",
        Jm = "JM" / "城乡居民养老保险",
        Jg = "JG" / "机关事业单位养老与年金",
        Tx = "TX" / "退休审批与养老金待遇",
        Yb = "YB" / "医疗与生育保险",
        Sy = "SY" / "失业保险",
        Gs = "GS" / "工伤保险与劳动能力鉴定",
        Jf = "JF" / "社保缴费与转移接续",
        Ka = "KA" / "社会保障卡",
        Jy = "JY" / "就业创业与困难援助",
        By = "BY" / "高校毕业生与档案见习",
        Ld = "LD" / "劳动关系与劳动合同",
        Qx = "QX" / "欠薪与农民工工资",
        Zc = "ZC" / "劳动监察与仲裁执法",
        Rs = "RS" / "人事考试与招录",
        Zj = "ZJ" / "职称评审与专业技术人员",
        Rc = "RC" / "人才引进与补贴",
        Px = "PX" / "技能培训与技工院校",
        Fw = "FW" / "12333与经办大厅窗口服务",
        Jj = "JJ" / "基金安全、骗保与诈骗",
        Zh = "ZH" / "宏观政策与热点议题",
    }
}

/// A topic of a post with its weight; the first of a list is the primary topic.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TopicScore {
    /// The topic.
    pub code: Topic,
    /// Weighted term hits; larger is surer. No fixed upper bound.
    pub score: f32,
}
