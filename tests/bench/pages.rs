//! A loopback news site made of a template: lists and articles in our own words, each article different.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use yuqing::model::Page;

/// 网站 — served by a thread of its own.
pub struct Site {
    address: SocketAddr,
    hosts: usize,
    per_host: usize,
    shared: Arc<Vec<Vec<String>>>,
}

impl Site {
    pub fn start(hosts: usize, per_host: usize) -> Site {
        let articles: Vec<Vec<String>> = (0..hosts)
            .map(|host| (0..per_host).map(|number| article(host, number)).collect())
            .collect();
        let shared = Arc::new(articles);
        let (send, receive) = std::sync::mpsc::channel();
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                    .await
                    .expect("a free port");
                send.send(listener.local_addr().expect("bound"))
                    .expect("somebody waits");
                let router = Router::new().fallback(answer).with_state(served);
                axum::serve(listener, router).await.expect("serves");
            });
        });
        Site {
            address: receive.recv().expect("the server starts"),
            hosts,
            per_host,
            shared,
        }
    }

    pub fn page_count(&self) -> usize {
        self.hosts * self.per_host
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn list_url(&self, host: usize) -> String {
        format!("http://h{host}.localhost:{}/list.html", self.address.port())
    }

    /// What a visit of one article brings.
    pub fn page(&self, host: usize, number: usize) -> Page {
        let url = format!(
            "http://h{host}.localhost:{}/2026/11/20/{number}.html",
            self.address.port()
        );
        Page {
            url: url.parse().expect("an address"),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            bytes: self.shared[host][number % self.per_host]
                .clone()
                .into_bytes(),
            fetched_at: Utc::now().fixed_offset(),
        }
    }
}

async fn answer(
    State(articles): State<Arc<Vec<Vec<String>>>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|host| {
            host.to_str()
                .ok()?
                .strip_prefix('h')?
                .split('.')
                .next()?
                .parse()
                .ok()
        })
        .unwrap_or(0usize);
    let Some(articles) = articles.get(host) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = match uri.path() {
        "/list.html" => list(articles.len()),
        path => {
            let number = path
                .rsplit('/')
                .next()
                .and_then(|name| name.strip_suffix(".html")?.parse::<usize>().ok());
            match number.and_then(|number| articles.get(number)) {
                Some(article) => article.clone(),
                None => return StatusCode::NOT_FOUND.into_response(),
            }
        }
    };
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

fn list(count: usize) -> String {
    let mut page = "<html><head><title>新闻列表</title></head><body><ul>".to_owned();
    for number in 0..count {
        let _infallible = write!(
            page,
            "<li><a href=\"/2026/11/20/{number}.html\">{}</a></li>",
            title(number)
        );
    }
    page + "</ul></body></html>"
}

fn title(number: usize) -> String {
    let subjects = if is_ours(number) { OURS } else { OTHERS };
    format!(
        "{}第{number}号消息",
        subjects[mixed(number) / 4 % subjects.len()]
    )
}

/// One article in four is about social security: more than any newspaper has.
fn is_ours(number: usize) -> bool {
    mixed(number).is_multiple_of(4)
}

const OURS: &[&str] = &[
    "市民反映社保卡补办等候较久",
    "养老金调整到账时间公布",
    "用人单位拖欠工资被责令改正",
    "失业金申领可以网上办理",
    "工伤认定材料一次告知",
    "职业技能培训补贴开始申报",
];

const OTHERS: &[&str] = &[
    "城区道路改造本月开工",
    "图书馆延长开放时间",
    "公园新增健身步道",
    "蔬菜价格小幅回落",
    "中学生科技节开幕",
    "地铁延长线进行空载试运行",
];

