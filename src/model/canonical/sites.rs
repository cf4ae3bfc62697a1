//! What is certain about single sites and forum programs: which part of an address names the post, and which spellings
//! of a path mean the same one. Only paths of the same host are made one: the result is an address to visit.

/// 页面由什么决定 — on pages of `host` below `path`, these query keys name what is shown, and no others.
struct Named {
    host: &'static str,
    path: &'static str,
    /// Without it the rule says nothing; empty: it always does.
    needs: &'static str,
    keys: &'static [&'static str],
}

const fn by_path(host: &'static str, path: &'static str) -> Named {
    by_keys(host, path, "", &[])
}

const fn by_keys(
    host: &'static str,
    path: &'static str,
    needs: &'static str,
    keys: &'static [&'static str],
) -> Named {
    Named {
        host,
        path,
        needs,
        keys,
    }
}

const NAMED: &[Named] = &[
    by_path("mp.weixin.qq.com", "/s/"),
    // Links found by search carry a signature in place of these, and are good for a day.
    by_keys(
        "mp.weixin.qq.com",
        "/s",
        "__biz",
        &["__biz", "mid", "idx", "sn"],
    ),
    by_path("m.weibo.cn", "/status/"),
    by_keys("weibo.com", "/ttarticle/p/show", "id", &["id"]),
    by_path("www.toutiao.com", "/article/"),
    by_keys("baijiahao.baidu.com", "/s", "id", &["id"]),
    by_keys("tieba.baidu.com", "/p/", "", &["pid", "pn"]),
    by_path("new.qq.com", "/rain/"),
    by_path("new.qq.com", "/omn/"),
    by_path("news.qq.com", "/rain/"),
    by_path("www.sohu.com", "/a/"),
    by_path("www.163.com", "/dy/article/"),
    by_path("www.thepaper.cn", "/newsDetail_forward_"),
    by_path("m.thepaper.cn", "/newsDetail_forward_"),
    by_path("www.douyin.com", "/video/"),
    by_path("www.kuaishou.com", "/short-video/"),
    by_keys("www.bilibili.com", "/video/", "", &["p"]),
    by_path("www.xiaohongshu.com", "/explore/"),
    by_keys("www.zhihu.com", "/question/", "", &["page"]),
    by_path("zhuanlan.zhihu.com", "/p/"),
];

/// Keys by which Discuz and phpwind show the same thread: the list the reader came from, words to colour, the device.
const THREAD_VIEW_KEYS: &[&str] = &["extra", "highlight", "mobile", "fpage", "sid", "_dsign"];

/// One pair of a query, in normal form.
pub struct Pair {
    /// In lower case.
    pub key: String,
    /// As written.
    pub text: String,
}

/// Leaves out of `pairs` what does not name the post.
pub fn keep_what_names(host: &str, path: &str, pairs: &mut Vec<Pair>) {
    if is_thread_page(path) {
        // The first page is what the thread shows anyway.
        pairs
            .retain(|pair| !THREAD_VIEW_KEYS.contains(&pair.key.as_str()) && pair.text != "page=1");
    } else if is_weibo_post(host, path) {
        pairs.clear();
    } else if let Some(named) = rule(host, path, pairs) {
        pairs.retain(|pair| named.keys.contains(&pair.key.as_str()));
    }
}

fn rule(host: &str, path: &str, pairs: &[Pair]) -> Option<&'static Named> {
    NAMED.iter().find(|named| {
        named.host == host
            && path.starts_with(named.path)
            && (named.needs.is_empty() || pairs.iter().any(|pair| pair.key == named.needs))
    })
}

/// The one spelling of `path`.
pub fn one_path(host: &str, path: &str) -> String {
    match host {
        "m.weibo.cn" => {
            if let Some(id) = path.strip_prefix("/detail/") {
                return format!("/status/{id}");
            }
        }
        "www.toutiao.com" => {
            let id = ["/article/", "/group/", "/i", "/a"]
                .iter()
                .find_map(|beginning| path.strip_prefix(beginning));
            let id = id
                .map(|id| id.trim_end_matches('/'))
                .filter(|id| is_number(id));
            if let Some(id) = id {
                return format!("/article/{id}/");
            }
        }
        _ => {}
    }
    without_list_page(path).unwrap_or_else(|| path.to_owned())
}

/// Discuz: `thread-88-2-5.html` is page 2 of thread 88, reached from page 5 of its board.
fn without_list_page(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let numbers = name.strip_prefix("thread-")?.strip_suffix(".html")?;
    let mut parts = numbers.split('-');
    let (thread, page, list_page) = (parts.next()?, parts.next()?, parts.next()?);
    let is_thread = [thread, page, list_page].into_iter().all(is_number) && parts.next().is_none();
    is_thread.then(|| format!("{folder}/thread-{thread}-{page}-1.html"))
}

/// The program of Discuz or phpwind that shows threads, among other things: which one says the query.
fn is_thread_page(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(name, "forum.php" | "viewthread.php" | "read.php")
}

/// `weibo.com/1234567890/Ff1abcXyz`: the account and the post.
fn is_weibo_post(host: &str, path: &str) -> bool {
    let is_weibo = matches!(host, "weibo.com" | "www.weibo.com");
    let parts = path.trim_matches('/').split_once('/');
    is_weibo
        && parts.is_some_and(|(account, post)| {
            is_number(account)
                && !post.is_empty()
                && post.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
