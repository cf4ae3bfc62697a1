//! 补录模板 — an empty table for each channel that comes in by hand, with one line that shows how to fill it in.

/// 补录模板.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// 电视.
    Tv,
    /// 电台.
    Radio,
    /// 微信.
    Wechat,
    /// 短视频.
    Video,
    /// 转办件.
    Transfer,
    /// 热线.
    Hotline,
    /// 其他渠道.
    General,
}

/// The template as CSV with the mark by which Excel knows UTF-8. The line below the headers is an example that is never
/// imported: it begins with `示例`.
pub fn template_csv(template: Template) -> Vec<u8> {
    let columns = columns(template);
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let headers = columns.iter().map(|(header, _)| *header);
    let examples = columns.iter().map(|(_, example)| *example);
    // A vector takes every byte.
    writer.write_record(headers).expect("memory can be written");
    writer
        .write_record(examples)
        .expect("memory can be written");
    writer.into_inner().expect("memory can be written")
}

/// Begins the first cell of a row that only shows how to fill in a template.
pub const EXAMPLE: &str = "示例（导入时不计）";

/// Header and example of every column. Headers in words of the channel are understood as well as the labels of [`Field`].
fn columns(template: Template) -> Vec<(&'static str, &'static str)> {
    let mut columns = vec![("说明", EXAMPLE)];
    columns.extend_from_slice(match template {
        Template::Tv => &TV,
        Template::Radio => &RADIO,
        Template::Wechat => &WECHAT,
        Template::Video => &VIDEO,
        Template::Transfer => &TRANSFER,
        Template::Hotline => &HOTLINE,
        Template::General => &GENERAL,
    });
    columns
}

type Columns<const N: usize> = [(&'static str, &'static str); N];

static TV: Columns<9> = [
    ("渠道", "电视"),
    ("频道", "某省都市频道"),
    ("栏目", "某民生栏目"),
    ("播出时间", "2017-04-13 18:20"),
    ("时长", "3分20秒"),
    ("标题", "社保大厅排队三小时"),
    ("文字稿", "记者在社保大厅看到……"),
    ("画面要点", "排队人群；窗口关闭"),
    ("媒体级别", "省级媒体"),
];

static RADIO: Columns<8> = [
    ("渠道", "电台"),
    ("频道", "某市新闻广播"),
    ("栏目", "某民生热线"),
    ("播出时间", "2017-04-13 10:05"),
    ("时长", "2分30秒"),
    ("标题", "市民来电询问社保卡密码"),
    ("文字稿", "听众来电说……"),
    ("媒体级别", "市级媒体"),
];

static WECHAT: Columns<9> = [
    ("渠道", "微信"),
    ("账号", "某本地生活公众号"),
    ("标题", "办退休到底要跑几趟"),
    ("正文", "文章说……"),
    ("发布时间", "2017-04-13 20:15"),
    ("链接", "https://mp.example.com/s/1"),
    ("阅读数", "1.2万"),
    ("点赞数", "85"),
    ("截图说明", "截图为留言区，多人附和"),
];

static VIDEO: Columns<11> = [
    ("渠道", "短视频"),
    ("平台", "某短视频平台"),
    ("账号", "某拍客"),
    ("标题", "窗口没人"),
    ("字幕", "字幕文字……"),
    ("发布时间", "2017-04-13 14:00"),
    ("链接", "https://video.example.com/1"),
    ("评论数", "860"),
    ("转发数", "420"),
    ("点赞数", "5600"),
    ("截图说明", "画面为某区办事窗口"),
];

static TRANSFER: Columns<10> = [
    ("渠道", "转办"),
    ("转来单位", "某市互联网舆情办公室"),
    ("文号", "某网舆〔2017〕1号"),
    ("缓急", "平件"),
    ("收到时间", "2017-04-13 15:00"),
    ("办理期限", "2017-04-14 17:00"),
    ("事由", "关于网民反映社保卡补办问题的转办"),
    ("正文", "请核查处理并书面反馈。"),
    ("原文链接", "https://bbs.example.com/thread-1-1-1.html"),
    ("承办处室", "社会保障卡中心"),
];

static HOTLINE: Columns<6> = [
    ("渠道", "热线"),
    ("信源", "12345"),
    ("工单号", "ZZ2017041300001"),
    ("来电时间", "2017-04-13 09:30"),
    ("标题", "咨询社保卡补办"),
    ("诉求内容", "来电人询问……（不要填写姓名、电话）"),
];

static GENERAL: Columns<12> = [
    ("渠道", "论坛贴吧"),
    ("信源", "某论坛"),
    ("标题", "社保大厅怎么总排队"),
    ("正文", "今天去社保大厅……"),
    ("作者", "某网友"),
    ("发布时间", "2017-04-13 13:58"),
    ("网址", "https://bbs.example.com/thread-2-1-1.html"),
    ("评论数", "12"),
    ("转发数", ""),
    ("点赞数", ""),
    ("阅读数", "3400"),
    ("媒体级别", "普通网民"),
];
