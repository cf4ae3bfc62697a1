use super::canonical_url;
use proptest::prelude::*;
use url::Url;

fn canonical(text: &str) -> String {
    canonical_url(&Url::parse(text).expect(text))
}

/// Groups of addresses that lead to the same post; the first of each is the canonical one.
const SAME: &[&[&str]] = &[
    // Spelling.
    &[
        "https://news.example.cn/a?id=7&page=2",
        "https://NEWS.example.cn:443/a?page=2&id=7",
        "https://news.example.cn./a?id=7&page=2",
        "https://reader:secret@news.example.cn/a?id=7&page=2",
        "https://news.example.cn/a?id=7&page=2#top",
        "https://news.example.cn/a?id=7&&page=2&",
        "https://news.example.cn/x/../a?id=7&page=2&utm_source=x&from=timeline",
    ],
    &[
        "http://www.example.gov.cn/%E5%85%AC%E7%A4%BA/~user/1.html",
        "http://www.example.gov.cn/公示/%7euser/1.html",
        "http://www.example.gov.cn:80/%e5%85%ac%e7%a4%ba/%7Euser/%31.html",
    ],
    &["http://xn--fiq228c5hs.example/", "http://中文网.example/"],
    &[
        "http://bbs.example.cn/search?kw=%D6%A3%D6%DD",
        "http://bbs.example.cn/search?kw=%d6%a3%d6%dd",
    ],
    &["http://a.example.cn/100%25", "http://a.example.cn/100%"],
    // Sessions.
    &[
        "http://www.example.gov.cn/viewPage.do?id=88001",
        "http://www.example.gov.cn/viewPage.do;jsessionid=0A1B2C?id=88001",
        "http://www.example.gov.cn/viewPage.do?id=88001&JSESSIONID=0A1B2C",
        "http://www.example.gov.cn/viewPage.do?PHPSESSID=x9&id=88001",
        "http://www.example.gov.cn/viewPage.do?ASPSESSIONIDQQBSRDSA=AAA&id=88001",
    ],
    // Where the reader came from.
    &[
        "https://news.dahe.cn/2017/04-14/1001234.html",
        "https://news.dahe.cn/2017/04-14/1001234.html?from=singlemessage&isappinstalled=0",
        "https://news.dahe.cn/2017/04-14/1001234.html?wxshare_count=3&nsukey=Qx",
        "https://news.dahe.cn/2017/04-14/1001234.html?source=weibo&ref=home&_t=149213",
        "https://news.dahe.cn/2017/04-14/1001234.html?spm=a2.b3&scm=1.2&timestamp=1492131600",
    ],
    &[
        "https://app.zhengguannews.cn/share?article_id=880012",
        "https://app.zhengguannews.cn/share?article_id=880012&share_token=ab-12&utm_campaign=c",
        "https://app.zhengguannews.cn/share?share_from=app&article_id=880012&from=groupmessage",
    ],
    // 微信.
    &[
        "https://mp.weixin.qq.com/s?__biz=MzA5&idx=2&mid=26500&sn=c0ffee",
        "https://mp.weixin.qq.com/s?__biz=MzA5&mid=26500&idx=2&sn=c0ffee&chksm=87&scene=21#wechat_redirect",
        "https://mp.weixin.qq.com/s?sn=c0ffee&mid=26500&__biz=MzA5&idx=2&key=k&uin=u&pass_ticket=p#rd",
    ],
    &[
        "https://mp.weixin.qq.com/s/AbCdEfGh_123",
        "https://mp.weixin.qq.com/s/AbCdEfGh_123?scene=1&from=timeline",
    ],
    // 微博.
    &[
        "https://weibo.com/1642512402/EDxA1b2c3",
        "https://weibo.com/1642512402/EDxA1b2c3?refer_flag=1001030103_&type=comment#_rnd1492131",
        "https://weibo.com/1642512402/EDxA1b2c3?from=page_1002061642512402_profile&wvr=6&mod=weibotime",
    ],
    &[
        "https://m.weibo.cn/status/4096123456789012",
        "https://m.weibo.cn/detail/4096123456789012",
        "https://m.weibo.cn/status/4096123456789012?sourceType=weixin&wm=9006",
    ],
    &[
        "https://weibo.com/ttarticle/p/show?id=2309404096",
        "https://weibo.com/ttarticle/p/show?id=2309404096&infeed=1",
    ],
    // 门户.
    &[
        "https://www.toutiao.com/article/6408123456789/",
        "https://www.toutiao.com/a6408123456789/",
        "https://www.toutiao.com/i6408123456789",
        "https://www.toutiao.com/group/6408123456789/?app=news_article&timestamp=1492131600",
        "https://www.toutiao.com/article/6408123456789/?log_from=x",
    ],
    &[
        "https://baijiahao.baidu.com/s?id=1564600012345678",
        "https://baijiahao.baidu.com/s?id=1564600012345678&wfr=spider&for=pc",
    ],
    &[
        "https://new.qq.com/rain/a/20170414A01ABC00",
        "https://new.qq.com/rain/a/20170414A01ABC00?pc",
    ],
    &[
        "https://www.sohu.com/a/134012345_119778",
        "https://www.sohu.com/a/134012345_119778?scm=1002.0&spm=smpc",
    ],
    &[
        "https://www.163.com/dy/article/CI0ABCDE0514.html",
        "https://www.163.com/dy/article/CI0ABCDE0514.html?f=post2020_dy&spss=dy",
    ],
    &[
        "https://www.thepaper.cn/newsDetail_forward_1662345",
        "https://www.thepaper.cn/newsDetail_forward_1662345?commTag=true",
    ],
    &[
        "https://zhuanlan.zhihu.com/p/26400123",
        "https://zhuanlan.zhihu.com/p/26400123?utm_psn=17",
    ],
    &[
        "https://www.zhihu.com/question/5800123/answer/1501",
        "https://www.zhihu.com/question/5800123/answer/1501?sort=created",
    ],
    // 短视频.
    &[
        "https://www.douyin.com/video/6558123456",
        "https://www.douyin.com/video/6558123456?previous_page=web_code_link",
    ],
    &[
        "https://www.kuaishou.com/short-video/3xabc9",
        "https://www.kuaishou.com/short-video/3xabc9?fid=12&cc=share",
    ],
    &[
        "https://www.bilibili.com/video/BV1xx411c7mD",
        "https://www.bilibili.com/video/BV1xx411c7mD?spm_id_from=333.1&vd_source=9f",
    ],
    &[
        "https://www.xiaohongshu.com/explore/5ad1f0a1",
        "https://www.xiaohongshu.com/explore/5ad1f0a1?xsec_token=AB&xsec_source=pc",
    ],
    // 论坛.
    &[
        "https://bbs.dahe.cn/thread-1008612345-1-1.html",
        "https://bbs.dahe.cn/thread-1008612345-1-7.html",
        "https://bbs.dahe.cn/thread-1008612345-1-7.html#lastpost",
    ],
    &[
        "http://bbs.example.cn/forum.php?mod=viewthread&tid=4321",
        "http://bbs.example.cn/forum.php?mod=viewthread&tid=4321&extra=page%3D1&page=1",
        "http://bbs.example.cn/forum.php?tid=4321&mod=viewthread&mobile=2&highlight=%C9%E7%B1%A3",
        "http://bbs.example.cn/forum.php?mod=viewthread&tid=4321&sid=Ab12Cd&fromuid=99",
    ],
    &[
        "http://bbs.example.cn/read.php?tid=4321",
        "http://bbs.example.cn/read.php?tid=4321&fpage=3&page=1",
    ],
    &[
        "https://tieba.baidu.com/p/5070123456",
        "https://tieba.baidu.com/p/5070123456?fr=frs&red_tag=x&see_lz=1",
    ],
];