/// One sentence in four of an article about social security takes one of each row: they share clauses, as those of one
/// newspaper do.
const CLAUSES: [&str; 6] = [
    "昨天上午 本周以来 记者近日获悉 上个月底 据介绍 今年前十个月 入冬以后 连续三天 周末两天 从下月起 去年同期 \
     截至发稿时 一周前 国庆假期过后 每天清晨 接到反映后 按照安排 当天下午 半年多来 不久前",
    "在郑东新区 在城北菜市场 在市图书馆 在陇海路沿线 在社保大厅 在一处在建工地 在老旧小区 在高校校园 在物流园区 \
     在开发区企业 在地铁口附近 在街道服务站 在郊区的苗圃 在人才市场 在火车站广场 在滨河公园 在乡镇卫生院 \
     在文化宫门前 在仲裁庭里 在培训学校",
    "一名刚毕业的学生 附近的几位居民 前来办事的老人 带孩子的年轻母亲 窗口工作人员 一家餐饮企业的负责人 两名外卖骑手 \
     参加活动的志愿者 相关部门负责人 退休多年的教师 十几名装修工人 物业公司的管理员 一位公交司机 社区网格员 \
     种粮大户老周 从外地赶来的游客 某机械厂的职工 驻村的干部 值班的医生 前来应聘的求职者",
    "反复询问 专门登记了 当面介绍了 仔细核对了 无奈地谈起 连夜检修了 耐心解答了 如实反映了 公开承诺解决 一再催问 \
     实地查看了 逐项整改了 重新申报了 自发整理了 临时调整了 主动公开了 难以理解 一直惦记着 准时领到了 尚未等到",
    "补办社保卡的流程 春季绿化的进度 被拖欠的加班费 儿童阅览区的书目 养老金补发的时间 夜市摊位的划分 \
     工伤认定的材料 冬小麦的长势 失业金的申领条件 自来水管的改造 职业技能补贴的名单 早高峰的拥堵 \
     劳动合同的续签 校园运动会的日程 养老保险的转移 蔬菜批发的价格 住院报销的比例 旧电梯的更换 \
     招聘岗位的要求 河道清淤的方案",
    "多数人表示满意 目前还没有明确答复 有关单位正在进一步核实 效果比往年要好 后续情况将继续关注 前后跑了三趟才办成 \
     不少人当场拍照留念 预计年底前全部完成 有人提出可以网上办理 总投入超过六百万元 电话却始终无人接听 \
     已经惠及两千多户家庭 具体细则另行通知 大家都松了一口气 不排除适当延长时间 这样的做法值得推广 \
     等了一个多小时才轮到 现场秩序总体良好 还有一些细节有待改进 双方最终握手言和",
];

/// SplitMix64 (Steele, Lea, Flood 2014): neighbours share nothing.
fn mixed(number: usize) -> usize {
    let mut mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) as usize
}

/// The other sentences are words in no order: what two articles do not share.
const WORDS: &str = "时间 问题 工作 生活 社会 城市 经济 发展 建设 管理 服务 市场 企业 项目 活动 教育 文化 环境 交通 \
    安全 健康 医院 学校 老师 学生 孩子 家长 老人 居民 农民 工人 司机 医生 护士 警察 律师 记者 专家 教授 负责人 \
    昨天 今天 明天 上午 下午 晚上 周末 月底 年初 春天 夏季 秋天 冬天 早晨 中午 去年 今年 明年 目前 最近 \
    发现 看到 听到 说起 认为 觉得 希望 要求 建议 反映 介绍 表示 参加 组织 准备 开始 结束 继续 停止 完成 \
    提高 降低 增加 减少 改善 加强 推动 支持 帮助 保护 检查 处理 解决 调整 安排 举行 开展 实施 公布 通知 \
    道路 公园 小区 广场 车站 桥梁 河流 湖泊 山区 农村 工厂 商场 超市 饭店 酒店 银行 邮局 图书馆 博物馆 体育场 \
    汽车 火车 飞机 地铁 公交 自行车 手机 电脑 网络 电视 电话 照片 视频 文章 报告 数据 信息 系统 平台 软件 \
    价格 费用 收入 成本 利润 税收 贷款 投资 消费 销售 生产 加工 运输 仓储 进口 出口 质量 品牌 技术 设备 \
    蔬菜 水果 粮食 小麦 玉米 大豆 鸡蛋 牛奶 肉类 面粉 茶叶 药材 花卉 苗木 饲料 化肥 种子 农药 大棚 果园 \
    足球 篮球 跑步 游泳 音乐 舞蹈 电影 戏曲 书法 绘画 展览 比赛 冠军 球队 观众 演员 导演 作品 节目 门票 \
    天气 温度 降雨 大风 雾霾 晴天 气象 预报 预警 洪水 地震 火灾 事故 救援 消防 急救 受伤 损失 赔偿 保险 \
    政策 法律 规定 标准 方案 计划 目标 任务 措施 办法 意见 合同 协议 申请 审批 许可 登记 证明 材料 档案 \
    新鲜 热闹 安静 干净 整齐 方便 困难 复杂 简单 明显 重要 普通 特别 严重 轻微 快速 缓慢 公开 透明 完整 \
    已经 正在 将要 曾经 仍然 逐步 陆续 全部 部分 多次 共同 分别 及时 主动 认真 仔细 顺利 随后 因此 同时";

