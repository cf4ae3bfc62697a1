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
    format!("{}第{number}号消息", pick(SUBJECTS, number, 3))
}

const SUBJECTS: &[&str] = &[
    "市民反映社保卡补办等候较久",
    "城区道路改造本月开工",
    "养老金调整到账时间公布",
    "图书馆延长开放时间",
    "用人单位拖欠工资被责令改正",
    "公园新增健身步道",
    "失业金申领可以网上办理",
    "蔬菜价格小幅回落",
    "工伤认定材料一次告知",
    "中学生科技节开幕",
    "职业技能培训补贴开始申报",
    "地铁延长线进行空载试运行",
];

const SENTENCES: &[&str] = &[
    "记者在现场看到，前来办理业务的群众在大厅里依次等候，工作人员逐一核对材料。",
    "有网友留言说，自己三个月前提交的申请至今没有结果，打了几次电话都没有人接。",
    "相关负责人表示，将进一步优化流程，压缩办理时限，让数据多跑路、群众少跑腿。",
    "据介绍，今年以来全市已累计受理此类事项一万二千余件，办结率达到九成以上。",
    "附近居民李先生告诉记者，施工期间出行有些不便，但大家都能理解。",
    "按照规定，用人单位应当按月足额支付劳动报酬，不得无故拖欠或者克扣。",
    "郑东新区一家企业的职工反映，公司从去年八月起就没有缴纳养老保险。",
    "天气转凉，早晚温差较大，医生提醒老年人注意保暖，适当减少晨练时间。",
    "窗口单位推出了延时服务，中午和周六上午也可以办理常用业务。",
    "专家认为，政策落地的关键在于执行，应当建立公开透明的反馈机制。",
    "截至发稿时，该公司尚未对欠薪一事作出回应，劳动监察部门已经介入调查。",
    "活动现场设置了咨询台，向过往群众发放宣传手册并解答疑问。",
];

fn pick<'t>(from: &[&'t str], number: usize, salt: usize) -> &'t str {
    let mixed = (number
        .wrapping_mul(2_654_435_761)
        .wrapping_add(salt * 40_503))
        >> 7;
    from[mixed % from.len()]
}

/// About 1,000 characters of text within the furniture of a portal: some 14 KB in all.
fn article(host: usize, number: usize) -> String {
    let seed = host * 100_003 + number;
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
    for paragraph in 0..9 {
        page.push_str("<p>　　");
        for sentence in 0..3 {
            page.push_str(pick(
                SENTENCES,
                seed + paragraph * 131,
                paragraph * 7 + sentence * 29,
            ));
        }
        let _infallible = write!(page, "编号{}。</p>", seed * 31 + paragraph);
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