/// Addresses that lead to different posts, or might.
const DIFFERENT: &[&[&str]] = &[
    // What names the post.
    &[
        "http://a.cn/news?id=1",
        "http://a.cn/news?id=2",
        "http://a.cn/news?newsid=1",
        "http://a.cn/news",
    ],
    &[
        "http://a.cn/n.php?tid=1&pid=1",
        "http://a.cn/n.php?tid=1&pid=2",
        "http://a.cn/n.php?tid=2&pid=1",
    ],
    &["http://a.cn/a?aid=5&page=1", "http://a.cn/a?aid=5&page=2"],
    &["http://a.cn/a?k=1&k=2", "http://a.cn/a?k=2&k=1"],
    &["http://a.cn/A.html", "http://a.cn/a.html"],
    &[
        "http://a.cn/a/",
        "http://a.cn/a",
        "http://a.cn/a/index.html",
    ],
    &["http://a.cn/a%2Fb", "http://a.cn/a/b"],
    &[
        "http://a.cn/s?q=a+b",
        "http://a.cn/s?q=a%2Bb",
        "http://a.cn/s?q=a%20b",
    ],
    &[
        "http://bbs.example.cn/f?kw=%D6%A3%D6%DD",
        "http://bbs.example.cn/f?kw=%C2%E5%D1%F4",
    ],
    // Keys that elsewhere say where the reader came from.
    &[
        "http://a.cn/list?source=xinhua",
        "http://a.cn/list?source=people",
    ],
    &["http://a.cn/api?from=0", "http://a.cn/api?from=20"],
    &[
        "http://a.cn/log?timestamp=1492131600",
        "http://a.cn/log?timestamp=1492135200",
    ],
    // Hosts, schemes and ports.
    &[
        "http://a.cn/1.html",
        "https://a.cn/1.html",
        "http://m.a.cn/1.html",
        "http://www.a.cn/1.html",
        "http://a.cn:8080/1.html",
    ],
    // 微信.
    &[
        "https://mp.weixin.qq.com/s?__biz=MzA5&mid=26500&idx=1&sn=c0ffee",
        "https://mp.weixin.qq.com/s?__biz=MzA5&mid=26500&idx=2&sn=c0ffee",
        "https://mp.weixin.qq.com/s?__biz=MzA6&mid=26500&idx=1&sn=c0ffee",
        "https://mp.weixin.qq.com/s?src=11&timestamp=1492131600&ver=1&signature=aa",
        "https://mp.weixin.qq.com/s?src=11&timestamp=1492131600&ver=1&signature=bb",
        "https://mp.weixin.qq.com/s?src=11&timestamp=1492131601&ver=1&signature=aa",
        "https://mp.weixin.qq.com/s/AbCdEfGh",
    ],
    // 微博.
    &[
        "https://weibo.com/1642512402/EDxA1b2c3",
        "https://weibo.com/1642512402/EDxA1b2c4",
        "https://weibo.com/u/1642512402?page=2",
        "https://weibo.com/u/1642512402?page=3",
        "https://m.weibo.cn/status/4096123456789012",
        "https://m.weibo.cn/status/EDxA1b2c3",
    ],
    // 论坛.
    &[
        "https://bbs.dahe.cn/thread-1008612345-1-1.html",
        "https://bbs.dahe.cn/thread-1008612345-2-1.html",
        "https://bbs.dahe.cn/thread-1008612346-1-1.html",
        "https://bbs.dahe.cn/forum-42-1.html",
        "https://bbs.dahe.cn/forum.php?mod=viewthread&tid=1008612345",
        "https://bbs.dahe.cn/forum.php?mod=viewthread&tid=1008612345&page=2",
        "https://bbs.dahe.cn/forum.php?mod=redirect&tid=1008612345&goto=nextoldset",
        "https://bbs.dahe.cn/forum.php?mod=redirect&tid=1008612345&goto=findpost&pid=1",
    ],
    &[
        "http://bbs.example.cn/t/1234",
        "http://bbs.example.cn/t/1234#pid12",
        "http://bbs.example.cn/t/1234#pid13",
        "http://bbs.example.cn/t/1234#floor2",
        "http://bbs.example.cn/t/1234#comment-5",
    ],
    &[
        "https://tieba.baidu.com/p/5070123456",
        "https://tieba.baidu.com/p/5070123456?pn=2",
        "https://tieba.baidu.com/p/5070123456?pid=77",
    ],
    // Pages that are one program.
    &[
        "https://liuyan.example.cn/#/detail?tid=1",
        "https://liuyan.example.cn/#/detail?tid=2",
    ],
    &[
        "https://app.example.cn/index.html#!/a/1",
        "https://app.example.cn/index.html#!/a/2",
    ],
    // 门户.
    &[
        "https://www.toutiao.com/article/6408123456789/",
        "https://www.toutiao.com/video/6408123456789/",
        "https://www.toutiao.com/api/6408/",
    ],
    &[
        "https://new.qq.com/search?query=a",
        "https://new.qq.com/search?query=b",
    ],
    &[
        "https://www.bilibili.com/video/BV1xx411c7mD",
        "https://www.bilibili.com/video/BV1xx411c7mD?p=2",
    ],
    &[
        "https://public.zhengzhou.gov.cn/?a=dir&h=1&p=D0104X",
        "https://public.zhengzhou.gov.cn/?a=dir&h=1&p=D0105X",
    ],
    &[
        "https://zzrb.zynews.cn/html/2017-04/14/content_1.htm",
        "https://zzrb.zynews.cn/html/2017-04/15/content_1.htm",
    ],
];