/// Sentences of an article.
const SENTENCES: usize = 27;

/// Words in a sentence of words.
const WORDS_A_SENTENCE: usize = 14;

fn sentence(seed: usize, position: usize) -> String {
    let number = seed * SENTENCES + position;
    if is_ours(seed) && position.is_multiple_of(4) {
        clauses(number)
    } else {
        words(number)
    }
}

fn words(number: usize) -> String {
    let known: Vec<&str> = WORDS.split_whitespace().collect();
    let mut sentence = String::new();
    for position in 0..WORDS_A_SENTENCE {
        let word = mixed(usize::MAX / 2 + number * WORDS_A_SENTENCE + position);
        sentence.push_str(known[word % known.len()]);
        if position == WORDS_A_SENTENCE / 2 {
            sentence.push('，');
        }
    }
    sentence + "。"
}

fn clauses(number: usize) -> String {
    let clause = |(row, words): (usize, &&str)| {
        let words: Vec<&str> = words.split_whitespace().collect();
        words[mixed(number * CLAUSES.len() + row) % words.len()].to_owned()
    };
    let clauses: Vec<String> = CLAUSES.iter().enumerate().map(clause).collect();
    let [time, place, who, does, what, result] = &clauses[..] else {
        unreachable!("there are six rows");
    };
    format!("{time}{place}，{who}{does}{what}，{result}。")
}

/// The seeds of two hosts' articles of one number differ by it.
const HOST_STEP: usize = 100_003;

/// One article in ten is the one of the host before, printed again.
fn printed(seed: usize) -> usize {
    match seed.checked_sub(HOST_STEP) {
        Some(other) if mixed(seed).is_multiple_of(10) => other,
        _ => seed,
    }
}

/// About 1,000 characters of text within the furniture of a portal: some 14 KB in all.
fn article(host: usize, number: usize) -> String {
    let seed = host * HOST_STEP + number;
    let mut page = format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{0}_示例新闻网</title>\
         <meta name=\"keywords\" content=\"新闻,{number}\"><link rel=\"stylesheet\" href=\"/s.css\">\
         <script>var page={{id:{number},host:{host}}};function go(){{return page.id+1}}</script></head><body>\
         <div class=\"top\"><ul class=\"nav\">",
        title(seed)
    );
    for (position, name) in [
        "首页", "要闻", "社会", "民生", "教育", "健康", "财经", "体育", "视频", "专题",
    ]
    .iter()
    .cycle()
    .take(30)
    .enumerate()
    {
        let _infallible = write!(page, "<li><a href=\"/c{position}/\">{name}</a></li>");
    }
    let _infallible = write!(
        page,
        "</ul></div><div class=\"wrap\"><div class=\"path\"><a href=\"/\">首页</a> &gt; <a href=\"/c2/\">社会</a> &gt; 正文</div>\
         <h1 class=\"title\">{}</h1><div class=\"info\"><span>2026-11-20 0{}:{:02}</span><span>来源：示例日报</span>\
         <span>作者：本报记者</span></div><div class=\"content\">",
        title(seed),
        seed % 10,
        seed % 60
    );
    for paragraph in 0..SENTENCES / 3 {
        page.push_str("<p>　　");
        for of_paragraph in 0..3 {
            page.push_str(&sentence(printed(seed), paragraph * 3 + of_paragraph));
        }
        page.push_str("</p>");
    }
    page.push_str("</div><div class=\"editor\">责任编辑：示例</div><div class=\"related\"><h3>相关阅读</h3><ul>");
    for related in 0..20 {
        let _infallible = write!(
            page,
            "<li><a href=\"/2026/11/19/{related}.html\">{}</a></li>",
            title(seed + related)
        );
    }
    page.push_str("</ul></div></div><div class=\"side\"><h3>热门</h3><ol>");
    for hot in 0..20 {
        let _infallible = write!(
            page,
            "<li><a href=\"/2026/11/18/{hot}.html\">{}</a></li>",
            title(seed + 7 * hot)
        );
    }
    page.push_str(
        "</ol></div><div class=\"footer\"><p>版权所有 示例新闻网 未经授权不得转载</p></div>\
         <script src=\"/a.js\"></script></body></html>",
    );
    page
}