#[test]
fn addresses_of_one_post_are_one() {
    let count: usize = SAME.iter().map(|group| group.len()).sum();
    assert!(count > 60, "{count}");
    for group in SAME {
        for address in *group {
            assert_eq!(canonical(address), canonical(group[0]), "{address}");
        }
        let first = Url::parse(group[0]).expect("test address");
        assert_eq!(canonical(group[0]), first.as_str());
    }
}

#[test]
fn addresses_of_different_posts_stay_different() {
    for group in DIFFERENT {
        for (at, one) in group.iter().enumerate() {
            for other in &group[at + 1..] {
                assert_ne!(canonical(one), canonical(other), "{one} and {other}");
            }
        }
    }
}

#[test]
fn the_address_that_is_visited_stays_as_the_site_wrote_it() {
    for address in [
        "http://a.cn/x?flag",
        "http://a.cn/x?b=%E6%AC%A0%E8%96%AA&c=",
        "http://a.cn/?q=a+b",
        "http://a.cn/s?kw=%D6%A3",
        "http://a.cn/a%2Fb;v=1",
        "https://xtq.zynews.cn/wzpostlist.php?mod=list",
    ] {
        assert_eq!(canonical(address), address);
    }
}

#[test]
fn what_is_no_web_address_is_left_alone() {
    for address in ["mailto:a@example.cn", "data:text/plain,x", "file:///tmp/x"] {
        assert_eq!(canonical(address), address);
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let hosts = prop::sample::select(vec![
        "a.cn",
        "A.CN.",
        "mp.weixin.qq.com",
        "weibo.com",
        "m.weibo.cn",
        "www.toutiao.com",
        "bbs.dahe.cn",
        "tieba.baidu.com",
        "中文.example",
        "127.0.0.1",
        "[::1]",
        "u:p@a.cn:8080",
    ]);
    let paths = "(/(s|a12|i9|p|detail|thread-1-1-2.html|forum.php|1234|status|%[0-9a-fA-F]{0,2}|[a-z.;%郑]{0,6})){0,4}/?";
    let queries = "(\\?((id|tid|from|page|__biz|utm_x|sid|pid|%[0-9a-f]{0,2}|[a-z&=+;?/]{0,3})(=[0-9a-z%&州]{0,5})?&?){0,5})?";
    let fragments = "(#(pid|comment-|/|!/|[a-z%])?[0-9]{0,3})?";
    (hosts, paths, queries, fragments)
        .prop_map(|(host, path, query, fragment)| format!("http://{host}{path}{query}{fragment}"))
}

#[test]
fn only_web_addresses_are_changed_and_each_stays_one() {
    for address in [
        "x://a@.:80/b?utm_source=c",
        "mailto:a@example.cn",
        "http://./a",
    ] {
        assert_eq!(canonical(address), address);
    }
    assert_eq!(canonical("http://a@.:80/"), "http://./");
}

proptest! {
    #[test]
    fn canonical_form_is_stable_and_on_the_same_host(address in pieces()) {
        if let Ok(url) = Url::parse(&address) {
            let once = canonical_url(&url);
            prop_assert_eq!(canonical(&once), once.clone());
            let again = Url::parse(&once).expect("a canonical address is one");
            let host = url.host_str().map(|host| host.trim_end_matches('.'));
            prop_assert_eq!(again.host_str(), host);
            prop_assert_eq!(again.scheme(), url.scheme());
            prop_assert_eq!(again.port(), url.port());
        }
    }

    #[test]
    fn no_two_posts_become_one(
        one in 1u64..1_000_000_000_000,
        other in 1u64..1_000_000_000_000,
        place in prop::sample::select(vec![
            "http://a.cn/news?id=N", "http://a.cn/N.html", "http://a.cn/a?tid=9&pid=N", "http://a.cn/x#pidN",
            "https://weibo.com/1642512402/N", "https://m.weibo.cn/detail/N", "http://a.cn/forum.php?mod=viewthread&tid=N",
            "https://www.toutiao.com/aN/", "https://bbs.dahe.cn/thread-N-1-1.html", "http://a.cn/list?page=N",
            "https://mp.weixin.qq.com/s?__biz=M&mid=N&idx=1&sn=1", "https://tieba.baidu.com/p/1?pid=N",
            "http://a.cn/list?from=N", "https://baijiahao.baidu.com/s?id=N", "http://a.cn/%E5%85%AC/N",
        ]),
        noise in prop::sample::select(vec!["utm_source=a", "spm=1.2", "isappinstalled=0", "share_token=x"]),
    ) {
        let with = |number: u64, noise: &str| {
            let mut url = Url::parse(&place.replace('N', &number.to_string())).expect("test address");
            let query = url.query().map_or(noise.to_owned(), |query| format!("{noise}&{query}"));
            url.set_query(Some(&query));
            canonical_url(&url)
        };
        prop_assert_eq!(with(one, noise) == with(other, "utm_medium=b"), one == other);
    }
}
